// Answers that lead elsewhere: to hosts that may not be contacted, from https to http, or just to another name of the
// Hub.
#include "files.hpp"
#include "hostile_fixture.hpp"
#include "session_fixture.hpp"
#include "upload_double.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
using test::Answer;
using test::SeenRequest;

namespace {

const std::string content = "model weights";

using test::read_file;

/// Two servers: the endpoint, and one that its answers lead to.
struct HostsFixture : test::HostileFixture {
    std::vector<test::ReceivedRequest> strayed;
    test::ScriptedServer other{context.get_executor(), [this](const test::ReceivedRequest& request) {
                                   strayed.push_back(request);
                                   return there(request);
                               }};
    std::function<test::ScriptedAnswer(const test::ReceivedRequest&)> there = [](const test::ReceivedRequest&) {
        return json(R"({"id":"me/repo"})");
    };

    HfApi client_of(StringList allowed) {
        return client([&](SessionConfig& config) { config.allowed_hosts = allowed; });
    }
    std::string other_host() const { return other.url().substr(7); }

    static test::ScriptedAnswer redirect(std::string location, unsigned status = 302) {
        test::ScriptedAnswer out;
        out.status = status;
        out.headers = {{"Location", std::move(location)}};
        return out;
    }
    /// A Hub with one LFS file "w.bin" whose content is at `href`.
    std::function<test::ScriptedAnswer(const test::ReceivedRequest&)> hub_with_link(std::string href) {
        return [href](const test::ReceivedRequest& request) {
            const auto path = request.path();
            const std::string sha = sha256_hex(content);
            if (path.find("/revision/") != path.npos)
                return json(R"({"sha":")" + std::string(commit) + R"(","siblings":[]})");
            if (path.find("/tree/") != path.npos)
                return json(R"([{"type":"file","path":"w.bin","oid":")" + git_oid("pointer") +
                            R"(","size":13,"lfs":{"oid":")" + sha + R"(","size":13,"pointerSize":10}}])");
            if (path.find("/preupload/") != path.npos)
                return json(R"({"files":[{"path":"w.bin","uploadMode":"lfs","shouldIgnore":false}]})");
            if (path.ends_with("/batch")) {
                const bool upload = request.body.find("\"upload\"") != std::string::npos;
                return json(R"({"objects":[{"oid":")" + sha + R"(","size":13,"actions":{")" +
                            (upload ? "upload" : "download") + R"(":{"href":")" + href + R"("}}}]})");
            }
            auto out = redirect(href);
            out.headers.emplace_back("X-Linked-Etag", "\"" + sha + "\"");
            out.headers.emplace_back("X-Linked-Size", "13");
            out.headers.emplace_back("X-Repo-Commit", commit);
            return out;
        };
    }
    void upload(const HfApi& api) {
        std::vector<CommitOperation> operations;
        operations.emplace_back(CommitOperationAdd("w.bin", UploadContent::from_bytes(content)));
        CommitOptions options;
        options.commit_message = "m";
        run(api.create_commit("me/repo", std::move(operations), options));
    }
};

/// https://hub.test, whose answers are decided by `hub->interfere`.
struct HttpsFixture : test::SessionFixture {
    std::shared_ptr<test::UploadDouble> hub = std::make_shared<test::UploadDouble>();
    std::shared_ptr<test::FakeClock> clock = std::make_shared<test::FakeClock>();

    HfApi api(SessionConfig config = with_token()) { return HfApi(session_on(hub, clock, config)); }

    void answer(std::function<Answer(const SeenRequest&)> what) {
        hub->interfere = [what](const SeenRequest& request) -> std::optional<Answer> { return what(request); };
    }
    bool sent_to(std::string_view start) const {
        return std::ranges::any_of(hub->seen,
                                   [&](const SeenRequest& request) { return request.url.starts_with(start); });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_hosts, HostsFixture)

BOOST_AUTO_TEST_CASE(nothing_is_sent_to_a_host_that_is_not_allowed) {
    const HfApi api = client_of({"allowed.test"});
    answer = [&](const test::ReceivedRequest&) { return redirect(other.url() + "/x"); };
    BOOST_CHECK_THROW(run(api.model_info("me/repo")), HostNotAllowedError);
    BOOST_CHECK_THROW(run(api.get_hf_file_metadata(endpoint() + "/me/repo/resolve/main/w.bin")), HostNotAllowedError);
    answer = hub_with_link(other.url() + "/blob");
    BOOST_CHECK_THROW(run(api.hf_hub_download("me/repo", "w.bin")), HostNotAllowedError);
    BOOST_CHECK_THROW(run(api.mirror("me/repo", (path() / "m").string())), HostNotAllowedError);
    BOOST_CHECK_THROW(run(api.snapshot_download("me/repo")), HostNotAllowedError);
    BOOST_CHECK_THROW(upload(api), HostNotAllowedError);
    BOOST_TEST(strayed.empty());
}

BOOST_AUTO_TEST_CASE(what_is_allowed_is_followed) {
    answer = [&](const test::ReceivedRequest&) { return redirect(other.url() + "/x"); };
    BOOST_TEST(run(client_of({"127.0.0.1"}).model_info("me/repo")).id == "me/repo");
    BOOST_TEST(run(client_of({other_host()}).model_info("me/repo")).id == "me/repo");
    BOOST_TEST(strayed.size() == 2u);
    for (const auto& request : strayed) BOOST_TEST(!request.header("Authorization"));
}

BOOST_AUTO_TEST_CASE(each_step_of_a_chain_of_redirects_is_checked) {
    std::size_t inside = 0;
    test::ScriptedServer internal(context.get_executor(), [&](const test::ReceivedRequest&) {
        ++inside;
        return json("{}");
    });
    answer = [&](const test::ReceivedRequest&) { return redirect(other.url() + "/x"); };
    there = [&](const test::ReceivedRequest&) { return redirect(internal.url() + "/latest/meta-data"); };
    BOOST_CHECK_THROW(run(client_of({other_host()}).model_info("me/repo")), HostNotAllowedError);
    BOOST_TEST(strayed.size() == 1u);
    BOOST_TEST(inside == 0u);
}

BOOST_AUTO_TEST_CASE(the_hook_is_asked_before_anything_is_sent) {
    std::vector<std::string> asked;
    bool verdict = false;
    std::optional<HfApi> api;
    {
        const std::function<bool(std::string_view)> hook = [&](std::string_view host) {
            asked.emplace_back(host);
            return verdict;
        };
        api.emplace(client([&](SessionConfig& config) { config.may_contact = &hook; }));
    }
    answer = [&](const test::ReceivedRequest&) { return redirect(other.url() + "/x"); };
    BOOST_CHECK_THROW(run(api->model_info("me/repo")), HostNotAllowedError);
    BOOST_TEST(strayed.empty());
    verdict = true;
    BOOST_TEST(run(api->model_info("me/repo")).id == "me/repo");
    BOOST_REQUIRE_EQUAL(asked.size(), 2u);
    BOOST_TEST(asked[0] == other_host());
}

BOOST_AUTO_TEST_CASE(next_links_never_leave_the_endpoint) {
    answer = [&](const test::ReceivedRequest& request) {
        auto out = json(R"([{"id":"a/b"}])");
        if (request.query().find("p=2") == std::string_view::npos)
            out.headers.emplace_back("Link", "<" + other.url() + "/api/models?p=2>; rel=\"next\"");
        return out;
    };
    auto models = client_of({"allowed.test"}).list_models();
    int count = 0;
    while (run(models.next())) ++count;
    BOOST_TEST(count == 2);
    BOOST_TEST(strayed.empty());
}

BOOST_AUTO_TEST_CASE(a_mirror_that_closed_and_redirects_to_another_host_is_followed_without_the_token) {
    there = [&](const test::ReceivedRequest& request) {
        if (request.path().find("/resolve/") == std::string_view::npos) return error(404);
        test::ScriptedAnswer out;
        out.body = content;
        out.headers = {{"ETag", "\"" + git_oid(content) + "\""}, {"X-Repo-Commit", commit}};
        if (request.method == "HEAD") out.headers.emplace_back("Content-Length", "13");
        return out;
    };
    for (const unsigned status : {301u, 302u, 303u, 307u, 308u}) {
        BOOST_TEST_CONTEXT(status) {
            strayed.clear();
            answer = [&](const test::ReceivedRequest& request) {
                return redirect(other.url() + request.target, status);
            };
            const std::string cache = (path() / std::to_string(status)).string();
            const std::string file = run(client().hf_hub_download("me/repo", "config.json", {.cache_dir = cache}));
            BOOST_TEST(read_file(file) == content);
            BOOST_TEST(strayed.size() >= 2u);
            for (const auto& request : strayed) BOOST_TEST(!request.header("Authorization"));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_renamed_repository_is_found_by_every_form_of_location) {
    for (const std::string form :
         {"/new/name/resolve/main/f?x=1", "f?x=1", "./a/../f?x=1", "?x=1", "//HOST/new/name/resolve/main/f?x=1",
          "http://HOST/new/name/resolve/main/f?x=1", "HTTP://HOST/new/name/resolve/main/f?x=1#part"}) {
        BOOST_TEST_CONTEXT(form) {
            std::string location = form;
            if (const auto host = location.find("HOST"); host != location.npos)
                location.replace(host, 4, endpoint().substr(7));
            bool with_token = true;
            answer = [&](const test::ReceivedRequest& request) {
                with_token = with_token && request.header("Authorization").has_value();
                if (request.query().find("x=1") == std::string_view::npos) return redirect(location, 307);
                test::ScriptedAnswer out;
                out.body = content;
                out.headers = {{"ETag", "\"" + git_oid(content) + "\""}, {"X-Repo-Commit", commit}};
                if (request.method == "HEAD") out.headers.emplace_back("Content-Length", "13");
                return out;
            };
            const std::string cache = (path() / std::to_string(std::hash<std::string>()(form))).string();
            BOOST_TEST(read_file(run(client().hf_hub_download("old/name", "f", {.cache_dir = cache}))) == content);
            BOOST_TEST(with_token);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_shard_that_is_named_outside_its_repository_is_not_asked) {
    const std::string index = R"({"metadata":{},"weight_map":{"a":"../../../api/x"}})";
    answer = [&](const test::ReceivedRequest& request) {
        if (!request.path().ends_with(".index.json")) return error(404, "EntryNotFound");
        test::ScriptedAnswer out;
        out.body = index;
        out.headers = {{"ETag", "\"" + git_oid(index) + "\""}, {"X-Repo-Commit", commit}};
        if (request.method == "HEAD") out.headers.emplace_back("Content-Length", std::to_string(index.size()));
        return out;
    };
    BOOST_CHECK_THROW(run(client().get_safetensors_metadata("me/repo")), UnsafePathError);
    BOOST_TEST(events.count([](const RequestEvent& event) { return event.path.find("/api/x") != std::string::npos; }) ==
               0u);
}

BOOST_AUTO_TEST_CASE(redirects_of_a_head_end) {
    int count = 0;
    answer = [&](const test::ReceivedRequest&) { return redirect("/x/" + std::to_string(++count)); };
    BOOST_CHECK_THROW(run(client().get_hf_file_metadata(endpoint() + "/me/repo/resolve/main/f")), ProtocolError);
    BOOST_TEST(count == 11);
    answer = [&](const test::ReceivedRequest& request) { return redirect(std::string(request.path())); };
    BOOST_CHECK_THROW(run(client().get_hf_file_metadata(endpoint() + "/me/repo/resolve/main/f")), ProtocolError);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(hostile_downgrade, HttpsFixture)

BOOST_AUTO_TEST_CASE(https_never_leads_to_http) {
    answer([](const SeenRequest&) { return Answer(302, "", {{"Location", "http://cdn.test/x?Signature=SIGSECRET"}}); });
    BOOST_CHECK_THROW(run(api().model_info("me/repo")), ProtocolError);
    BOOST_CHECK_THROW(run(api().get_hf_file_metadata("https://hub.test/me/repo/resolve/main/f")), ProtocolError);
    answer([](const SeenRequest&) {
        return Answer(302, "",
                      {{"Location", "http://cdn.test/x?Signature=SIGSECRET"},
                       {"X-Linked-Etag", "\"" + sha256_hex(content) + "\""},
                       {"X-Linked-Size", "13"},
                       {"X-Repo-Commit", std::string(40, 'a')}});
    });
    BOOST_CHECK_THROW(run(api().get_hf_file_metadata("https://hub.test/me/repo/resolve/main/f")), ProtocolError);
    BOOST_TEST(!sent_to("http:"));
}

BOOST_AUTO_TEST_CASE(lfs_links_never_lead_from_https_to_http) {
    hub->lfs_paths.insert("w.bin");
    for (const unsigned chunk : {0u, 4u}) {
        hub->chunk_size = chunk;
        hub->distort = [&](const SeenRequest& request) -> std::optional<Answer> {
            if (!request.is(net::Method::post, "/batch")) return std::nullopt;
            const std::string oid = sha256_hex(content);
            return Answer(
                200,
                R"({"objects":[{"oid":")" + oid + R"(","size":13,"actions":{"upload":{"href":")" +
                    (chunk ? "https://hub.test/complete/" + oid : "http://storage.test/storage/" + oid) +
                    (chunk
                         ? R"(","header":{"chunk_size":"7","1":"https://storage.test/1","2":"http://storage.test/2"}}}}]})"
                         : R"("}}}]})"));
        };
        std::vector<CommitOperation> operations;
        operations.emplace_back(CommitOperationAdd("w.bin", UploadContent::from_bytes(content)));
        CommitOptions options;
        options.commit_message = "m";
        BOOST_CHECK_THROW(run(api().create_commit("me/repo", std::move(operations), options)), ProtocolError);
        BOOST_TEST(hub->count(net::Method::put, "/") == 0u);
    }
    BOOST_TEST(!sent_to("http:"));
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_is_followed) {
    SessionConfig config = with_token();
    config.allow_downgrade = true;
    answer([](const SeenRequest& request) {
        if (request.url.starts_with("http:")) return Answer(200, R"({"id":"me/repo"})");
        return Answer(302, "", {{"Location", "http://hub.test/x"}});
    });
    BOOST_TEST(run(api(config).model_info("me/repo")).id == "me/repo");
    BOOST_TEST(!hub->seen.back().fields.contains("Authorization"));
}

BOOST_AUTO_TEST_CASE(a_link_to_the_own_host_by_http_is_asked_by_https) {
    answer([](const SeenRequest& request) {
        if (request.url == "https://hub.test/x?y=1") return Answer(200, R"({"id":"me/repo"})");
        return Answer(302, "", {{"Location", "http://hub.test/x?y=1"}});
    });
    BOOST_TEST(run(api().model_info("me/repo")).id == "me/repo");
    BOOST_TEST(hub->seen.back().fields.contains("Authorization"));
    BOOST_TEST(!sent_to("http:"));
    // The same link again and again is a circle, not a way round the rule.
    answer([](const SeenRequest&) { return Answer(302, "", {{"Location", "http://hub.test/api/models/me/repo"}}); });
    BOOST_CHECK_THROW(run(api().model_info("me/repo")), ProtocolError);
    BOOST_TEST(!sent_to("http:"));
}

BOOST_AUTO_TEST_CASE(the_token_goes_along_to_origins_that_share_it) {
    SessionConfig config = with_token();
    config.token_origins = {"https://partner.test"};
    answer([](const SeenRequest& request) {
        if (request.url.find("/api/models?") != std::string::npos || request.url.ends_with("/api/models")) {
            if (request.url.starts_with("https://partner.test")) return Answer(200, R"([{"id":"c/d"}])");
            return Answer(200, R"([{"id":"a/b"}])", {{"Link", "<https://partner.test/api/models?p=2>; rel=\"next\""}});
        }
        if (request.url.starts_with("https://hub.test"))
            return Answer(307, "", {{"Location", "https://partner.test" + Url::parse(request.url).target()}});
        return Answer(200, R"({"id":"me/repo"})", {{"ETag", "\"e\""}, {"X-Repo-Commit", std::string(40, 'a')}});
    });
    run(api(config).model_info("me/repo"));
    BOOST_TEST(hub->seen.back().url == "https://partner.test/api/models/me/repo");
    BOOST_TEST(hub->seen.back().fields.contains("Authorization"));
    const auto metadata = run(api(config).get_hf_file_metadata("https://hub.test/me/repo/resolve/main/f"));
    BOOST_TEST(metadata.location == "https://partner.test/me/repo/resolve/main/f");
    BOOST_TEST(hub->seen.back().fields.contains("Authorization"));
    auto models = api(config).list_models();
    BOOST_TEST(run(models.next())->id == "a/b");
    BOOST_TEST(run(models.next())->id == "c/d");
    BOOST_TEST(hub->seen.back().url == "https://partner.test/api/models?p=2");
    BOOST_TEST(hub->seen.back().fields.contains("Authorization"));
    // Without the option neither.
    run(api().model_info("me/repo"));
    BOOST_TEST(!hub->seen.back().fields.contains("Authorization"));
    config.token_origins = {"http://partner.test"};
    BOOST_CHECK_EXCEPTION(api(config), HFValidationError,
                          [](const auto& error) { return error.info().argument == "token_origins"; });
}

BOOST_AUTO_TEST_SUITE_END()

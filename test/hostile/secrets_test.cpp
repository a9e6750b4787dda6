// Servers that echo what they were sent, and links and endpoints that hold secrets: no message, event or error tells one.
#include "core/base64.hpp"
#include "hostile_fixture.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;

namespace {

struct SecretsFixture : test::HostileFixture {
    /// The Authorization of all requests that arrived.
    std::vector<std::string> authorizations;

    void answer_with(std::function<test::ScriptedAnswer(const test::ReceivedRequest&)> what) {
        answer = [this, what](const test::ReceivedRequest& request) {
            authorizations.emplace_back(request.header("Authorization").value_or(""));
            return what(request);
        };
    }

    static void require_none(const std::string& text) {
        for (const char* secret : {"SECRET", "aGZfU0VDUkVU"})  // the second begins "hf_SECRETTOKEN" in Base64
            BOOST_TEST(text.find(secret) == std::string::npos, text.substr(0, 300));
    }
    static void require_none(const ErrorInfo& info) {
        for (const auto* text : {&info.message, &info.argument, &info.url, &info.request_id, &info.error_code,
                                 &info.repo_commit, &info.server_message, &info.body})
            require_none(*text);
    }
    void require_none_in_events() {
        for (const RequestEvent& event : events.all()) {
            for (const auto& text : {event.host, event.path, event.error, event.warning}) require_none(text);
        }
    }
    /// Runs `call`, which must fail with an `E` that holds no secret.
    template <class E>
    void fails_without_secrets(auto&& call) {
        try {
            call();
            BOOST_ERROR("nothing thrown");
        } catch (const E& error) {
            require_none(error.info());
            require_none(error.what());
        } catch (const Error& error) {
            BOOST_ERROR(std::string("another error: ") + error.what());
        }
        require_none_in_events();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_secrets, SecretsFixture)

BOOST_AUTO_TEST_CASE(a_server_that_echoes_the_token_gets_it_into_no_message) {
    answer_with([](const test::ReceivedRequest& request) {
        const std::string sent(request.header("Authorization").value_or(""));
        const std::string encoded = base64_encode(std::string_view(sent).substr(7));
        auto out = json(R"({"error":"bad )" + sent + R"(","errors":[{"message":")" + encoded + R"( again"}]})", 403);
        for (const char* name : {"X-Error-Message", "X-Request-Id", "X-Error-Code", "X-Repo-Commit", "X-HF-Warning"})
            out.headers.emplace_back(name, "you sent " + sent);
        return out;
    });
    fails_without_secrets<HfHubHTTPError>([&] { run(client().model_info("me/repo")); });
    fails_without_secrets<HfHubHTTPError>([&] { run(client().hf_hub_download("me/repo", "f")); });
    fails_without_secrets<HfHubHTTPError>([&] { run(client().whoami()); });
    BOOST_TEST(authorizations.at(0) == "Bearer hf_SECRETTOKEN");
    fails_without_secrets<HfHubHTTPError>(
        [&] { run(client([](SessionConfig& config) { config.token = false; }).model_info("me/repo", {.token = "hf_OTHERSECRET"})); });
    BOOST_TEST(authorizations.back() == "Bearer hf_OTHERSECRET");
}

BOOST_AUTO_TEST_CASE(a_success_that_echoes_the_token_is_quoted_without_it) {
    answer_with([](const test::ReceivedRequest&) { return json(R"({"id":"me/repo","lastModified":"hf_SECRETTOKEN"})"); });
    try {
        require_none(run(client().model_info("me/repo")).id);
    } catch (const InvalidResponseError& error) {
        require_none(error.info());
    }
    answer_with([](const test::ReceivedRequest&) { return json(R"({"id":7,"x":"hf_SECRETTOKEN"})"); });
    fails_without_secrets<InvalidResponseError>([&] { run(client().model_info("me/repo")); });
}

BOOST_AUTO_TEST_CASE(a_redirect_that_echoes_the_token_gets_it_into_no_event) {
    answer_with([](const test::ReceivedRequest& request) {
        test::ScriptedAnswer out = error(404);
        if (request.path().find("SECRET") != std::string_view::npos) return out;
        out.status = 302;
        out.headers = {{"Location", "/x/hf_SECRETTOKEN?q=hf_SECRETTOKEN"}};
        return out;
    });
    fails_without_secrets<HfHubHTTPError>([&] { run(client().model_info("me/repo")); });
    BOOST_TEST(authorizations.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_store_that_explains_a_refused_signature_is_told_without_it) {
    answer_with([](const test::ReceivedRequest& request) {
        if (request.path() == "/store") {
            test::ScriptedAnswer out;
            out.status = 403;
            out.body =
                "<Error><Code>SignatureDoesNotMatch</Code><Message>wrong SIGSECRET%2F1</Message>"
                "<StringToSign>SIGSECRET/1</StringToSign></Error>";
            return out;
        }
        test::ScriptedAnswer out;
        out.status = 302;
        out.headers = {{"Location", "/store?Signature=SIGSECRET%2F1"}};
        return out;
    });
    try {
        run(client().model_info("me/repo"));
        BOOST_ERROR("nothing thrown");
    } catch (const HfHubHTTPError& error) {
        require_none(error.info());
        BOOST_TEST(error.message().find("SignatureDoesNotMatch: wrong …") != std::string::npos);
    }
    require_none_in_events();
}

BOOST_AUTO_TEST_CASE(a_malformed_location_is_the_servers_fault_and_not_quoted) {
    for (const char* location :
         {"http://user:PWSECRET@host:99999/x?Signature=SIGSECRET", "ftp://user:PWSECRET@x/", "file:///etc/passwd?SECRET",
          "javascript:alert(1)", "http://", "http://[::1", "http:///x?SECRET", "http://a b/",
          "http://127.0.0.1:0/?SECRET", "http://\xc3\xa4/", "http://evil\\@127.0.0.1/", "http://[fe80::1%25lo]/",
          "data:,x?SECRET", "//user:PWSECRET@h:x/"}) {
        BOOST_TEST_CONTEXT(location) {
            answer_with([&](const test::ReceivedRequest&) {
                test::ScriptedAnswer out;
                out.status = 302;
                out.headers = {{"Location", location}};
                return out;
            });
            fails_without_secrets<ProtocolError>([&] { run(client().model_info("me/repo")); });
            BOOST_CHECK_THROW(run(client().whoami()), ProtocolError);
            BOOST_CHECK_THROW(run(client().get_hf_file_metadata(endpoint() + "/me/repo/resolve/main/f")), ProtocolError);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_malformed_next_link_is_the_servers_fault) {
    answer_with([](const test::ReceivedRequest&) {
        auto out = json(R"([{"id":"a/b"}])");
        out.headers.emplace_back("Link", "<http://user:PWSECRET@h:99999/x?Signature=SIGSECRET>; rel=\"next\"");
        return out;
    });
    auto models = client().list_models();
    BOOST_TEST(run(models.next())->id == "a/b");
    fails_without_secrets<ProtocolError>([&] { run(models.next()); });
}

BOOST_AUTO_TEST_CASE(user_info_of_the_endpoint_is_sent_as_basic_and_never_told) {
    answer_with([](const test::ReceivedRequest& request) {
        if (request.path() == "/api/models/me/gated") return error(403, "GatedRepo");
        return json(R"({"id":"me/repo","echo":")" + std::string(request.header("Authorization").value_or("")) + "\"}");
    });
    const std::string with_user = "http://user:PW%40SECRET@" + endpoint().substr(7);
    const auto anonymous = [&](SessionConfig& config) {
        config.endpoint = with_user;
        config.token = TokenArg();
    };
    const HfApi api = client(anonymous);
    run(api.model_info("me/repo"));
    BOOST_TEST(authorizations.back() == "Basic dXNlcjpQV0BTRUNSRVQ=");
    run(api.get_model_tags());
    BOOST_TEST(authorizations.back() == "Basic dXNlcjpQV0BTRUNSRVQ=");
    run(api.whoami());
    BOOST_TEST(authorizations.back() == "Basic dXNlcjpQV0BTRUNSRVQ=");
    require_none(api.session().endpoint());
    fails_without_secrets<GatedRepoError>([&] { run(api.model_info("me/gated")); });
    fails_without_secrets<OfflineModeIsEnabled>([&] {
        run(client([&](SessionConfig& config) {
                anonymous(config);
                config.offline = true;
            }).model_info("me/repo"));
    });
    // One Authorization has to do.
    fails_without_secrets<HFValidationError>([&] { client([&](SessionConfig& config) { config.endpoint = with_user; }); });
    fails_without_secrets<HFValidationError>([&] { run(api.model_info("me/repo", {.token = "hf_SECRET"})); });
    for (const char* wrong : {"http://user:PWSECRET@127.0.0.1:99999", "htp://user:PWSECRET@127.0.0.1"}) {
        fails_without_secrets<HFValidationError>([&] {
            client([&](SessionConfig& config) {
                config.endpoint = wrong;
                config.token = false;
            });
        });
    }
}

BOOST_AUTO_TEST_CASE(user_info_of_the_endpoint_stays_at_its_origin) {
    std::vector<std::string> elsewhere;
    test::ScriptedServer other(context.get_executor(), [&](const test::ReceivedRequest& request) {
        elsewhere.emplace_back(request.header("Authorization").value_or("none"));
        return json(R"({"id":"me/repo"})");
    });
    answer_with([&](const test::ReceivedRequest&) {
        test::ScriptedAnswer out;
        out.status = 307;
        out.headers = {{"Location", other.url() + "/x"}};
        return out;
    });
    const std::string with_user = "http://user:PWSECRET@" + endpoint().substr(7);
    run(client([&](SessionConfig& config) {
            config.endpoint = with_user;
            config.token = false;
        }).model_info("me/repo"));
    BOOST_REQUIRE_EQUAL(elsewhere.size(), 1u);
    BOOST_TEST(elsewhere[0] == "none");
}

BOOST_AUTO_TEST_CASE(a_client_told_to_be_anonymous_sends_no_token) {
    answer_with([](const test::ReceivedRequest& request) {
        const auto path = request.path();
        if (path.find("/preupload/") != path.npos)
            return json(R"({"files":[{"path":"w.bin","uploadMode":"lfs","shouldIgnore":false}]})");
        return error(401);
    });
    const std::string home_token = "hf_SECRETOFTHEENVIRONMENT";
    const Environment variables(
        [&](const std::string& name) -> std::optional<std::string> {
            if (name == "HF_TOKEN") return home_token;
            if (name == "HF_HOME") return home.string();
            return std::nullopt;
        },
        home.string());
    const HfApi api = client([&](SessionConfig& config) {
        config.token = false;
        config.environment = &variables;
    });
    BOOST_CHECK_THROW(run(api.whoami()), HfHubHTTPError);
    BOOST_TEST(!run(api.get_token_permission()));
    BOOST_CHECK_THROW(run(api.get_liked_repos()), HfHubHTTPError);
    BOOST_CHECK_THROW(run(api.model_info("me/repo")), HfHubHTTPError);
    BOOST_CHECK_THROW(run(api.hf_hub_download("me/repo", "f")), Error);
    std::vector<CommitOperation> operations;
    operations.emplace_back(CommitOperationAdd("w.bin", UploadContent::from_bytes("x")));
    CommitOptions options;
    options.commit_message = "m";
    BOOST_CHECK_THROW(run(api.create_commit("me/repo", std::move(operations), options)), Error);
    BOOST_TEST(authorizations.size() >= 5u);
    for (const auto& sent : authorizations) BOOST_TEST(sent == "");
    // The call's word counts more than the client's, both ways.
    authorizations.clear();
    BOOST_CHECK_THROW(run(api.whoami({.token = true})), HfHubHTTPError);
    BOOST_TEST(authorizations.back() == "Bearer " + home_token);
    BOOST_CHECK_THROW(run(client().model_info("me/repo", {.token = false})), HfHubHTTPError);
    BOOST_TEST(authorizations.back() == "");
    BOOST_CHECK_THROW(run(client().whoami({.token = false})), HFValidationError);  // as 2.4.0
}

BOOST_AUTO_TEST_SUITE_END()

// LFS links of stores that others run: what they demand is sent, to them alone; what they say is told.
#include "files.hpp"
#include "hostile_fixture.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;

namespace {

const std::string content = "weights of a model";

struct LfsFixture : test::HostileFixture {
    std::vector<test::ReceivedRequest> stored;
    test::ScriptedServer store{context.get_executor(), [this](const test::ReceivedRequest& request) {
                                   stored.push_back(request);
                                   return serve(request);
                               }};
    std::function<test::ScriptedAnswer(const test::ReceivedRequest&)> serve = [](const test::ReceivedRequest&) {
        test::ScriptedAnswer out;
        out.body = content;
        out.headers = {{"ETag", "\"e\""}};
        return out;
    };
    std::string actions;  // of the one object

    LfsFixture() {
        answer = [this](const test::ReceivedRequest& request) {
            const auto path = request.path();
            const std::string oid = sha256_hex(content);
            const std::string size = std::to_string(content.size());
            if (path.find("/revision/") != path.npos) return json(R"({"sha":")" + std::string(commit) + R"(","siblings":[]})");
            if (path.find("/tree/") != path.npos)
                return json(R"([{"type":"file","path":"w.bin","oid":")" + git_oid("p") + R"(","size":)" + size +
                            R"(,"lfs":{"oid":")" + oid + R"(","size":)" + size + R"(,"pointerSize":10}}])");
            if (path.find("/preupload/") != path.npos)
                return json(R"({"files":[{"path":"w.bin","uploadMode":"lfs","shouldIgnore":false}]})");
            if (path.ends_with("/batch"))
                return json(R"({"transfer":"basic","objects":[{"oid":")" + oid + R"(","size":)" + size + R"(,"actions":{)" +
                            actions + "}}]}");
            if (path.find("/commit/") != path.npos)
                return json(R"({"success":true,"commitOid":")" + std::string(commit) + R"(","commitUrl":")" + endpoint() +
                            R"(/me/repo/commit/x"})");
            return error(404, "EntryNotFound");
        };
    }

    static std::string action(const std::string& name, const std::string& href, const std::string& header = "{}") {
        return "\"" + name + R"(":{"href":")" + href + R"(","header":)" + header + "}";
    }
    void upload() {
        std::vector<CommitOperation> operations;
        operations.emplace_back(CommitOperationAdd("w.bin", UploadContent::from_bytes(content)));
        CommitOptions options;
        options.commit_message = "m";
        run(client().create_commit("me/repo", std::move(operations), options));
    }
    void mirror() { run(client().mirror("me/repo", (path() / "m").string())); }
    std::string mirrored() const { return test::read_file(path() / "m" / "w.bin"); }
    const test::ReceivedRequest& at_store(std::string_view method) const {
        for (const auto& request : stored) {
            if (request.method == method) return request;
        }
        throw std::runtime_error("no " + std::string(method) + " at the store");
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_lfs, LfsFixture)

BOOST_AUTO_TEST_CASE(fields_of_an_upload_and_of_its_verification_are_sent) {
    actions = action("upload", store.url() + "/o", R"({"X-Need":"1","Authorization":"Basic U1RPUkU="})") + "," +
              action("verify", store.url() + "/v", R"({"Authorization":"RemoteAuth V"})");
    upload();
    BOOST_TEST(at_store("PUT").header("X-Need").value() == "1");
    BOOST_TEST(at_store("PUT").header("Authorization").value() == "Basic U1RPUkU=");
    BOOST_TEST(at_store("PUT").body == content);
    BOOST_TEST(at_store("POST").header("Authorization").value() == "RemoteAuth V");
    BOOST_TEST(at_store("POST").path() == "/v");
}

BOOST_AUTO_TEST_CASE(a_verification_by_the_endpoint_itself_gets_the_token_unless_its_link_says_otherwise) {
    std::vector<std::string> sent;
    answer = [&, inner = answer](const test::ReceivedRequest& request) {
        if (request.path() != "/v") return inner(request);
        sent.emplace_back(request.header("Authorization").value_or(""));
        return json("{}");
    };
    actions = action("upload", store.url() + "/o") + "," + action("verify", endpoint() + "/v");
    upload();
    actions = action("upload", store.url() + "/o") + "," +
              action("verify", endpoint() + "/v", R"({"Authorization":"RemoteAuth V"})");
    upload();
    const std::vector<std::string> expected{"Bearer hf_SECRETTOKEN", "RemoteAuth V"};
    BOOST_TEST(sent == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_store_that_demands_nothing_gets_no_token) {
    actions = action("upload", store.url() + "/o") + "," + action("verify", store.url() + "/v", "null");
    upload();
    BOOST_TEST(stored.size() == 2u);
    for (const auto& request : stored) BOOST_TEST(!request.header("Authorization"));
}

BOOST_AUTO_TEST_CASE(fields_of_a_multipart_upload_go_with_its_completion) {
    const std::string half = std::to_string(content.size() / 2);
    actions = action("upload", store.url() + "/complete",
                     R"({"chunk_size":")" + half + R"(","1":")" + store.url() + R"(/1","2":")" + store.url() +
                         R"(/2","X-Need":"1"})");
    upload();
    BOOST_REQUIRE_EQUAL(stored.size(), 3u);
    for (const auto& request : stored) {
        BOOST_TEST(request.header("X-Need").has_value() == (request.method == "POST"));
        BOOST_TEST((!request.header("chunk_size") && !request.header("1")));
    }
}

BOOST_AUTO_TEST_CASE(fields_of_a_download_are_sent_and_stay_at_their_origin) {
    std::vector<test::ReceivedRequest> third;
    test::ScriptedServer other(context.get_executor(), [&](const test::ReceivedRequest& request) {
        third.push_back(request);
        test::ScriptedAnswer out;
        out.body = content;
        return out;
    });
    serve = [&](const test::ReceivedRequest& request) {
        test::ScriptedAnswer out;
        out.status = 302;
        out.headers = {{"Location", request.path() == "/a" ? "/b" : other.url() + "/c"}};
        return out;
    };
    actions = action("download", store.url() + "/a", R"({"Authorization":"Basic TElOSw==","X-Need":"1"})");
    mirror();
    BOOST_TEST(mirrored() == content);
    BOOST_REQUIRE_EQUAL(stored.size(), 2u);
    for (const auto& request : stored) {
        BOOST_TEST(request.header("Authorization").value() == "Basic TElOSw==");
        BOOST_TEST(request.header("X-Need").value() == "1");
    }
    BOOST_REQUIRE_EQUAL(third.size(), 1u);
    BOOST_TEST((!third[0].header("Authorization") && !third[0].header("X-Need")));
}

BOOST_AUTO_TEST_CASE(fields_of_an_upload_are_dropped_by_a_redirect_to_another_origin) {
    std::vector<test::ReceivedRequest> third;
    test::ScriptedServer other(context.get_executor(), [&](const test::ReceivedRequest& request) {
        third.push_back(request);
        return test::ScriptedAnswer();
    });
    serve = [&](const test::ReceivedRequest&) {
        test::ScriptedAnswer out;
        out.status = 307;
        out.headers = {{"Location", other.url() + "/c"}};
        return out;
    };
    actions = action("upload", store.url() + "/a", R"({"Authorization":"Basic TElOSw=="})");
    upload();
    BOOST_REQUIRE_EQUAL(third.size(), 1u);
    BOOST_TEST(!third[0].header("Authorization"));
    BOOST_TEST(third[0].body == content);
}

BOOST_AUTO_TEST_CASE(fields_that_break_messages_refuse_the_object_and_send_nothing) {
    for (const std::string header : {R"({"X-A":"a\r\nX-Injected: 1"})", R"({"X-A: b\r\nX-Injected":"1"})"}) {
        actions = action("upload", store.url() + "/o", header);
        BOOST_CHECK_THROW(upload(), InvalidResponseError);
        actions = action("download", store.url() + "/o", header);
        // There is no other way to the content here.
        BOOST_CHECK_THROW(mirror(), EntryNotFoundError);
    }
    BOOST_TEST(stored.empty());
}

BOOST_AUTO_TEST_CASE(fields_that_frame_messages_are_not_taken_from_links) {
    actions = action("upload", store.url() + "/o",
                     R"({"Host":"evil","Content-Length":"99","Transfer-Encoding":"chunked","Connection":"close","Range":"bytes=0-1"})");
    upload();
    BOOST_TEST(at_store("PUT").header("Host").value() == store.url().substr(7));
    BOOST_TEST(at_store("PUT").header("Content-Length").value() == std::to_string(content.size()));
    BOOST_TEST((!at_store("PUT").header("Transfer-Encoding") && !at_store("PUT").header("Range")));
    BOOST_TEST(at_store("PUT").body == content);
}

BOOST_AUTO_TEST_CASE(the_stores_words_are_told_without_the_links_secrets) {
    serve = [](const test::ReceivedRequest& request) {
        test::ScriptedAnswer out;
        out.status = 403;
        out.body = "<Error><Code>AccessDenied</Code><Message>no " + std::string(request.header("Authorization").value_or("")) +
                   " for " + request.target + "</Message></Error>";
        return out;
    };
    actions = action("upload", store.url() + "/o?X-Amz-Signature=SIGSECRET", R"({"Authorization":"RemoteAuth LINKSECRET"})");
    try {
        upload();
        BOOST_ERROR("nothing thrown");
    } catch (const HfHubHTTPError& error) {
        BOOST_TEST(error.message().find("AccessDenied") != std::string::npos);
        BOOST_TEST(error.message().find("w.bin") != std::string::npos);
        BOOST_TEST(error.message().find("SECRET") == std::string::npos);
        BOOST_TEST(error.info().body.find("SECRET") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_that_echoes_the_token_is_told_without_it) {
    answer = [inner = answer](const test::ReceivedRequest& request) {
        if (!request.path().ends_with("/batch")) return inner(request);
        return json(R"({"objects":[{"oid":"a","error":{"code":403,"message":"no )" +
                    std::string(request.header("Authorization").value_or("")) + R"("}}]})");
    };
    BOOST_CHECK_EXCEPTION(upload(), HFValidationError, [](const auto& error) {
        return error.message().find("SECRET") == std::string::npos && error.message().find("no Bearer") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_link_that_was_born_expired_is_used_all_the_same) {
    actions = R"("download":{"href":")" + store.url() + R"(/o","expires_at":"2020-01-01T00:00:00.000Z"})";
    mirror();
    BOOST_TEST(mirrored() == content);
    BOOST_TEST(stored.size() == 1u);
    BOOST_TEST(events.count([](const RequestEvent& event) { return event.path.ends_with("/batch"); }) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

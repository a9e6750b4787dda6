// Answers of other servers, old and new: what one of them says oddly costs no more than itself.
#include "hostile_fixture.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace hf;

namespace {

struct OddAnswers : test::HostileFixture {
    HfApi listening_client() {
        HfApi api = client();
        api.session().on_warning([this](std::string_view sentence) { warnings.emplace_back(sentence); });
        return api;
    }
    template <class T>
    std::vector<T> all(AsyncGenerator<T> list) {
        std::vector<T> out;
        while (auto item = run(list.next())) out.push_back(std::move(*item));
        return out;
    }
    void always(std::string body, unsigned status = 200) {
        answer = [=](const test::ReceivedRequest&) { return json(body, status); };
    }

    std::vector<std::string> warnings;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(odd_answers, OddAnswers)

BOOST_AUTO_TEST_CASE(one_odd_element_never_loses_a_list_and_is_told) {
    always(R"([{"id":"o/a"},{"likes":1},5,{"id":"o/b","cardData":{"text":"cut \ud83d"}},{"id":"o/c","likes":1e999},
               {"id":"o/d","createdAt":"soon"}])");
    HfApi api = listening_client();
    const auto models = all(api.list_models());
    BOOST_REQUIRE(models.size() == 3u);
    BOOST_TEST(models[1].id == "o/b");
    BOOST_TEST(models[2].id == "o/d");
    BOOST_TEST(!models[2].created_at);
    BOOST_REQUIRE(warnings.size() == 3u);
    BOOST_TEST(warnings[0].find("element 1 of http://") == 0u);
    BOOST_TEST(warnings[0].find("member 'id' is missing") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_list_of_nothing_readable_is_an_error) {
    always(R"([{"name":"a"},{"name":"b"}])");
    HfApi api = listening_client();
    auto models = api.list_models();
    BOOST_CHECK_THROW(run(models.next()), InvalidResponseError);
    BOOST_TEST(!run(models.next()));
    always(R"([5,"x"])");
    BOOST_CHECK_THROW(run(api.list_pending_access_requests("o/m").collect()), InvalidResponseError);
}

BOOST_AUTO_TEST_CASE(an_odd_entry_of_a_tree_is_thrown_in_its_place) {
    always("[" + entry("a", "a") + R"(,{"type":"file","path":"b","oid":"x"},)" + entry("c", "c") + "]");
    HfApi api = listening_client();
    auto tree = api.list_repo_tree("o/m");
    BOOST_TEST(run(tree.next())->path() == "a");
    BOOST_CHECK_THROW(run(tree.next()), InvalidResponseError);
    BOOST_TEST(run(tree.next())->path() == "c");
    BOOST_TEST(!run(tree.next()));
    BOOST_CHECK_THROW(run(api.list_repo_files("o/m").collect()), InvalidResponseError);
    BOOST_TEST(warnings.empty());
}

BOOST_AUTO_TEST_CASE(lists_that_come_in_one_piece_lose_no_more_either) {
    HfApi api = listening_client();
    always(R"([{"user":{"user":"a"},"status":"pending"},{"user":null,"status":"pending","timestamp":7},"gone"])");
    const auto requests = run(api.list_pending_access_requests("o/m").collect());
    BOOST_REQUIRE(requests.size() == 2u);
    BOOST_TEST(!requests[0].fullname);
    BOOST_TEST(!requests[1].username);
    BOOST_TEST(warnings.size() == 1u);

    always(R"([{"id":"c1","authors":[{"avatar":"x"}],"date":"2024-01-02T03:04:05+00:00","title":"t","message":""}])");
    const auto commits = all(api.list_repo_commits("o/m"));
    BOOST_REQUIRE(commits.size() == 1u);
    BOOST_TEST(to_iso(commits[0].created_at) == "2024-01-02T03:04:05.000Z");

    always(R"({"slug":"o/c-1","title":null,"items":[{"_id":"1","type":"model"},{"id":"a/b"},{}]})");
    BOOST_TEST(run(api.get_collection("o/c-1")).items.size() == 2u);

    always(R"({"A":{"value":"1"},"B":"odd","C":{}})");
    BOOST_TEST(run(api.get_space_variables("o/s")).size() == 2u);
}

BOOST_AUTO_TEST_CASE(all_pages_of_likers_are_read) {
    answer = [this](const test::ReceivedRequest& request) {
        if (request.target.find("cursor") != std::string::npos) return json(R"([{"user":"c"}])");
        auto first = json(R"([{"user":"a"},{"user":"b","fullname":null}])");
        first.headers.emplace_back("Link", "<" + endpoint() + R"(/api/models/o/m/likers?cursor=1>; rel="next")");
        return first;
    };
    BOOST_TEST(run(client().list_repo_likers("o/m").collect()).size() == 3u);
}

BOOST_AUTO_TEST_CASE(pages_of_discussions_that_repeat_are_an_error) {
    always(R"({"discussions":[{"num":1},{"title":"?"}],"count":1000,"start":0})");
    HfApi api = listening_client();
    auto discussions = api.get_repo_discussions("o/m");
    BOOST_TEST(run(discussions.next())->num == 1);
    BOOST_CHECK_THROW(run(discussions.next()), InvalidResponseError);
    BOOST_TEST(!run(discussions.next()));
    BOOST_TEST(events.size() <= 4u);
}

BOOST_AUTO_TEST_CASE(a_repository_is_created_whatever_the_answer_names) {
    HfApi api = client();
    for (const char* body : {R"({"url":"https://huggingface.co/o/m","name":"o/m"})", R"({"url":"/hub/o/m"})",
                             R"({"name":"o/m"})", "{}", "", R"({"url":5})", R"({"url":"https://huggingface.co"})"}) {
        always(body);
        const RepoUrl url = run(api.create_repo("o/m"));
        BOOST_TEST(url.repo_id == "o/m", body);
        BOOST_TEST(url.endpoint == endpoint());
    }
    always(R"({"url":"https://huggingface.co/datasets/me/d"})");
    CreateRepoOptions options;
    options.repo_type = "dataset";
    BOOST_TEST(run(api.create_repo("d", options)).repo_id == "me/d");
}

BOOST_AUTO_TEST_CASE(exist_ok_goes_on_where_the_repository_is_there) {
    HfApi api = client();
    CreateRepoOptions options;
    options.exist_ok = true;
    for (const unsigned status : {400u, 401u, 402u, 403u, 409u}) {
        answer = [=](const test::ReceivedRequest& request) {
            if (request.path() != "/api/repos/create") return json(R"({"id":"o/m"})");
            return json(R"({"error":"Repository o/m already exists"})", status);
        };
        BOOST_TEST(run(api.create_repo("o/m", options)).repo_id == "o/m", status);
    }
    answer = [](const test::ReceivedRequest& request) {
        if (request.path() == "/api/repos/create") return json(R"({"error":"Unauthorized"})", 401);
        return error(404, "RepoNotFound");
    };
    BOOST_CHECK_EXCEPTION(run(api.create_repo("o/m", options)), HfHubHTTPError,
                          [](const HfHubHTTPError& error) { return error.status() == 401; });
    always(R"({"error":"bad name"})", 400);
    BOOST_CHECK_THROW(run(api.create_repo("o/m", options)), BadRequestError);
}

BOOST_AUTO_TEST_CASE(a_branch_that_is_there_needs_no_right_to_make_it) {
    HfApi api = client();
    CreateBranchOptions options;
    options.exist_ok = true;
    answer = [](const test::ReceivedRequest& request) {
        if (request.path() != "/api/models/o/m/refs") return error(403);
        return json(R"({"branches":[{"name":"dev","ref":"refs/heads/dev"},{"ref":"odd"}]})");
    };
    options.branch = "dev";
    BOOST_CHECK_NO_THROW(run(api.create_branch("o/m", options)));
    options.branch = "other";
    BOOST_CHECK_EXCEPTION(run(api.create_branch("o/m", options)), HfHubHTTPError,
                          [](const HfHubHTTPError& error) { return error.status() == 403; });
}

BOOST_AUTO_TEST_CASE(a_change_that_is_made_needs_no_answer) {
    HfApi api = client();
    for (const char* body : {"", "ok", "[]", "{}"}) {
        always(body);
        UpdateRepoSettingsOptions settings;
        settings.visibility = "private";
        BOOST_CHECK_NO_THROW(run(api.update_repo_settings("o/m", settings)));
        BOOST_CHECK_NO_THROW(run(api.update_repo_visibility("o/m", true)));
        BOOST_CHECK_NO_THROW(run(api.restart_space("o/s")));
        BOOST_CHECK_NO_THROW(run(api.grant_access("o/m", "u")));
        BOOST_CHECK_NO_THROW(run(api.add_space_variable("o/s", "K", "v")));
    }
}

BOOST_AUTO_TEST_CASE(a_bare_404_says_that_there_is_nothing) {
    answer = [](const test::ReceivedRequest&) { return error(404); };
    HfApi api = client();
    BOOST_TEST(!run(api.repo_exists("o/m")));
    BOOST_TEST(!run(api.file_exists("o/m", "f")));
    DeleteRepoOptions missing_ok;
    missing_ok.missing_ok = true;
    BOOST_CHECK_NO_THROW(run(api.delete_repo("o/m", missing_ok)));
    answer = [](const test::ReceivedRequest&) { return error(500); };
    BOOST_CHECK_THROW(run(api.repo_exists("o/m")), HfHubHTTPError);
}

BOOST_AUTO_TEST_CASE(a_commit_without_address_is_made) {
    answer = [](const test::ReceivedRequest& request) {
        if (request.path().find("/preupload/") != std::string_view::npos)
            return json(R"({"files":[{"path":"a.txt","uploadMode":"regular"}]})");
        return json(R"({"commitOid":"0123456789abcdef0123456789abcdef01234567"})");
    };
    const CommitInfo info = run(client().upload_file(UploadContent::from_bytes("x"), "a.txt", "o/m"));
    BOOST_TEST(info.oid == commit);
    BOOST_TEST(info.commit_url == endpoint() + "/o/m/commit/" + commit);
}

BOOST_AUTO_TEST_CASE(an_empty_safetensors_file_is_named_as_such) {
    answer = [](const test::ReceivedRequest&) { return error(416); };
    BOOST_CHECK_THROW(run(client().parse_safetensors_file_metadata("o/m", "model.safetensors")),
                      SafetensorsParsingError);
}

BOOST_AUTO_TEST_SUITE_END()

#include "commit_fixture.hpp"

#include <hf/transfer/progress.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

using namespace hf;
using namespace hf::test;
namespace asio = boost::asio;

BOOST_FIXTURE_TEST_SUITE(commit_flow, CommitFixture)

BOOST_AUTO_TEST_CASE(regular_and_lfs_files) {
    hub->with_verify = true;
    const auto weights = lfs("w.bin", "weights");
    const auto card = regular("README.md", "hello\n");
    const CommitInfo info = commit({card, weights, CommitOperationDelete("old/")});
    BOOST_TEST(info.oid == std::string(39, 'c') + "1");
    BOOST_TEST(info.url == info.commit_url);
    BOOST_TEST(!info.pr_url.has_value());
    const std::string oid = weights.upload_info().sha256;
    const std::vector<std::string> expected{
        "POST /api/models/julien/m/preupload/main", "POST /julien/m.git/info/lfs/objects/batch",
        "PUT /storage/" + oid + "?x=1&sig=1",       "POST /julien/m.git/info/lfs/objects/verify",
        "POST /api/models/julien/m/commit/main",
    };
    BOOST_TEST(hub->targets() == expected, boost::test_tools::per_element());
    BOOST_TEST(hub->stored.at(oid) == "weights");
    BOOST_TEST(hub->commit_lines().size() == 4u);
    BOOST_TEST(hub->last(Method::post, "/commit/").sized);
    for (const auto& request : hub->seen) {
        const bool storage = request.url.starts_with("https://storage.test");
        BOOST_TEST(request.fields.contains("Authorization") == !storage, request.url);
        if (storage) BOOST_TEST(!request.fields.contains("Content-Type"));
    }
    BOOST_TEST((weights.upload_mode() == UploadMode::lfs));
    BOOST_TEST((card.upload_mode() == UploadMode::regular));
    BOOST_TEST(weights.is_uploaded());
    BOOST_TEST(!card.is_uploaded());
    BOOST_TEST(weights.is_committed());
    BOOST_TEST(card.is_committed());
    const std::size_t requests = hub->seen.size();
    BOOST_CHECK_THROW(commit({card}), HFValidationError);
    BOOST_TEST(hub->seen.size() == requests);
}

BOOST_AUTO_TEST_CASE(many_files_are_asked_for_in_chunks) {
    std::vector<CommitOperation> operations;
    for (int i = 0; i < 600; ++i) operations.push_back(lfs("f" + std::to_string(i), std::to_string(i)));
    commit(operations);
    BOOST_TEST(hub->count(Method::post, "/preupload/") == 3u);
    BOOST_TEST(hub->count(Method::post, "/batch") == 3u);
    BOOST_TEST(hub->count(Method::put, "/storage/") == 600u);
    // Each batch is signed only when the one before it was sent.
    std::size_t puts = 0, batches = 0;
    for (const auto& request : hub->seen) {
        puts += request.is(Method::put, "/storage/");
        if (request.is(Method::post, "/batch")) BOOST_TEST(puts == 256 * batches++);
    }
    BOOST_TEST(hub->commit_lines().size() == 601u);
}

BOOST_AUTO_TEST_CASE(one_content_under_two_names_is_sent_once) {
    const auto a = lfs("a.bin", "same"), b = lfs("b.bin", "same");
    commit({a, b});
    BOOST_TEST(hub->count(Method::put, "/storage/") == 1u);
    BOOST_TEST(a.is_uploaded());
    BOOST_TEST(b.is_uploaded());
}

BOOST_AUTO_TEST_CASE(multipart) {
    hub->chunk_size = 10;
    const auto big = lfs("big.bin", "0123456789abcdefghijKLMNO");
    commit({big});
    BOOST_TEST(hub->count(Method::put, "/storage/") == 3u);
    BOOST_TEST(hub->stored.at(big.upload_info().sha256) == "0123456789abcdefghijKLMNO");
    const auto& completion = hub->last(Method::post, "/complete/");
    BOOST_TEST(!completion.fields.contains("Authorization"));
    BOOST_TEST(completion.body == R"({"oid":")" + big.upload_info().sha256 +
                                      R"(","parts":[{"partNumber":1,"etag":"\"e1\""},{"partNumber":2,"etag":"\"e2\""},)"
                                      R"({"partNumber":3,"etag":"\"e3\""}]})");
}

BOOST_AUTO_TEST_CASE(empty_and_ignored_files) {
    hub->ignored = {"b.bin", "c.log"};
    commit({regular(".gitignore", "*.log"), lfs("empty.bin", ""), lfs("b.bin", "B"), regular("c.log", "C")});
    BOOST_TEST(hub->count(Method::post, "/batch") == 0u);
    BOOST_TEST(hub->commit_lines().size() == 3u);
    BOOST_TEST(mentions(hub->last(Method::post, "/preupload/").body, R"("gitIgnore":"*.log")"));
}

BOOST_AUTO_TEST_CASE(nothing_to_commit_makes_no_commit_and_is_told) {
    std::vector<std::string> warnings;
    api.session().on_warning([&](std::string_view sentence) { warnings.emplace_back(sentence); });
    hub->interfere = [](const SeenRequest& request) -> std::optional<Answer> {
        if (!request.is(Method::get, "/revision/main")) return std::nullopt;
        return Answer(200, R"({"id":"julien/m","sha":"the head"})");
    };
    BOOST_TEST(commit({}).oid == "the head");
    hub->ignored = {"c.log"};
    BOOST_TEST(commit({regular("c.log", "C")}).oid == std::string(40, '0'));
    hub->head.clear();
    const CommitInfo info = commit({regular("c.log", "C")});
    BOOST_TEST(info.oid == "the head");
    BOOST_TEST(info.commit_url == "https://hub.test/julien/m/commit/the head");
    BOOST_TEST(hub->count(Method::post, "/commit/") == 0u);
    BOOST_TEST(warnings.size() == 3u);
}

namespace {

/// Answers paths-info with those of `files` (JSON of entries by path) that are asked for, and resolve with "x".
auto with_files(std::map<std::string, std::string> files) {
    return [files](const SeenRequest& request) -> std::optional<Answer> {
        if (request.is(Method::get, "/resolve/")) return Answer(200, "x");
        if (request.is(Method::get, "/revision/")) return Answer(200, R"({"id":"julien/m","sha":"the head"})");
        if (!request.is(Method::post, "/paths-info/")) return std::nullopt;
        std::string list;
        for (const auto& [path, entry] : files) {
            if (!mentions(request.body, "paths=" + path)) continue;
            list += (list.empty() ? "" : ",") + (R"({"type":"file","path":")" + path + R"(",)" + entry + "}");
        }
        return Answer(200, "[" + list + "]");
    };
}
constexpr const char* lfs_a = R"("size":9,"oid":"p1","lfs":{"oid":"aaa","size":9})";
constexpr const char* lfs_b = R"("size":9,"oid":"p2","lfs":{"oid":"bbb","size":9})";

}  // namespace

BOOST_AUTO_TEST_CASE(copies_that_change_nothing_make_no_commit) {
    hub->interfere = with_files({{"a.bin", lfs_a}, {"same.bin", lfs_a}, {"other.bin", lfs_b}});
    BOOST_TEST(commit({CommitOperationCopy("a.bin", "same.bin"), CommitOperationCopy("a.bin", "a.bin")}).oid ==
               "the head");
    BOOST_TEST(hub->count(Method::post, "/commit/") == 0u);
    commit({CommitOperationCopy("a.bin", "same.bin"), CommitOperationCopy("a.bin", "other.bin")});
    BOOST_TEST(hub->commit_lines().size() == 2u);
    // After a deletion the same content is a change.
    commit({CommitOperationDelete("same.bin"), CommitOperationCopy("a.bin", "same.bin")});
    BOOST_TEST(hub->commit_lines().size() == 3u);
    BOOST_CHECK_THROW(commit({CommitOperationCopy("none.bin", "b.bin")}), EntryNotFoundError);
}

BOOST_AUTO_TEST_CASE(a_copy_of_a_regular_file_is_fetched_and_sent) {
    hub->interfere = with_files({{"a.txt", R"("size":1,"oid":"1")"}, {"long.txt", R"("size":2,"oid":"2")"}});
    commit({CommitOperationCopy("a.txt", "b.txt")});
    const auto lines = hub->commit_lines();
    BOOST_REQUIRE(lines.size() == 2u);
    BOOST_TEST(json::serialize(lines[1]) ==
               R"({"key":"file","value":{"content":"eA==","path":"b.txt","encoding":"base64"}})");
    BOOST_CHECK_THROW(commit({CommitOperationCopy("long.txt", "b.txt")}), IntegrityError);
}

BOOST_AUTO_TEST_CASE(pull_request) {
    options.create_pr = true;
    const CommitInfo info = commit({lfs("w.bin", "weights")});
    BOOST_TEST(info.pr_url.value() == "https://hub.test/julien/m/discussions/7");
    BOOST_TEST(info.pr_revision.value() == "refs/pr/7");
    BOOST_TEST(info.pr_num.value() == 7);
    BOOST_TEST(!mentions(hub->last(Method::post, "/batch").body, "\"ref\""));
    const CommitInfo file = run(api.upload_file(UploadContent::from_bytes("x"), "a.txt", "julien/m", options));
    BOOST_TEST(file.url == "https://hub.test/julien/m/blob/refs%2Fpr%2F7/a.txt");
    BOOST_TEST(file.commit_message == "Title");
}

BOOST_AUTO_TEST_CASE(preuploaded_files_are_not_sent_again) {
    const auto a = lfs("a.bin", "AAA");
    const auto b = regular("b.txt", "b");
    std::vector<CommitOperationAdd> both{a, b};
    run(api.preupload_lfs_files("julien/m", both));
    BOOST_TEST(a.is_uploaded());
    BOOST_TEST(a.content().size() == 0u);
    BOOST_TEST(a.size() == 3u);
    BOOST_TEST(b.content().size() == 1u);
    hub->seen.clear();
    commit({a, b});
    BOOST_TEST(hub->count(Method::post, "/batch") == 0u);
    BOOST_TEST(!mentions(hub->last(Method::post, "/preupload/").body, "a.bin"));
    BOOST_TEST(mentions(hub->last(Method::post, "/commit/").body, a.upload_info().sha256));
}

BOOST_AUTO_TEST_CASE(bad_arguments_are_named_and_nothing_is_sent) {
    const auto argument = [&](std::vector<CommitOperation> operations) {
        try {
            commit(std::move(operations));
        } catch (const HFValidationError& error) {
            return error.info().argument;
        }
        return std::string("nothing thrown");
    };
    options.commit_message = "";
    BOOST_TEST(argument({regular("a", "x")}) == "commit_message");
    options.commit_message = std::nullopt;
    BOOST_TEST(argument({regular("a", "x")}) == "commit_message");
    options.commit_message = "T";
    options.parent_commit = "abcd";
    BOOST_TEST(argument({regular("a", "x")}) == "parent_commit");
    options.parent_commit = "refs/pr/1";
    BOOST_TEST(argument({regular("a", "x")}) == "parent_commit");
    options.parent_commit = "";
    BOOST_TEST(argument({regular("a/", "x")}) == "path_in_repo");
    options.repo_type = "foo";
    BOOST_TEST(argument({regular("a", "x")}) == "repo_type");
    BOOST_TEST(hub->seen.empty());
}

BOOST_AUTO_TEST_CASE(progress_adds_up) {
    ProgressSink sink;
    options.progress = &sink;
    hub->chunk_size = 4;
    fail(Method::put, "/storage/", 1, [] { return Answer(500, ""); });
    commit({lfs("w.bin", "0123456789"), lfs("w2.bin", "0123456789"), regular("a.txt", "hello")});
    const auto counters = sink.counters();
    BOOST_TEST(counters.files_total == 3u);
    BOOST_TEST(counters.files_done == 3u);
    BOOST_TEST(counters.bytes_total == 25u);
    BOOST_TEST(counters.bytes_done == 25u);
    BOOST_TEST(counters.retries == 1u);
    BOOST_TEST((sink.state() == ProgressSink::State::done));
}

BOOST_AUTO_TEST_CASE(a_busy_preupload_is_repeated) {
    fail(Method::post, "/preupload/", 0, [] { return Answer(500, ""); });
    commit({regular("a", "x")});
    BOOST_TEST(hub->count(Method::post, "/preupload/") == 2u);
}

BOOST_AUTO_TEST_CASE(malformed_answers) {
    const auto with = [&](std::string part, std::string body) {
        hub->interfere = [=](const SeenRequest& request) -> std::optional<Answer> {
            if (!mentions(request.url, part)) return std::nullopt;
            return Answer(200, body);
        };
        BOOST_TEST_CONTEXT(body) { BOOST_CHECK_THROW(commit({lfs("w.bin", "W")}), InvalidResponseError); }
        BOOST_TEST(hub->commits == 0);
    };
    with("/preupload/", "{}");
    with("/preupload/", R"({"files":[]})");
    with("/preupload/", R"({"files":[{"path":"w.bin"}]})");
    with("/preupload/", R"({"files":[{"path":"w.bin","uploadMode":"weird"}]})");
    with("/preupload/", "<html>");
    with("/batch", "{}");
    with("/batch", R"({"objects":[]})");
    with("/commit/", "{}");
}

BOOST_AUTO_TEST_CASE(missing_repository) {
    fail(Method::post, "/preupload/", 0, [] { return Answer(404, "{}", {{"X-Error-Code", "RepoNotFound"}}); });
    try {
        commit({regular("a", "x")});
        BOOST_ERROR("nothing thrown");
    } catch (const RepositoryNotFoundError& error) {
        BOOST_TEST(mentions(error.message(), "create_repo"));
        BOOST_TEST(error.status() == 404u);
    }
}

BOOST_AUTO_TEST_CASE(hint_for_deletions) {
    fail(Method::post, "/commit/", 0, [] {
        return Answer(404, "{}",
                      {{"X-Error-Code", "EntryNotFound"}, {"X-Error-Message", "A file with this name doesn't exist"}});
    });
    try {
        run(api.delete_file("x", "julien/m"));
        BOOST_ERROR("nothing thrown");
    } catch (const EntryNotFoundError& error) {
        BOOST_TEST(mentions(error.message(), "is_folder"));
    }
}

BOOST_AUTO_TEST_CASE(conflicts_are_reported_as_they_are) {
    for (const unsigned status : {412u, 409u}) {
        fail(Method::post, "/commit/", 0,
             [=] { return Answer(status, R"({"error":"A commit has happened since."})"); });
        const auto file = regular("a", "x");
        try {
            commit({file});
            BOOST_ERROR("nothing thrown");
        } catch (const HfHubHTTPError& error) {
            BOOST_TEST(error.status() == status);
            BOOST_TEST(error.info().server_message == "A commit has happened since.");
        }
        BOOST_TEST(!file.is_committed());
    }
    BOOST_TEST(hub->count(Method::get, "/commits/") == 0u);
}

BOOST_AUTO_TEST_CASE(a_commit_whose_answer_is_lost_is_found) {
    int n = 0;
    for (const unsigned status : {504u, 500u, 0u}) {
        for (const bool head_known : {true, false}) {
            hub->head = head_known ? std::string(40, '0') : "";
            hub->history.clear();
            hub->seen.clear();
            hub->distort = [=](const SeenRequest& request) -> std::optional<Answer> {
                if (!request.is(Method::post, "/commit/")) return std::nullopt;
                if (status == 0) lose_connection();
                return Answer(status, "upstream timed out");
            };
            const std::string title = "Title " + std::to_string(++n);
            options.commit_message = title;
            const auto file = regular("a", "x");
            const CommitInfo info = commit({file});
            BOOST_TEST(info.oid == std::string(39, 'c') + std::to_string(hub->commits));
            BOOST_TEST(info.commit_url == "https://hub.test/julien/m/commit/" + info.oid);
            BOOST_TEST(file.is_committed());
            BOOST_TEST(hub->count(Method::post, "/commit/") == 1u);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_commit_that_arrives_late_is_found) {
    json::array arrived;
    fail(Method::post, "/commit/", 0, [&] {
        json::object entry;
        entry["id"] = "late";
        entry["title"] = "Title";
        arrived.push_back(entry);
        return Answer(504, "");
    });
    hub->distort = [&, polls = 0](const SeenRequest& request) mutable -> std::optional<Answer> {
        if (request.is(Method::get, "/commits/") && ++polls == 4) return Answer(200, json::serialize(arrived));
        return std::nullopt;
    };
    BOOST_TEST(commit({regular("a", "x")}).oid == "late");
    BOOST_TEST(hub->count(Method::post, "/commit/") == 1u);
}

BOOST_AUTO_TEST_CASE(a_commit_that_was_not_made_is_an_error_and_is_not_sent_again) {
    for (const unsigned status : {504u, 502u, 500u, 0u}) {
        hub->seen.clear();
        fail(Method::post, "/commit/", 0, [=]() -> Answer {
            if (status == 0) lose_connection();
            return Answer(status, "");
        });
        const auto file = regular("a", "x");
        if (status == 0)
            BOOST_CHECK_THROW(commit({file}), ConnectionError);
        else
            BOOST_CHECK_EXCEPTION(commit({file}), HfHubHTTPError, [=](const auto& e) { return e.status() == status; });
        BOOST_TEST(hub->count(Method::post, "/commit/") == 1u);
        BOOST_TEST(hub->count(Method::get, "/commits/") >= 3u);
        BOOST_TEST(!file.is_committed());
    }
    BOOST_TEST(hub->commits == 0);
}

BOOST_AUTO_TEST_CASE(cancelling_stops_everything) {
    asio::cancellation_signal stop;
    hub->interfere = [&](const SeenRequest& request) -> std::optional<Answer> {
        if (request.is(Method::put, "/storage/")) asio::post(context, [&] { stop.emit(asio::cancellation_type::all); });
        return std::nullopt;
    };
    std::vector<CommitOperation> operations;
    for (int i = 0; i < 50; ++i) operations.push_back(lfs("f" + std::to_string(i), std::to_string(i)));
    options.num_threads = 2;
    auto future = asio::co_spawn(context, api.create_commit("julien/m", operations, options),
                                 asio::bind_cancellation_slot(stop.slot(), asio::use_future));
    context.run();
    BOOST_CHECK_EXCEPTION(future.get(), boost::system::system_error,
                          [](const auto& error) { return error.code() == asio::error::operation_aborted; });
    BOOST_TEST(hub->commits == 0);
    BOOST_TEST(hub->count(Method::put, "/storage/") < 50u);
}

BOOST_AUTO_TEST_CASE(the_first_failure_stops_the_others) {
    fail(Method::put, "/storage/", 3, [] { return Answer(403, "AccessDenied"); });
    std::vector<CommitOperation> operations;
    for (int i = 0; i < 200; ++i) operations.push_back(lfs("f" + std::to_string(i), std::to_string(i)));
    BOOST_CHECK_THROW(commit(operations), HfHubHTTPError);
    BOOST_TEST(hub->count(Method::put, "/storage/") < 30u);
    BOOST_TEST(hub->commits == 0);
}

BOOST_AUTO_TEST_SUITE_END()

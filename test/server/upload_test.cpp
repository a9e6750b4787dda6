#include "hub_fixture.hpp"

#include <hf/core/hash.hpp>
#include <hf/transfer/progress.hpp>

#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>

using namespace hf;
using hf::test::noise;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

LocalHubConfig small_limits(const test::TemporaryFolder& root) {
    LocalHubConfig config(root.path() / "hub");
    config.lfs_threshold = 10'000;
    config.multipart_threshold = 300'000;
    config.multipart_part_size = 100'000;
    return config;
}

struct Fixture : private test::TemporaryFolder, public test::HubFixture {
    Fixture() : HubFixture(small_limits(*this)) { run(api.create_repo("julien/m")); }

    CommitOptions titled(std::string_view title) {
        CommitOptions options;
        options.commit_message = title;
        return options;
    }
    test::TemporaryFolder folder;
    std::uint64_t skipped = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(upload, Fixture)

BOOST_AUTO_TEST_CASE(a_folder_arrives_byte_by_byte) {
    const std::vector<std::pair<std::string, std::string>> expected{
        {"empty.txt", ""},
        {"README.md", "# Title\n"},
        {"a/b/c/deep.json", "{}"},
        {"a/é ü#?.txt", "umlauts"},
        {"binary.dat", noise(5000, 1)},
        {"lfs/basic.bin", noise(250'000, 2)},
        {"lfs/parts.bin", noise(1'234'567, 3)},
        {"lfs/exact.bin", noise(400'000, 4)},
    };
    for (const auto& [name, content] : expected) folder.write(name, content);
    folder.write(".git/HEAD", "not this");
    ProgressSink progress;
    UploadFolderOptions options;
    options.path_in_repo = "sub";
    options.progress = &progress;
    const CommitInfo info = run(api.upload_folder("julien/m", folder.path(), options));
    BOOST_TEST(info.commit_url == hub.endpoint() + "/julien/m/commit/" + info.oid);
    BOOST_TEST(info.url == hub.endpoint() + "/julien/m/tree/main/sub");
    for (const auto& [name, bytes] : expected) BOOST_TEST((content("julien/m", "sub/" + name) == bytes), name);
    BOOST_TEST(files("julien/m").size() == expected.size() + 1);  // .gitattributes
    const auto counters = progress.counters();
    BOOST_TEST(counters.files_done == expected.size());
    BOOST_TEST(counters.bytes_done == counters.bytes_total);

    count_anew();
    run(api.upload_folder("julien/m", folder.path(), options));
    BOOST_TEST(requests("lfs_upload") == 0u);
    BOOST_TEST(requests("lfs_upload_part") == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_there_is_left_out) {
    for (int i = 0; i < 40; ++i) folder.write("some/" + std::to_string(i), "text " + std::to_string(i));
    folder.write("empty", "");
    folder.write("lfs.bin", noise(50'000, 1));
    const CommitInfo first = run(api.upload_folder("julien/m", folder.path()));
    const auto again = [&](UploadFolderOptions options) {
        ProgressSink progress;
        options.progress = &progress;
        count_anew();
        const CommitInfo info = run(api.upload_folder("julien/m", folder.path(), options));
        BOOST_TEST(progress.counters().files_done == 42u);
        BOOST_TEST(progress.counters().bytes_done == progress.counters().bytes_total);
        skipped = progress.counters().files_skipped;
        return info;
    };
    asio::thread_pool pool(1);
    const asio::any_io_executor worker = pool.get_executor();
    for (const bool elsewhere : {false, true}) {
        UploadFolderOptions options;
        if (elsewhere) options.worker = &worker;
        const CommitInfo info = again(options);
        BOOST_TEST(info.oid == first.oid);
        BOOST_TEST(info.commit_url == first.commit_url);
        BOOST_TEST(skipped == 42u);
        BOOST_TEST(requests("preupload") == 1u);
        BOOST_TEST(requests("lfs_batch") + requests("commit") == 0u);
    }
    UploadFolderOptions proposal;
    proposal.create_pr = true;
    BOOST_TEST(!again(proposal).pr_num.has_value());

    folder.write("some/7", "text 8");
    folder.write("lfs.bin", noise(50'000, 2));
    BOOST_TEST(again({}).oid != first.oid);
    BOOST_TEST(skipped == 40u);
    BOOST_TEST(requests("commit") == 1u);
    BOOST_TEST(content("julien/m", "some/7") == "text 8");
    BOOST_TEST((content("julien/m", "lfs.bin") == noise(50'000, 2)));
    BOOST_TEST(content("julien/m", "some/8") == "text 8");
    pool.join();
}

BOOST_AUTO_TEST_CASE(what_is_there_is_sent_if_another_operation_concerns_it) {
    const auto add = [](std::string_view path, std::string text) {
        return CommitOperationAdd(path, UploadContent::from_bytes(std::move(text)));
    };
    const std::string weights = noise(20'000, 1);
    const std::vector<CommitOperation> first{add("d/a", "a"), add("d/b", "b"), add("d/w.bin", weights), add("x", "1")};
    const CommitInfo base = run(api.create_commit("julien/m", first, titled("First")));
    for (const bool slash : {true, false}) {
        const std::vector<CommitOperation> second{CommitOperationDelete(slash ? "d/" : "d", true), add("d/a", "a"),
                                                  add("d/w.bin", weights), add("x", "2"), add("x", "1")};
        run(api.create_commit("julien/m", second, titled("Second")));
        const std::vector<std::string> left{".gitattributes", "d/a", "d/w.bin", "x"};
        BOOST_TEST(files("julien/m") == left, boost::test_tools::per_element());
        BOOST_TEST((content("julien/m", "d/w.bin") == weights));
        BOOST_TEST(content("julien/m", "x") == "1");
    }
    // Compared with the newest commit, not with the one that was named.
    CommitOptions stale = titled("Third");
    stale.parent_commit = base.oid;
    try {
        run(api.create_commit("julien/m", std::vector<CommitOperation>{add("x", "1")}, stale));
        BOOST_ERROR("nothing thrown");
    } catch (const HfHubHTTPError& error) {
        BOOST_TEST(error.status() == 412u);
    }
}

BOOST_AUTO_TEST_CASE(on_several_threads_with_workers) {
    std::vector<std::string> contents;
    for (unsigned i = 0; i < 60; ++i) {
        contents.push_back(noise(i % 3 == 0 ? 40'000 : i % 3 == 1 ? 350'000 : 100, i));
        folder.write("f" + std::to_string(i), contents.back());
    }
    run(api.create_repo("julien/n"));
    asio::thread_pool pool(4), workers(2);
    const asio::any_io_executor worker = workers.get_executor();
    SessionConfig config;
    const std::string endpoint = hub.endpoint();
    config.endpoint = endpoint;
    config.token = token;
    config.environment = &environment;
    {
        HfApi threaded(pool.get_executor(), config);
        UploadFolderOptions options;
        options.worker = &worker;
        options.num_threads = 16;
        auto first = asio::co_spawn(pool, threaded.upload_folder("julien/m", folder.path(), options), asio::use_future);
        auto second =
            asio::co_spawn(pool, threaded.upload_folder("julien/n", folder.path(), options), asio::use_future);
        first.get();
        second.get();
        threaded.session().close();
    }
    pool.join();
    workers.join();
    for (unsigned i = 0; i < contents.size(); ++i) {
        BOOST_TEST((content("julien/m", "f" + std::to_string(i)) == contents[i]), i);
        BOOST_TEST((content("julien/n", "f" + std::to_string(i)) == contents[i]), i);
    }
}

BOOST_AUTO_TEST_CASE(bytes_streams_and_files) {
    const std::string large = noise(700'000, 5);
    const std::vector<CommitOperation> operations{
        CommitOperationAdd("bytes.txt", UploadContent::from_bytes("bytes")),
        CommitOperationAdd("stream.bin", UploadContent::from_stream(std::make_shared<std::istringstream>(large))),
        CommitOperationAdd("file.txt", folder.write("x", "file")),
    };
    run(api.create_commit("julien/m", operations, titled("Three sources")));
    BOOST_TEST(content("julien/m", "bytes.txt") == "bytes");
    BOOST_TEST((content("julien/m", "stream.bin") == large));
    BOOST_TEST(content("julien/m", "file.txt") == "file");
}

BOOST_AUTO_TEST_CASE(deleting_and_copying) {
    const std::string weights = noise(20'000, 6);
    const auto bytes = [](std::string text) { return UploadContent::from_bytes(std::move(text)); };
    const std::vector<CommitOperation> first{
        CommitOperationAdd("w.bin", bytes(weights)), CommitOperationAdd("d/a", bytes("a")),
        CommitOperationAdd("d/b", bytes("b")), CommitOperationAdd("keep", bytes("k"))};
    const CommitInfo base = run(api.create_commit("julien/m", first, titled("First")));
    const std::vector<CommitOperation> second{CommitOperationCopy("w.bin", "copied/w2.bin"),
                                              CommitOperationDelete("w.bin"), CommitOperationDelete("d/")};
    run(api.create_commit("julien/m", second, titled("Move")));
    BOOST_TEST((content("julien/m", "copied/w2.bin") == weights));
    const std::vector<std::string> left{".gitattributes", "copied/w2.bin", "keep"};
    BOOST_TEST(files("julien/m") == left, boost::test_tools::per_element());
    run(api.delete_file("keep", "julien/m"));
    run(api.delete_folder("copied", "julien/m"));
    BOOST_TEST(files("julien/m").size() == 1u);
    const std::vector<CommitOperation> regular{CommitOperationCopy("d/a", "x", base.oid)};
    run(api.create_commit("julien/m", regular, titled("Back")));
    BOOST_TEST(content("julien/m", "x") == "a");
    const std::vector<CommitOperation> missing{CommitOperationCopy("nothing", "x")};
    BOOST_CHECK_THROW(run(api.create_commit("julien/m", missing, titled("No"))), EntryNotFoundError);
    BOOST_CHECK_THROW(run(api.delete_file("nothing", "julien/m")), EntryNotFoundError);
}

BOOST_AUTO_TEST_CASE(delete_patterns_clear_a_folder) {
    for (const char* name : {"data/1.csv", "data/2.csv", "data/keep.txt", "other.csv"})
        run(api.upload_file(UploadContent::from_bytes(name), name, "julien/m"));
    folder.write("2.csv", "new");
    UploadFolderOptions options;
    options.path_in_repo = "data";
    options.delete_patterns = {"*.csv"};
    run(api.upload_folder("julien/m", folder.path(), options));
    const std::vector<std::string> left{".gitattributes", "data/2.csv", "data/keep.txt", "other.csv"};
    BOOST_TEST(files("julien/m") == left, boost::test_tools::per_element());
    BOOST_TEST(content("julien/m", "data/2.csv") == "new");
}

BOOST_AUTO_TEST_CASE(pull_request) {
    CommitOptions options;
    options.create_pr = true;
    const CommitInfo info = run(api.upload_file(UploadContent::from_bytes("x"), "a.txt", "julien/m", options));
    BOOST_REQUIRE(info.pr_num.has_value());
    BOOST_TEST(info.pr_url.value() == hub.endpoint() + "/julien/m/discussions/" + std::to_string(*info.pr_num));
    BOOST_TEST(content("julien/m", "a.txt", *info.pr_revision) == "x");
    BOOST_TEST(files("julien/m").size() == 1u);
    options.create_pr = false;
    options.revision = *info.pr_revision;
    run(api.upload_file(UploadContent::from_bytes(noise(20'000, 7)), "b.bin", "julien/m", options));
    BOOST_TEST(files("julien/m", *info.pr_revision).size() == 3u);
}

BOOST_AUTO_TEST_CASE(conflicts) {
    const CommitInfo base = run(api.upload_file(UploadContent::from_bytes("1"), "a", "julien/m"));
    CommitOptions options;
    options.parent_commit = base.oid;
    run(api.upload_file(UploadContent::from_bytes("2"), "a", "julien/m", options));
    try {
        run(api.upload_file(UploadContent::from_bytes("3"), "a", "julien/m", options));
        BOOST_ERROR("nothing thrown");
    } catch (const HfHubHTTPError& error) {
        BOOST_TEST(error.status() == 412u);
    }
    BOOST_TEST(content("julien/m", "a") == "2");
}

BOOST_AUTO_TEST_CASE(wrong_targets) {
    const auto content = UploadContent::from_bytes("x");
    BOOST_CHECK_THROW(run(api.upload_file(content, "a", "julien/none")), RepositoryNotFoundError);
    CommitOptions options;
    options.revision = "no-branch";
    BOOST_CHECK_THROW(run(api.upload_file(content, "a", "julien/m", options)), RevisionNotFoundError);
    UploadFolderOptions folder_options;
    BOOST_CHECK_THROW(run(api.upload_folder("julien/m", folder.path() / "none", folder_options)), HFValidationError);
    const fs::path secret = folder.write("secret", "x");
    fs::permissions(secret, fs::perms::none);
    if (std::ifstream(secret)) return;  // root reads everything
    BOOST_CHECK_THROW(run(api.upload_folder("julien/m", folder.path(), folder_options)), FileSystemError);
}

BOOST_AUTO_TEST_SUITE_END()

#include "download_fixture.hpp"
#include "test_ca.hpp"

#include <hf/transfer/progress.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
using hf::test::files_below;
using hf::test::noise;
using hf::test::read_file;
namespace fs = std::filesystem;

namespace {

struct Fixture : public test::DownloadFixture {
    Fixture() : Fixture([](LocalHubConfig&) {}) {}
    explicit Fixture(const std::function<void(LocalHubConfig&)>& adjust, std::string ca = {})
        : DownloadFixture(adjust, std::move(ca)) {
        files = {{"README.md", "# Title\n"},
                 {"a/b/config.json", "{}"},
                 {"a/b/same.json", "{}"},
                 {"large/one.bin", noise(300'000, 1)},
                 {"large/two.bin", noise(2'500'000, 2)},
                 {"large/same.bin", noise(300'000, 1)}};
        publish(files);
        files[".gitattributes"] = content("julien/m", ".gitattributes");
        count_anew();
    }
    MirrorResult mirror(MirrorOptions options = {}) {
        HfApi api = client();
        count_anew();
        return run(api.mirror("julien/m", folder.string(), options));
    }

    Files files;
    fs::path folder = path() / "mirror";
};

struct EncryptedFixture : private test::TestCa, public Fixture {
    EncryptedFixture() : Fixture([this](LocalHubConfig& config) { encrypt(config); }, pem()) {}

    void encrypt(LocalHubConfig& config) const {
        const test::Credentials own = issue({"127.0.0.1"});
        config.certificate_pem = own.certificate;
        config.private_key_pem = own.key;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(mirror, Fixture)

BOOST_AUTO_TEST_CASE(plain_files_and_one_request_when_unchanged) {
    ProgressSink progress;
    MirrorOptions options;
    options.progress = &progress;
    MirrorResult result = mirror(options);
    BOOST_TEST(holds(folder, files));
    BOOST_TEST(result.files == files.size());
    BOOST_TEST(result.fetched == files.size());
    BOOST_TEST(requests("resolve") == 3u);
    BOOST_TEST(requests("lfs_batch") == 1u);
    BOOST_TEST(requests("lfs_download") == 2u);
    BOOST_TEST(requests() == 8u);
    BOOST_TEST(progress.counters().files_done == files.size());
    BOOST_TEST(progress.counters().bytes_done == progress.counters().bytes_total);
    BOOST_TEST(progress.counters().bytes_total == result.bytes);
    BOOST_TEST(!fs::exists(cache()));

    result = mirror();
    BOOST_TEST(requests() == 1u);
    BOOST_TEST(result.fetched == 0u);
    BOOST_TEST(result.files == files.size());
}

BOOST_AUTO_TEST_CASE(without_records_files_are_hashed_and_not_fetched) {
    mirror();
    fs::remove_all(folder / ".cache");
    fs::remove_all(home);
    const MirrorResult result = mirror();
    BOOST_TEST(result.fetched == 0u);
    BOOST_TEST(requests() == 2u);  // head and tree
}

BOOST_AUTO_TEST_CASE(changed_files_are_mended) {
    mirror();
    std::ofstream(folder / "README.md") << "# Other title";
    fs::remove(folder / "large/two.bin");
    fs::remove(folder / "a/b/same.json");
    const MirrorResult result = mirror();
    BOOST_TEST(holds(folder, files));
    BOOST_TEST(requests("resolve") == 2u);
    BOOST_TEST(requests("lfs_download") == 1u);
    BOOST_TEST(result.fetched == 3u);
}

BOOST_AUTO_TEST_CASE(verify_finds_damage_that_size_and_time_hide) {
    mirror();
    const fs::path victim = folder / "large/two.bin";
    const auto time = fs::last_write_time(victim);
    {
        std::fstream file(victim, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(1'000'000);
        file.put(static_cast<char>(~files["large/two.bin"][1'000'000]));
    }
    fs::last_write_time(victim, time);
    mirror();
    BOOST_TEST((read_file(victim) != files["large/two.bin"]));
    MirrorOptions options;
    options.verify = true;
    const MirrorResult result = mirror(options);
    BOOST_TEST(holds(folder, files));
    BOOST_TEST(result.fetched == 1u);
    BOOST_TEST(requests() == 4u);  // head, the tree anew, batch, content
}

BOOST_AUTO_TEST_CASE(deleted_files) {
    mirror();
    std::ofstream(folder / "own.txt") << "of the user";
    std::vector<CommitOperation> operations;
    operations.emplace_back(CommitOperationDelete("a/", true));
    operations.emplace_back(CommitOperationDelete("large/one.bin"));
    commit(std::move(operations), "julien/m");
    files["own.txt"] = "of the user";
    BOOST_TEST(mirror().removed == 0u);
    BOOST_TEST(holds(folder, files));
    MirrorOptions options;
    options.remove_deleted = true;
    BOOST_TEST(mirror(options).removed == 3u);
    for (const char* name : {"a/b/config.json", "a/b/same.json", "large/one.bin"}) files.erase(name);
    BOOST_TEST(holds(folder, files));
    BOOST_TEST(!fs::exists(folder / "a"));
}

BOOST_AUTO_TEST_CASE(renamed_and_copied_files_are_not_fetched_again) {
    mirror();
    for (const bool remove_deleted : {false, true}) {
        const std::string to = remove_deleted ? "moved twice/deep/" : "moved/",
                          from = remove_deleted ? "moved/" : "large/";
        std::vector<CommitOperation> operations;
        for (const char* name : {"two.bin", "same.bin"}) {
            operations.emplace_back(CommitOperationCopy(from + name, to + name));
            operations.emplace_back(CommitOperationDelete(from + name));
            files[to + name] = files.at(from + name);
            if (remove_deleted) files.erase(from + name);
        }
        operations.emplace_back(CommitOperationAdd(to + "Copy.md", UploadContent::from_bytes(files.at("README.md"))));
        files[to + "Copy.md"] = files.at("README.md");
        commit(std::move(operations), "julien/m");
        MirrorOptions options;
        options.remove_deleted = remove_deleted;
        const MirrorResult result = mirror(options);
        BOOST_TEST(requests("resolve") + requests("lfs_batch") + requests("lfs_download") == 0u);
        BOOST_TEST(result.fetched == 0u);
        if (remove_deleted) {
            for (const char* name : {"large/two.bin", "large/same.bin"}) files.erase(name);
        }
        BOOST_TEST(result.removed == (remove_deleted ? 4u : 0u));
        BOOST_TEST(holds(folder, files));
        BOOST_TEST(mirror(options).fetched == 0u);
        BOOST_TEST(requests() == 1u);
    }
}

BOOST_AUTO_TEST_CASE(what_was_renamed_and_damaged_is_fetched) {
    mirror();
    const fs::path victim = folder / "large/two.bin";
    const auto time = fs::last_write_time(victim);
    std::ofstream(victim, std::ios::binary) << noise(2'500'000, 3);
    fs::last_write_time(victim, time);
    std::vector<CommitOperation> operations{
        CommitOperationCopy("large/two.bin", "moved.bin"), CommitOperationDelete("large/two.bin"),
        CommitOperationAdd("README.md", UploadContent::from_bytes("{}")),
        CommitOperationAdd("a/b/config.json", UploadContent::from_bytes("# Title\n"))};
    files["moved.bin"] = files.at("large/two.bin");
    files.erase("large/two.bin");
    files["README.md"].swap(files["a/b/config.json"]);
    commit(std::move(operations), "julien/m");
    MirrorOptions options;
    options.remove_deleted = true;
    const MirrorResult result = mirror(options);
    BOOST_TEST(holds(folder, files));
    BOOST_TEST(result.removed == 1u);
    BOOST_TEST(requests("lfs_download") == 1u);
    BOOST_TEST(requests("resolve") == 1u);  // "{}" stays under another name, the title does not
}

BOOST_AUTO_TEST_CASE(a_file_becomes_a_folder_and_back) {
    mirror();
    std::vector<CommitOperation> operations;
    operations.emplace_back(CommitOperationDelete("README.md"));
    operations.emplace_back(CommitOperationDelete("a/", true));
    operations.emplace_back(CommitOperationAdd("README.md/text", UploadContent::from_bytes("in a folder")));
    operations.emplace_back(CommitOperationAdd("a", UploadContent::from_bytes("a file")));
    operations.emplace_back(CommitOperationAdd("config.json/text", UploadContent::from_bytes("no model's")));
    commit(std::move(operations), "julien/m");
    for (const char* name : {"a/b/config.json", "a/b/same.json", "README.md"}) files.erase(name);
    files["README.md/text"] = "in a folder";
    files["a"] = "a file";
    files["config.json/text"] = "no model's";
    mirror();
    BOOST_TEST(holds(folder, files));
}

BOOST_AUTO_TEST_CASE(links_in_the_folder_are_not_followed) {
    const fs::path outside = path() / "outside";
    fs::create_directories(outside);
    fs::create_directories(folder);
    std::ofstream(outside / "kept") << "kept";
    fs::create_symlink(outside / "kept", folder / "README.md");
    mirror();
    BOOST_TEST(read_file(outside / "kept") == "kept");
    BOOST_TEST(!fs::is_symlink(folder / "README.md"));
    BOOST_TEST(holds(folder, files));
    fs::remove_all(folder / "a");
    fs::create_directory_symlink(outside, folder / "a");
    BOOST_CHECK_THROW(mirror(), Error);
    BOOST_TEST(files_below(outside) == std::vector<std::string>{"kept"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(over_https, EncryptedFixture) {
    BOOST_TEST(hub.endpoint().starts_with("https://"));
    mirror();
    BOOST_TEST(holds(folder, files));
    const auto sent = [this](net::Method method) {
        return events.count([&](const RequestEvent& event) { return event.method == method; });
    };
    for (const auto plan : {SnapshotPlan::listing, SnapshotPlan::reference}) {
        count_anew();
        SnapshotDownloadOptions options;
        options.plan = plan;
        const fs::path snapshot = run(client().snapshot_download("julien/m", options));
        BOOST_TEST(holds(snapshot, files));
        BOOST_TEST(sent(net::Method::head) == (plan == SnapshotPlan::reference ? 7 : 0));
        if (plan == SnapshotPlan::listing) BOOST_TEST(requests() == 7u);  // the tree is known from the mirror
        fs::remove_all(cache());
    }
    ca.clear();
    HfApi distrustful = client();
    BOOST_CHECK_THROW(run(distrustful.snapshot_download("julien/m")), TlsError);
    BOOST_CHECK_THROW(run(distrustful.hf_hub_download("julien/m", "README.md")), TlsError);
}

BOOST_AUTO_TEST_SUITE_END()

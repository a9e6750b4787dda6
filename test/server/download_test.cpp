#include "download_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace hf;
using hf::test::files_below;
using hf::test::noise;
using hf::test::read_file;
namespace fs = std::filesystem;

namespace {

struct Fixture : public test::DownloadFixture {
    Fixture() {
        files = {{"README.md", "# Title\n"},
                 {"a/b/config.json", "{}"},
                 {"a/b/same.json", "{}"},
                 {"a/é ü#?.txt", "umlauts"},
                 {"empty.txt", ""},
                 {"large/one.bin", noise(300'000, 1)},
                 {"large/two.bin", noise(2'500'000, 2)},
                 {"large/same.bin", noise(300'000, 1)}};
        commit = publish(files);
        files[".gitattributes"] = content("julien/m", ".gitattributes");
        count_anew();
    }
    fs::path snapshot_folder() const { return repo_folder() / "snapshots" / commit; }
    static std::string etag(const std::string& content) {
        return content.size() > 10'000 ? sha256_hex(content) : git_blob_sha1_hex(content);
    }
    /// The cache as the reference makes it, and nothing else in it.
    void check_cache() const {
        BOOST_TEST(holds(snapshot_folder(), files));
        std::vector<std::string> blobs;
        for (const auto& [name, content] : files) {
            const fs::path link = snapshot_folder() / name;
            BOOST_TEST(fs::is_symlink(link), name);
            BOOST_TEST(fs::read_symlink(link).string() == expected_link(name, content));
            blobs.push_back(etag(content));
        }
        std::ranges::sort(blobs);
        blobs.erase(std::ranges::unique(blobs).begin(), blobs.end());
        BOOST_TEST(files_below(repo_folder() / "blobs") == blobs, boost::test_tools::per_element());
        BOOST_TEST(files_below(repo_folder() / "refs") == std::vector<std::string>{"main"},
                   boost::test_tools::per_element());
        BOOST_TEST(read_file(repo_folder() / "refs/main") == commit);
        for (const auto& entry : fs::directory_iterator(repo_folder()))
            BOOST_TEST((std::set<std::string>{"blobs", "refs", "snapshots", "trees"}.contains(entry.path().filename())));
    }
    static std::string expected_link(const std::string& name, const std::string& content) {
        std::string link = "../../";
        for (const char c : name) {
            if (c == '/') link += "../";
        }
        return link + "blobs/" + etag(content);
    }
    std::size_t sent(net::Method method) const {
        return events.count([&](const RequestEvent& event) { return event.method == method; });
    }

    Files files;
    std::string commit;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(download, Fixture)

BOOST_AUTO_TEST_CASE(one_file) {
    HfApi api = client();
    for (const char* name : {"a/b/config.json", "large/two.bin", "a/é ü#?.txt", "empty.txt"}) {
        const fs::path file = run(api.hf_hub_download("julien/m", name));
        BOOST_TEST(file.string() == (snapshot_folder() / name).string());
        BOOST_TEST(fs::read_symlink(file).string() == expected_link(name, files[name]));
        BOOST_TEST((read_file(file) == files[name]));
    }
    BOOST_TEST(read_file(repo_folder() / "refs/main") == commit);
    count_anew();
    run(api.hf_hub_download("julien/m", "large/two.bin"));
    BOOST_TEST(events.size() == 1u);  // HEAD
    count_anew();
    HfHubDownloadOptions pinned;
    pinned.revision = commit;
    run(api.hf_hub_download("julien/m", "large/two.bin", pinned));
    BOOST_TEST(events.size() == 0u);
}

BOOST_AUTO_TEST_CASE(subfolder_and_other_types) {
    HfApi api = client();
    run(api.create_repo("julien/d", {.repo_type = "dataset"}));
    run(api.upload_file(UploadContent::from_bytes("rows"), "x/rows.csv", "julien/d", {.repo_type = "dataset"}));
    HfHubDownloadOptions options;
    options.repo_type = "dataset";
    options.subfolder = "x";
    BOOST_TEST(read_file(run(api.hf_hub_download("julien/d", "rows.csv", options))) == "rows");
    BOOST_TEST(fs::exists(cache() / "datasets--julien--d/refs/main"));
}

BOOST_AUTO_TEST_CASE(a_snapshot_costs_one_request_per_regular_content) {
    HfApi api = client();
    BOOST_TEST(run(api.snapshot_download("julien/m")) == snapshot_folder().string());
    check_cache();
    BOOST_TEST(requests("repo_info") == 1u);
    BOOST_TEST(requests("tree") == 1u);
    BOOST_TEST(requests("resolve") == 5u);  // the two "{}" are one; LFS files need none
    BOOST_TEST(requests("lfs_batch") == 1u);
    BOOST_TEST(requests("lfs_download") == 2u);
    BOOST_TEST(sent(net::Method::head) == 0u);
    BOOST_TEST(requests() == 10u);

    count_anew();
    BOOST_TEST(run(client().snapshot_download("julien/m")) == snapshot_folder().string());
    BOOST_TEST(requests() == 1u);
}

BOOST_AUTO_TEST_CASE(a_snapshot_as_the_reference_makes_it) {
    SnapshotDownloadOptions options;
    options.plan = SnapshotPlan::reference;
    BOOST_TEST(run(client().snapshot_download("julien/m", options)) == snapshot_folder().string());
    BOOST_TEST(requests("tree") == 0u);
    BOOST_TEST(sent(net::Method::head) == files.size());
    fs::remove_all(cache() / ".locks");
    if (fs::exists(repo_folder() / ".hfhub")) BOOST_TEST(files_below(repo_folder() / ".hfhub").empty());
    fs::remove_all(repo_folder() / ".hfhub");
    check_cache();
}

BOOST_AUTO_TEST_CASE(links_of_hundreds_of_lfs_files_come_in_batches) {
    run(api.create_repo("julien/n"));
    Files many;
    for (unsigned i = 0; i < 250; ++i) many["f" + std::to_string(i)] = noise(10'001 + i, i);
    publish(many, "julien/n");
    many[".gitattributes"] = content("julien/n", ".gitattributes");
    count_anew();
    const fs::path folder = run(client().snapshot_download("julien/n"));
    BOOST_TEST(holds(folder, many));
    BOOST_TEST(requests("lfs_batch") == 3u);
    BOOST_TEST(requests("lfs_download") == 250u);
    BOOST_TEST(requests("resolve") == 1u);
    BOOST_TEST(requests() == 250u + 3 + 1 + 2);
}

BOOST_AUTO_TEST_CASE(a_new_commit_fetches_what_changed) {
    HfApi api = client();
    run(api.snapshot_download("julien/m"));
    commit = publish({{"README.md", "# New\n"}, {"large/copy.bin", files["large/two.bin"]}});
    files["README.md"] = "# New\n";
    files["large/copy.bin"] = files["large/two.bin"];
    count_anew();
    BOOST_TEST(run(api.snapshot_download("julien/m")) == snapshot_folder().string());
    BOOST_TEST(holds(snapshot_folder(), files));
    BOOST_TEST(requests() == 3u);  // head, tree, README.md
    BOOST_TEST(read_file(repo_folder() / "refs/main") == commit);
    BOOST_TEST(blobs_are_sound(repo_folder()));
}

BOOST_AUTO_TEST_CASE(patterns) {
    HfApi api = client();
    SnapshotDownloadOptions options;
    options.allow_patterns = {"*.json", "large/*"};
    options.ignore_patterns = {"*two*", "a/b/c*"};
    for (const auto plan : {SnapshotPlan::listing, SnapshotPlan::reference}) {
        options.plan = plan;
        const fs::path folder = run(api.snapshot_download("julien/m", options));
        const std::vector<std::string> expected{"a/b/same.json", "large/one.bin", "large/same.bin"};
        BOOST_TEST(files_below(folder) == expected, boost::test_tools::per_element());
        fs::remove_all(home);
    }
    MirrorOptions mirrored;
    mirrored.allow_patterns = {"*.json"};
    const std::string target = (path() / "mirror").string();
    BOOST_TEST(run(api.mirror("julien/m", target, mirrored)).files == 2u);
    const std::vector<std::string> expected{"a/b/config.json", "a/b/same.json"};
    BOOST_TEST(files_below(target) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(force_download_fetches_again) {
    HfApi api = client();
    run(api.snapshot_download("julien/m"));
    const fs::path blob = repo_folder() / "blobs" / sha256_hex(files["large/two.bin"]);
    std::ofstream(blob, std::ios::binary) << "damaged";
    SnapshotDownloadOptions options;
    options.force_download = true;
    count_anew();
    run(api.snapshot_download("julien/m", options));
    check_cache();
    BOOST_TEST(requests("lfs_download") == 2u);
    BOOST_TEST(requests("resolve") == 5u);

    std::ofstream(blob, std::ios::binary) << "damaged";
    HfHubDownloadOptions single;
    single.force_download = true;
    BOOST_TEST((read_file(run(api.hf_hub_download("julien/m", "large/two.bin", single))) == files["large/two.bin"]));
}

BOOST_AUTO_TEST_CASE(local_dir) {
    HfApi api = client();
    const fs::path target = path() / "local";
    for (const auto plan : {SnapshotPlan::listing, SnapshotPlan::reference}) {
        for (const auto links : {std::optional<bool>(), std::optional(true), std::optional(false)}) {
            SnapshotDownloadOptions options;
            options.plan = plan;
            const std::string folder = target.string();
            options.local_dir = folder;
            options.local_dir_use_symlinks = links;
            const std::string given = run(api.snapshot_download("julien/m", options));
            BOOST_TEST(given == fs::canonical(target).string());
            fs::remove_all(target / ".hfhub");
            BOOST_TEST(holds(target, files));
            for (const auto& [name, content] : files) {
                BOOST_TEST(fs::is_symlink(target / name) == links.value_or(false), name);
                if (links != false) BOOST_TEST(fs::exists(repo_folder() / "blobs" / etag(content)));
            }
            if (links == false) BOOST_TEST(files_below(repo_folder() / "blobs").empty());
            fs::remove_all(target);
            fs::remove_all(home);
        }
    }
}

BOOST_AUTO_TEST_CASE(local_files_only_sends_nothing) {
    HfApi api = client();
    SnapshotDownloadOptions options;
    options.local_files_only = true;
    HfHubDownloadOptions single;
    single.local_files_only = true;
    BOOST_CHECK_THROW(run(api.snapshot_download("julien/m", options)), LocalEntryNotFoundError);
    BOOST_CHECK_THROW(run(api.hf_hub_download("julien/m", "README.md", single)), LocalEntryNotFoundError);
    BOOST_TEST(events.size() == 0u);
    run(api.snapshot_download("julien/m"));
    events.clear();
    BOOST_TEST(run(api.snapshot_download("julien/m", options)) == snapshot_folder().string());
    BOOST_TEST(read_file(run(api.hf_hub_download("julien/m", "README.md", single))) == files["README.md"]);
    BOOST_TEST(events.size() == 0u);
}

BOOST_AUTO_TEST_CASE(offline_gives_what_the_cache_has) {
    HfApi offline = client([](SessionConfig& config) { config.offline = true; });
    BOOST_CHECK_THROW(run(offline.snapshot_download("julien/m")), LocalEntryNotFoundError);
    BOOST_CHECK_THROW(run(offline.hf_hub_download("julien/m", "README.md")), LocalEntryNotFoundError);
    run(client().snapshot_download("julien/m"));
    count_anew();
    BOOST_TEST(run(offline.snapshot_download("julien/m")) == snapshot_folder().string());
    BOOST_TEST(read_file(run(offline.hf_hub_download("julien/m", "README.md"))) == files["README.md"]);
    hub.stop();  // and when nobody listens
    HfApi api = client();
    BOOST_TEST(run(api.snapshot_download("julien/m")) == snapshot_folder().string());
    BOOST_TEST(read_file(run(api.hf_hub_download("julien/m", "README.md"))) == files["README.md"]);
    BOOST_CHECK_THROW(run(api.mirror("julien/m", (path() / "mirror").string())), ConnectionError);
}

BOOST_AUTO_TEST_CASE(what_does_not_exist) {
    HfApi api = client();
    HfHubDownloadOptions nowhere;
    nowhere.revision = "nowhere";
    BOOST_CHECK_THROW(run(api.hf_hub_download("julien/m", "nothing")), EntryNotFoundError);
    BOOST_TEST(fs::exists(repo_folder() / ".no_exist" / commit / "nothing"));
    BOOST_CHECK_THROW(run(api.hf_hub_download("julien/m", "README.md", nowhere)), RevisionNotFoundError);
    BOOST_CHECK_THROW(run(api.hf_hub_download("julien/none", "README.md")), RepositoryNotFoundError);
    BOOST_CHECK_THROW(run(api.snapshot_download("julien/m", {.revision = "nowhere"})), RevisionNotFoundError);
    BOOST_CHECK_THROW(run(api.snapshot_download("julien/none")), RepositoryNotFoundError);
    const std::string target = (path() / "mirror").string();
    BOOST_CHECK_THROW(run(api.mirror("julien/m", target, {.revision = "nowhere"})), RevisionNotFoundError);
    BOOST_CHECK_THROW(run(api.mirror("julien/none", target)), RepositoryNotFoundError);
}

BOOST_AUTO_TEST_CASE(what_others_may_not_see) {
    hub.add_user("eve", "hf_eve");
    HfApi stranger = client([](SessionConfig& config) { config.token = "hf_eve"; });
    HfApi nobody = client([](SessionConfig& config) { config.token = false; });
    const std::string target = (path() / "mirror").string();
    run(api.update_repo_visibility("julien/m", true));
    BOOST_CHECK_THROW(run(stranger.hf_hub_download("julien/m", "README.md")), RepositoryNotFoundError);
    BOOST_CHECK_THROW(run(stranger.snapshot_download("julien/m")), RepositoryNotFoundError);
    BOOST_CHECK_THROW(run(stranger.mirror("julien/m", target)), RepositoryNotFoundError);
    BOOST_CHECK_EXCEPTION(run(nobody.mirror("julien/m", target)), HfHubHTTPError,
                          [](const auto& error) { return error.status() == 401; });
    HfApi owner = client();
    BOOST_TEST(holds(run(owner.snapshot_download("julien/m")), files));

    run(api.update_repo_visibility("julien/m", false));
    Request gate = put("/api/models/julien/m/settings");
    json::object body;
    body["gated"] = "manual";
    gate.json(body);
    run(api.session().send(std::move(gate)));
    fs::remove_all(home);
    for (HfApi* other : {&stranger, &nobody}) {
        BOOST_CHECK_THROW(run(other->hf_hub_download("julien/m", "README.md")), GatedRepoError);
        BOOST_CHECK_THROW(run(other->snapshot_download("julien/m")), GatedRepoError);
        BOOST_CHECK_THROW(run(other->mirror("julien/m", target)), GatedRepoError);
        SnapshotDownloadOptions lfs_only;
        lfs_only.allow_patterns = {"large/*"};
        BOOST_CHECK_THROW(run(other->snapshot_download("julien/m", lfs_only)), GatedRepoError);
    }
    BOOST_TEST(files_below(target).empty());
    BOOST_TEST(holds(run(owner.snapshot_download("julien/m")), files));
}

BOOST_AUTO_TEST_SUITE_END()

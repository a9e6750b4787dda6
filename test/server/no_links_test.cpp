// File systems without symbolic links.
#include "download_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cerrno>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<bool> links_are_refused{false};

int make_link(const char* target, int folder, const char* name) {
    if (!links_are_refused) return static_cast<int>(::syscall(SYS_symlinkat, target, folder, name));
    errno = EPERM;  // as FAT has it
    return -1;
}

}  // namespace

// In place of those of the C library.
extern "C" int symlink(const char* target, const char* name) noexcept { return make_link(target, AT_FDCWD, name); }
extern "C" int symlinkat(const char* target, int folder, const char* name) noexcept {
    return make_link(target, folder, name);
}

using namespace hf;
using hf::test::files_below;
using hf::test::noise;
using hf::test::read_file;
namespace fs = std::filesystem;

namespace {

struct Fixture : test::DownloadFixture {
    Fixture() {
        files = {{"README.md", "# Title\n"},      {"a/same.txt", "same"},
                 {"b/same.txt", "same"},          {"empty", ""},
                 {"large.bin", noise(50'000, 1)}, {"copy of large.bin", noise(50'000, 1)}};
        publish(files);
        files[".gitattributes"] = content("julien/m", ".gitattributes");
        links_are_refused = true;
        count_anew();
    }
    ~Fixture() { links_are_refused = false; }

    /// Every file is one of its own.
    void is_plain(const fs::path& folder) {
        BOOST_TEST(holds(folder, files));
        for (const std::string& name : files_below(folder)) BOOST_TEST(!fs::is_symlink(folder / name), name);
    }

    Files files;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(no_links, Fixture)

BOOST_AUTO_TEST_CASE(a_snapshot_without_links) {
    const fs::path folder = run(client().snapshot_download("julien/m"));
    is_plain(folder);
    BOOST_TEST(files_below(repo_folder() / "blobs").empty());  // nothing is stored twice
    count_anew();
    is_plain(run(client().snapshot_download("julien/m")));
    BOOST_TEST(requests() <= 2u);
    BOOST_TEST(read_file(run(client().hf_hub_download("julien/m", "b/same.txt"))) == "same");
}

BOOST_AUTO_TEST_CASE(single_files_without_links) {
    for (const auto& [name, expected] : files) {
        const fs::path file = run(client().hf_hub_download("julien/m", name));
        BOOST_TEST((read_file(file) == expected), name);
        BOOST_TEST(!fs::is_symlink(file), name);
    }
    HfHubDownloadOptions options;
    options.local_files_only = true;
    BOOST_TEST(read_file(run(client().hf_hub_download("julien/m", "README.md", options))) == "# Title\n");
}

BOOST_AUTO_TEST_CASE(a_local_folder_without_links) {
    const std::string target = (path() / "target").string();
    for (const std::optional<bool> wanted : {std::optional<bool>(true), std::optional<bool>()}) {
        SnapshotDownloadOptions options;
        options.local_dir = target;
        options.local_dir_use_symlinks = wanted;
        const fs::path folder = run(client().snapshot_download("julien/m", options));
        for (const auto& [name, expected] : files) {
            BOOST_TEST((read_file(folder / name) == expected), name);
            BOOST_TEST(!fs::is_symlink(folder / name), name);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_cache_with_links_is_still_read) {
    links_are_refused = false;
    const fs::path folder = run(client().snapshot_download("julien/m"));
    BOOST_TEST(fs::is_symlink(folder / "README.md"));
    links_are_refused = true;
    files["new.txt"] = "new";
    publish({{"new.txt", "new"}});
    count_anew();
    is_plain(run(client().snapshot_download("julien/m")));
    BOOST_TEST(requests("resolve") == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

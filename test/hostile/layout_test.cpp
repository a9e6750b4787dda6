// Repositories and file systems that do not fit together: long names, other devices, files beside folders.
#include "served_repo.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

using namespace hf;
namespace fs = std::filesystem;

namespace {

struct Fixture : test::ServedRepo {
    /// The repository is refused before anything of it is written; the error names both.
    void is_refused(const std::string& one, const std::string& other) {
        const auto refused = [&](auto command) {
            try {
                command();
                BOOST_ERROR("laid out: " + one);
            } catch (const FileSystemError& error) {
                BOOST_TEST(error.message().find("cannot be laid out on this file system") != std::string::npos);
                BOOST_TEST(error.message().find(one) != std::string::npos);
                BOOST_TEST(error.message().find(other) != std::string::npos);
            }
        };
        refused([&] { mirror(); });
        refused([&] { snapshot(); });
        BOOST_TEST(!fs::exists(mirrored / "a.txt"));
        BOOST_TEST(!fs::exists(cache / "blobs" / git_oid("hello\n")));
    }
};

/// A folder on another device than `path`, removed at the end; empty if there is none.
class OtherDevice {
public:
    explicit OtherDevice(const fs::path& path) {
        struct stat here {}, there {};
        if (::stat(path.c_str(), &here) != 0 || ::stat("/dev/shm", &there) != 0 || here.st_dev == there.st_dev) return;
        std::string name = "/dev/shm/hfhub-test-XXXXXX";
        if (::mkdtemp(name.data())) path_ = name;
    }
    OtherDevice(const OtherDevice&) = delete;
    OtherDevice& operator=(const OtherDevice&) = delete;
    ~OtherDevice() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(layout, Fixture)

BOOST_AUTO_TEST_CASE(a_file_beside_a_folder_of_its_name_is_refused_before_anything_is_written) {
    files = {{"a.txt", "hello\n"}, {"sub", "a file"}, {"sub-1", "x"}, {"sub/b.txt", "world\n"}};
    is_refused("sub is a file", "sub/b.txt");
}

BOOST_AUTO_TEST_CASE(a_name_of_256_bytes_is_refused_before_anything_is_written) {
    files["d/" + std::string(256, 'x')] = "x";
    is_refused("255 bytes", std::string(256, 'x'));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_laid_out_can_be_left_out) {
    files["d/" + std::string(256, 'x')] = "x";
    MirrorOptions options;
    options.ignore_patterns = {"d/*"};
    run(client().mirror("me/repo", mirrored.string(), options));
    BOOST_TEST(read(mirrored / "a.txt") == "hello\n");
}

BOOST_AUTO_TEST_CASE(a_path_that_is_listed_twice_is_refused) {
    tree = "[" + entry("a.txt", "hello\n") + "," + entry("a.txt", "other\n") + "]";
    BOOST_CHECK_THROW(mirror(), InvalidResponseError);
    BOOST_TEST(!fs::exists(mirrored / "a.txt"));
}

BOOST_AUTO_TEST_CASE(names_of_up_to_255_bytes_come_by_every_command_and_again) {  // N1
    files.clear();
    for (const std::size_t length : {230u, 235u, 250u, 255u}) files["sub/" + std::string(length, 'x')] = std::to_string(length);
    const fs::path local = path() / "local";
    for (int again = 0; again < 2; ++again) {
        mirror(false, again > 0);
        snapshot();
        for (const auto& [name, content] : files) {
            BOOST_TEST(read(download(name)) == content);
            BOOST_TEST(read(download(name, local)) == content);
            BOOST_TEST(read(mirrored / name) == content);
            BOOST_TEST(read(cache / "snapshots" / commit / name) == content);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_file_or_folder_in_the_way_is_named_with_what_to_do) {
    write(mirrored / "sub", "the user's");
    try {
        mirror();
        BOOST_ERROR("written over");
    } catch (const FileSystemError& error) {
        BOOST_TEST(error.message().find("a file is where this folder belongs, remove it") != std::string::npos);
        BOOST_TEST(error.message().find((mirrored / "sub").string()) != std::string::npos);
    }
    BOOST_TEST(read(mirrored / "sub") == "the user's");
    fs::remove_all(mirrored);
    write(mirrored / "a.txt" / "own", "the user's");
    try {
        mirror();
        BOOST_ERROR("written over");
    } catch (const FileSystemError& error) {
        BOOST_TEST(error.message().find("a folder is where this file belongs, remove it") != std::string::npos);
    }
    BOOST_TEST(read(mirrored / "a.txt" / "own") == "the user's");
}

BOOST_AUTO_TEST_CASE(a_file_that_became_a_folder_and_the_reverse_are_mirrored) {
    files = {{"x", "a file"}, {"y/z", "in a folder"}};
    mirror();
    sha = std::string(40, 'b');
    files = {{"x/z", "in a folder"}, {"y", "a file"}};
    mirror();
    BOOST_TEST(read(mirrored / "x" / "z") == "in a folder");
    BOOST_TEST(read(mirrored / "y") == "a file");
}

BOOST_AUTO_TEST_CASE(blobs_and_snapshots_on_another_device_are_copied_to) {  // K14, K15
    for (const std::string part : {"blobs", "snapshots"}) {
        const OtherDevice other(path());
        if (other.path().empty()) return;
        fs::remove_all(home);
        link(other.path(), cache / part);
        files["large.bin"] = std::string(3u << 20, 'x');
        const std::string folder = snapshot();
        for (const auto& [name, content] : files) BOOST_TEST((read(fs::path(folder) / name) == content), name);
        HfHubDownloadOptions options;
        options.force_download = true;
        BOOST_TEST(read(run(client().hf_hub_download("me/repo", "large.bin", options))).size() == 3u << 20);
        for (const auto& entry : fs::recursive_directory_iterator(home / "hub"))
            BOOST_TEST(entry.path().extension() != ".partial", entry.path());
    }
}

BOOST_AUTO_TEST_SUITE_END()

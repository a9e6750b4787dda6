// Folders that others can write to: what they planted is never written through, believed or waited for.
#include "served_repo.hpp"

#include "engine/files/content_id.hpp"
#include "engine/files/file.hpp"
#include "engine/files/file_lock.hpp"
#include "engine/files/partial_store.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>

#include <unistd.h>

using namespace hf;
namespace fs = std::filesystem;

namespace {

struct Fixture : test::ServedRepo {
    Fixture() { write(victim, "precious"); }
    ~Fixture() {
        BOOST_TEST(read(victim) == "precious");
        BOOST_TEST(std::distance(fs::directory_iterator(victim.parent_path()), fs::directory_iterator()) == 1);
    }

    const ContentId content{sha256_hex("some content"), 12};
    fs::path partials = path() / "m" / ".hfhub";
    std::string stem = content.etag() + ".0123456789abcdef-0.free";

    std::shared_ptr<PartialStore> store() const {
        return std::make_shared<PartialStore>((path() / "m").string(), ".hfhub", 1);
    }
    std::string journal(ByteRange range) const {
        return Journal(content.etag(), content.size(), "").header() + Journal::line(range);
    }
    /// What is claimed is new and empty, and can be written to.
    void claim_takes_nothing() {
        Partial partial = store()->claim(content);
        BOOST_TEST(partial.ranges().total() == 0u);
        partial.file().write_at("some content", 12, 0);
    }

    fs::path victim = path() / "outside" / "victim.txt";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(planted, Fixture)

BOOST_AUTO_TEST_CASE(a_tree_of_folders_refuses_every_name_that_leads_out) {
    FolderTree tree((path() / "root").string());
    for (const std::string& name :
         {std::string("../outside/victim.txt"), std::string("a/../../outside/victim.txt"), std::string("/tmp/x"),
          std::string("./a"), std::string("a/./b"), std::string("a//b"), std::string("a/"), std::string(),
          std::string("."), std::string(".."), std::string("a/.."), std::string("a\0b", 3), std::string("a\0/b", 4)}) {
        BOOST_CHECK_THROW(tree.parent(name), UnsafePathError);
        BOOST_CHECK_THROW(tree.existing_parent(name), UnsafePathError);
        BOOST_CHECK_THROW(tree.read_text(name), UnsafePathError);
        BOOST_CHECK_THROW(tree.write_text(name, "evil"), UnsafePathError);
    }
    BOOST_TEST(fs::is_empty(path() / "root"));
}

BOOST_AUTO_TEST_CASE(links_below_the_top_folder_are_refused_and_named_by_every_command) {  // c21, K16
    const fs::path local = path() / "local";
    link(victim.parent_path(), mirrored / "sub");
    link(victim.parent_path(), local / "sub");
    const auto refused = [](const fs::path& where, const std::function<void()>& command) {
        try {
            command();
            BOOST_ERROR("nothing refused " + where.string());
        } catch (const UnsafePathError& error) {
            BOOST_TEST(error.info().argument == where.string());
            BOOST_TEST(error.message().find("symbolic link") != std::string::npos);
            BOOST_TEST(error.message().find("Remove it") != std::string::npos);
        }
    };
    refused(mirrored / "sub", [&] { mirror(); });
    refused(local / "sub", [&] { download("sub/b.txt", local); });
    refused(local / "sub", [&] {
        const std::string folder = local.string();
        SnapshotDownloadOptions options;
        options.local_dir = folder;
        run(client().snapshot_download("me/repo", options));
    });
    link(victim.parent_path(), cache / "snapshots" / commit / "sub");
    refused(cache / "snapshots" / commit / "sub", [&] { snapshot(); });
    refused(cache / "snapshots" / commit / "sub", [&] { download("sub/b.txt"); });
}

BOOST_AUTO_TEST_CASE(files_that_are_links_or_second_names_are_replaced) {
    const fs::path local = path() / "local";
    for (const bool hard : {false, true}) {
        for (const fs::path& file : {mirrored / "a.txt", local / "a.txt"}) {
            fs::create_directories(file.parent_path());
            fs::remove(file);
            if (hard)
                fs::create_hard_link(victim, file);
            else
                fs::create_symlink(victim, file);
        }
        mirror(false, true);
        download("a.txt", local);
        BOOST_TEST(read(mirrored / "a.txt") == "hello\n");
        BOOST_TEST(read(local / "a.txt") == "hello\n");
    }
}

BOOST_AUTO_TEST_CASE(the_top_folder_may_be_a_link) {  // K16
    fs::create_directories(path() / "disk");
    link(path() / "disk", mirrored);
    mirror();
    BOOST_TEST(read(path() / "disk" / "sub" / "b.txt") == "world\n");
    link(path() / "disk", path() / "local");
    BOOST_TEST(read(download("a.txt", path() / "local")) == "hello\n");
}

BOOST_AUTO_TEST_CASE(refs_and_records_and_partials_are_not_written_through_links) {
    link(victim, cache / "refs" / "main");
    link(victim, cache / "blobs" / git_oid("hello\n"));
    link(victim, cache / "snapshots" / commit / "a.txt");
    snapshot();
    BOOST_TEST(read(cache / "refs" / "main") == commit);
    BOOST_TEST(read(cache / "snapshots" / commit / "a.txt") == "hello\n");
    link(victim.parent_path(), cache / ".hfhub");
    const auto linked = std::make_shared<PartialStore>(cache.string(), ".hfhub", 1);
    BOOST_CHECK_THROW(linked->create(content), UnsafePathError);
    fs::remove(cache / ".hfhub");
    fs::remove_all(cache / "refs");
    link(victim.parent_path(), cache / "refs");
    BOOST_CHECK_THROW(snapshot("dev"), UnsafePathError);
    fs::remove_all(home / "hfhub");
    link(victim.parent_path(), home / "hfhub" / "trees");
    mirror();
}

BOOST_AUTO_TEST_CASE(linked_blobs_and_snapshots_are_followed_if_they_hold_nothing_else) {  // c21, K15
    for (const std::string part : {"blobs", "snapshots"}) {
        fs::remove_all(home);
        link(victim.parent_path(), cache / part);
        BOOST_CHECK_THROW(snapshot(), UnsafePathError);
        BOOST_CHECK_THROW(download("a.txt"), UnsafePathError);
        fs::remove(cache / part);
        const fs::path other = path() / ("other " + part) / "deep" / "er";
        fs::create_directories(other);
        link(other, cache / part);
        for (int again = 0; again < 2; ++again) {
            BOOST_TEST(read(fs::path(snapshot()) / "sub" / "b.txt") == "world\n");
            BOOST_TEST(read(download("a.txt")) == "hello\n");
        }
        BOOST_TEST(!fs::is_empty(other));
    }
}

BOOST_AUTO_TEST_CASE(a_planted_partial_is_not_written_through) {  // c21
    fs::create_directories(partials);
    const fs::path partial = partials / (stem + ".partial"), text = partials / (stem + ".journal");
    write(text, journal({0, 8}));

    fs::create_symlink(victim, partial);
    claim_takes_nothing();
    fs::remove(partial);

    fs::create_hard_link(victim, partial);
    claim_takes_nothing();
    fs::remove(partial);

    BOOST_REQUIRE(::mkfifo(partial.c_str(), 0600) == 0);
    claim_takes_nothing();
    fs::remove(partial);

    fs::create_directory(partial);
    claim_takes_nothing();
    fs::remove(partial);

    write(partial, "some con");
    if (::geteuid() == 0) {
        BOOST_REQUIRE(::chown(partial.c_str(), 65534, 65534) == 0);
        claim_takes_nothing();
        BOOST_TEST(read(partial) == "some con");
        BOOST_REQUIRE(::chown(partial.c_str(), 0, 0) == 0);
    }
    Partial claimed = store()->claim(content);  // nothing else was wrong with it
    BOOST_TEST(claimed.ranges().total() == 8u);
}

BOOST_AUTO_TEST_CASE(a_planted_journal_is_neither_believed_nor_written_through) {  // c21
    const fs::path partial = partials / (stem + ".partial"), text = partials / (stem + ".journal");
    const fs::path elsewhere = path() / "journal";
    write(partial, "some con");
    write(elsewhere, journal({0, 8}));

    fs::create_symlink(elsewhere, text);
    claim_takes_nothing();
    fs::remove(text);

    fs::create_hard_link(elsewhere, text);
    claim_takes_nothing();
    fs::remove(text);

    BOOST_REQUIRE(::mkfifo(text.c_str(), 0600) == 0);
    claim_takes_nothing();
    fs::remove(text);

    for (const std::string& lie :
         {journal({0, 13}), journal({5, 5}), journal({0, 8}) + "0-99999999999\n", std::string("x")}) {
        write(text, lie);
        claim_takes_nothing();
    }
    BOOST_TEST(read(elsewhere) == journal({0, 8}));
}

BOOST_AUTO_TEST_CASE(a_journal_that_promises_more_than_the_file_has_is_cut_back) {
    write(partials / (stem + ".partial"), "some");
    write(partials / (stem + ".journal"), journal({0, 8}));
    BOOST_TEST(store()->claim(content).ranges().total() == 4u);
}

BOOST_AUTO_TEST_CASE(partials_of_other_machines_are_copied_only_if_they_are_files_of_this_user) {
    const std::string other = content.etag() + ".0123456789abcdef-0.ffffffffffff-1-1";
    write(partials / (other + ".journal"), journal({0, 8}));
    fs::create_symlink(victim, partials / (other + ".partial"));
    claim_takes_nothing();
    fs::remove(partials / (other + ".partial"));
    BOOST_REQUIRE(::mkfifo((partials / (other + ".partial")).c_str(), 0600) == 0);
    claim_takes_nothing();
    fs::remove(partials / (other + ".partial"));
    write(partials / (other + ".partial"), "some con");
    BOOST_TEST(store()->claim(content).ranges().total() == 8u);
    BOOST_TEST(read(partials / (other + ".partial")) == "some con");
}

BOOST_AUTO_TEST_CASE(an_incomplete_file_of_the_reference_is_read_only_if_it_is_a_file_of_this_user) {
    const fs::path incomplete = path() / "x.incomplete";
    fs::create_symlink(victim, incomplete);
    BOOST_TEST(store()->copy_of(content, incomplete.string()).ranges().total() == 0u);
    fs::remove(incomplete);
    BOOST_REQUIRE(::mkfifo(incomplete.c_str(), 0600) == 0);
    BOOST_TEST(store()->copy_of(content, incomplete.string()).ranges().total() == 0u);
    BOOST_TEST(store()->copy_of(content, (path() / std::string(300, 'x')).string()).ranges().total() == 0u);
    fs::remove(incomplete);
    write(incomplete, "some");
    BOOST_TEST(store()->copy_of(content, incomplete.string()).ranges().total() == 4u);
}

BOOST_AUTO_TEST_CASE(a_lock_is_not_taken_or_made_through_a_link) {
    const fs::path lock = path() / "locks" / "x.lock";
    link(victim.parent_path() / "made", lock);
    const std::shared_ptr<Clock> clock = std::make_shared<test::HastyClock>();
    BOOST_TEST(!run(take_lock(lock.string(), std::chrono::milliseconds(0), *clock)));
    fs::remove(lock);
    BOOST_REQUIRE(::mkfifo(lock.c_str(), 0600) == 0);
    run(take_lock(lock.string(), std::chrono::milliseconds(0), *clock));
    fs::remove(lock);
    BOOST_TEST(static_cast<bool>(run(take_lock(lock.string(), std::chrono::milliseconds(0), *clock))));
}

BOOST_AUTO_TEST_SUITE_END()

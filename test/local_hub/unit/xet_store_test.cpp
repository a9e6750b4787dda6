// Xorbs, files and chunks on the disk, and the LFS objects beside them.
#include "local_hub/xet/xet_store.hpp"

#include "local_hub/data/repos.hpp"
#include "local_hub/xet/content.hpp"
#include "local_hub/xet/identifier.hpp"
#include "temporary_folder.hpp"
#include "xet_samples.hpp"

namespace {

using namespace hf::test;
using namespace hf::local_hub;
namespace xet = hf::xet;

constexpr std::uint64_t no_limit = ~std::uint64_t{0};

std::string sha256_of(std::string_view content) {
    hf::Sha256 hasher;
    hasher.update(content);
    return hasher.hex();
}

struct Fixture {
    TemporaryFolder folder;
    Database database{(folder.path() / "hub.sqlite").string()};
    LfsStore lfs{folder.path() / "lfs"};
    XetStore store{folder.path() / "xet", database, lfs};

    xet::SerializedXorb xorb = xorb_of({std::string(5000, 'a'), noise(1, 9000), "third", noise(2, 70000)});
    std::string content = "third" + noise(2, 70000) + std::string(5000, 'a');
    xet::Shard shard{{file_of(xorb, {{2, 4}, {0, 1}}, content)}, {listed(xorb)}, {}};
    xet::ShardFile& file = shard.files[0];

    bool upload(const xet::SerializedXorb& wanted) {
        XorbStore::Incoming incoming(store.xorbs, wanted.hash);
        incoming.write(wanted.body.data(), wanted.body.size());
        return incoming.finish();
    }
    auto accept() { return store.accept_shard(xet::serialize_shard(shard), no_limit); }

    std::string lfs_content(const std::string& oid) {
        const auto object = lfs.open(oid);
        BOOST_REQUIRE(object);
        std::string out(object->size(), '\0');
        BOOST_TEST(object->read_at(out.data(), out.size(), 0) == out.size());
        return out;
    }
    std::string xet_content(std::string_view id) {
        const auto found = store.catalogue.find(xet::parse_hash(id).value());
        BOOST_REQUIRE(found);
        std::vector<xet::Term> terms;
        for (const auto& placed : store.catalogue.terms(*found, {0, found->size})) terms.push_back(placed.term);
        std::string out;
        decode_terms(store.xorbs, terms, [&](xet::Bytes piece) { out += text_of(piece); });
        return out;
    }
    std::string put_lfs(std::string_view wanted) {
        LfsStore::Incoming incoming(lfs);
        incoming.write(wanted.data(), wanted.size());
        const std::string oid = incoming.finish_hash();
        incoming.publish(oid);
        return oid;
    }
    std::size_t leftovers() const {
        const std::filesystem::directory_iterator xorbs(folder.path() / "xet/incoming"), end;
        const std::filesystem::directory_iterator objects(folder.path() / "lfs/incoming");
        return static_cast<std::size_t>(std::distance(xorbs, end) + std::distance(objects, end));
    }
};

const auto never = [] { return false; };

}  // namespace

BOOST_FIXTURE_TEST_SUITE(xet_store, Fixture)

BOOST_AUTO_TEST_CASE(a_xorb_is_stored_once) {
    BOOST_TEST(!store.xorbs.contains(xorb.hash));
    BOOST_TEST(!store.xorbs.index(xorb.hash));
    BOOST_TEST(upload(xorb));
    BOOST_TEST(!upload(xorb));
    BOOST_TEST(!store.xorbs.add(xorb));
    BOOST_REQUIRE(store.xorbs.index(xorb.hash));
    BOOST_TEST((*store.xorbs.index(xorb.hash) == xorb.footer()));
    BOOST_TEST(leftovers() == 0u);
}

BOOST_AUTO_TEST_CASE(a_stored_xorb_is_found_again_by_another_process) {
    upload(xorb);
    XorbStore again(folder.path() / "xet");
    BOOST_REQUIRE(again.index(xorb.hash));
    BOOST_TEST((*again.index(xorb.hash) == xorb.footer()));
}

BOOST_AUTO_TEST_CASE(a_bad_xorb_leaves_nothing) {
    auto bad = xorb;
    bad.body.back() ^= std::byte{1};
    check_refused([&] { upload(bad); }, "");
    BOOST_TEST(!store.xorbs.contains(xorb.hash));
    BOOST_TEST(leftovers() == 0u);
}

BOOST_AUTO_TEST_CASE(a_xorb_above_the_limit_is_refused_while_it_arrives) {
    XorbStore::Incoming incoming(store.xorbs, xorb.hash);
    const std::string piece(1 << 20, 'x');
    for (std::size_t sent = 0; sent + piece.size() <= max_xorb_body; sent += piece.size())
        incoming.write(piece.data(), piece.size());
    check_refused([&] { incoming.write(piece.data(), piece.size()); }, "more than");
}

BOOST_AUTO_TEST_CASE(a_shard_makes_its_files_known_and_had_by_lfs) {
    upload(xorb);
    const auto accepted = accept();
    BOOST_REQUIRE_EQUAL(accepted.size(), 1u);
    BOOST_TEST(accepted[0].sha256 == sha256_of(content));
    BOOST_TEST(accepted[0].size == content.size());
    BOOST_TEST(store.catalogue.id_of(sha256_of(content)) == to_text(file.id));
    BOOST_TEST((lfs_content(sha256_of(content)) == content));
    BOOST_TEST((xet_content(to_text(file.id)) == content));
    BOOST_TEST(leftovers() == 0u);
    BOOST_TEST(accept().at(0).sha256 == sha256_of(content), "again");
}

BOOST_AUTO_TEST_CASE(a_file_whose_sha256_is_not_said_gets_it_anyway) {
    upload(xorb);
    file.sha256.reset();
    BOOST_TEST(accept().at(0).sha256 == sha256_of(content));
    BOOST_TEST((lfs_content(sha256_of(content)) == content));
}

BOOST_AUTO_TEST_CASE(a_shard_that_lies_about_a_sha256_is_refused) {
    upload(xorb);
    const std::string lie = sha256_of("something else");
    file.sha256 = xet::parse_hash(lie);
    check_refused([&] { accept(); }, "The SHA-256 of the file");
    BOOST_TEST(!store.catalogue.find(file.id));
    BOOST_TEST(!lfs.size(lie));
    BOOST_TEST(leftovers() == 0u);

    // Also where the object is there that the lie is about, and where the truth is known.
    BOOST_TEST(put_lfs("something else") == lie);
    check_refused([&] { accept(); }, "The SHA-256 of the file");
    file.sha256.reset();
    accept();
    file.sha256 = xet::parse_hash(lie);
    check_refused([&] { accept(); }, "The SHA-256 of the file");
    BOOST_TEST(store.catalogue.id_of(lie) == "");
}

BOOST_AUTO_TEST_CASE(a_shard_without_its_xorb_is_refused) {
    check_refused([&] { accept(); }, "was not uploaded");
    BOOST_TEST(!store.catalogue.find(file.id));
}

BOOST_AUTO_TEST_CASE(the_empty_file_of_the_reference_is_accepted_and_means_nothing) {
    xet::ShardFile empty;
    empty.verification.emplace();
    empty.sha256.emplace();
    shard = {{empty}, {}, {}};
    BOOST_TEST(accept().empty());
}

BOOST_AUTO_TEST_CASE(the_terms_of_a_window_are_those_that_have_bytes_of_it) {
    upload(xorb);
    accept();
    const XetFile found = store.catalogue.find(file.id).value();
    const auto count = [&](std::uint64_t begin, std::uint64_t end) {
        return store.catalogue.terms(found, {begin, end}).size();
    };
    BOOST_TEST(count(0, content.size()) == 2u);
    BOOST_TEST(count(0, 70005) == 1u);
    BOOST_TEST(count(70004, 70006) == 2u);
    BOOST_TEST(count(70005, 70006) == 1u);
    BOOST_TEST(store.catalogue.terms(found, {70005, 70006}).at(0).position == 70005u);
    BOOST_TEST(store.reconstruct(found, {6, 7}).skip == 1u);
}

BOOST_AUTO_TEST_CASE(a_content_keeps_the_id_it_got_first) {
    upload(xorb);
    accept();
    // The same bytes, cut elsewhere.
    const auto other = xorb_of({content.substr(0, 40000), content.substr(40000)});
    upload(other);
    shard = {{file_of(other, {{0, 2}}, content)}, {listed(other)}, {}};
    const std::string first = store.catalogue.id_of(sha256_of(content));
    accept();
    BOOST_TEST(first != to_text(shard.files[0].id));
    BOOST_TEST(store.catalogue.id_of(sha256_of(content)) == first);
    BOOST_TEST(store.catalogue.find(shard.files[0].id).has_value());
    BOOST_TEST(store.catalogue.ids_of({sha256_of(content), sha256_of("")}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_first_chunk_of_a_file_leads_to_its_xorbs_under_a_key) {
    const xet::ShardFooter footer{hash_of_bytes(7), 1000, 2000};
    const xet::Hash first = xorb.chunks[2].hash;
    BOOST_TEST(!store.chunk_answer(first, footer));
    upload(xorb);
    BOOST_TEST(!store.chunk_answer(first, footer), "no file uses it yet");
    accept();
    const auto answer = store.chunk_answer(first, footer);
    BOOST_REQUIRE(answer);
    const xet::Shard read = xet::parse_shard(*answer);
    BOOST_TEST(read.files.empty());
    BOOST_TEST((read.footer == footer));
    BOOST_REQUIRE_EQUAL(read.xorbs.size(), 1u);
    BOOST_TEST(read.xorbs[0].hash == xorb.hash);
    BOOST_TEST(read.xorbs[0].stored_size == xorb.body.size());
    for (std::size_t i = 0; i < 4; ++i) {
        BOOST_TEST(read.xorbs[0].chunks[i].hash == xet::protected_hash(footer.key, xorb.chunks[i].hash));
        BOOST_TEST(read.xorbs[0].chunks[i].size == xorb.chunks[i].size);
        BOOST_TEST(read.xorbs[0].chunks[i].answers_queries == (i == 2));
    }
    BOOST_TEST(!store.chunk_answer(xorb.chunks[0].hash, footer), "neither first nor one in 1024");
}

BOOST_AUTO_TEST_CASE(an_lfs_object_gets_an_id_that_gives_its_content) {
    const std::string text = noise(3, 1'000'000) + std::string(300'000, '\0') + noise(4, 20);
    const std::string oid = put_lfs(text);
    BOOST_TEST(store.identify(oid, never));
    const std::string id = store.catalogue.id_of(oid);
    BOOST_REQUIRE(!id.empty());
    BOOST_TEST((xet_content(id) == text));
    BOOST_TEST(store.identify(oid, never), "again");
}

BOOST_AUTO_TEST_CASE(a_large_lfs_object_has_several_xorbs) {
    const std::string text = noise(5, 36'000'000);
    const std::string oid = put_lfs(text);
    BOOST_TEST(store.identify(oid, never));
    const XetFile found = store.catalogue.find(xet::parse_hash(store.catalogue.id_of(oid)).value()).value();
    BOOST_TEST(store.catalogue.terms(found, {0, found.size}).size() == 3u);
    BOOST_TEST(sha256_of(xet_content(store.catalogue.id_of(oid))) == oid);
}

BOOST_AUTO_TEST_CASE(identifying_ends_when_it_is_told_to) {
    const std::string oid = put_lfs(noise(6, 100'000));
    BOOST_TEST(!store.identify(oid, [] { return true; }));
    BOOST_TEST(store.catalogue.id_of(oid) == "");
    BOOST_TEST(!store.identify(std::string(64, '0'), never), "no such object");
}

BOOST_AUTO_TEST_CASE(linked_objects_are_pending_until_they_have_an_id) {
    Repos repos(database);
    Repo repo;
    repo.oid = "0123456789abcdef01234567";
    repo.full_id = "a/b";
    BOOST_REQUIRE(repos.insert(repo));
    const std::string good = put_lfs(noise(7, 50'000)), missing(64, '0');
    repos.link_lfs(repo.id, good, 50'000);
    repos.link_lfs(repo.id, missing, 1);
    BOOST_TEST(store.catalogue.pending() == 2u);
    {
        Identifier identifier(store);
        identifier.wait_idle();  // not started: nothing to wait for
        BOOST_TEST(identifier.pending() == 0u);
        identifier.start();
        identifier.wait_idle();
        BOOST_TEST(identifier.pending() == 0u);
        BOOST_TEST(store.catalogue.id_of(good) != "");
        BOOST_TEST(store.catalogue.id_of(missing) == "");

        BOOST_TEST(put_lfs(noise(8, 100)).size() == 64u);
        repos.link_lfs(repo.id, sha256_of(noise(8, 100)), 100);
        identifier.wake();
        identifier.wait_idle();
        BOOST_TEST(store.catalogue.id_of(sha256_of(noise(8, 100))) != "");
    }
    repos.link_lfs(repo.id, good, 50'000);
    BOOST_TEST(store.catalogue.pending() == 0u, "it has an id");
    store.catalogue.retry_all();
    BOOST_TEST(store.catalogue.pending() == 1u, "what failed is tried again");
}

BOOST_AUTO_TEST_SUITE_END()

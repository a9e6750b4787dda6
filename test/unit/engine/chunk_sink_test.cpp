#include "engine/xet/chunk_sink.hpp"

#include "session_fixture.hpp"
#include "temporary_folder.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace hf;

namespace {

struct Piece {
    std::uint64_t at;
    std::string bytes;
};

struct Fixture : test::SessionFixture, test::TemporaryFolder {
    std::string content = make();
    std::vector<Piece> chunks = cut(content);
    xet::Hash id = id_of(chunks);
    ContentId sha256{sha256_hex(content), content.size()};
    std::shared_ptr<PartialStore> store = std::make_shared<PartialStore>(path().string(), "partials", 1);

    static std::string make() {
        std::mt19937_64 random(7);
        std::string out(1'000'003, '\0');
        std::ranges::generate(out, [&] { return static_cast<char>(random()); });
        return out;
    }
    static xet::Bytes bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
    static std::vector<Piece> cut(std::string_view text) {
        std::vector<Piece> out;
        xet::Chunker chunker;
        std::uint64_t at = 0;
        while (!text.empty()) {
            chunker.restart();
            const std::size_t size = chunker.take(bytes(text));
            out.push_back({at, std::string(text.substr(0, size))});
            text.remove_prefix(size);
            at += size;
        }
        return out;
    }
    static xet::Hash id_of(const std::vector<Piece>& pieces) {
        xet::MerkleTree tree;
        for (const Piece& piece : pieces) tree.add(xet::chunk_hash(bytes(piece.bytes)), piece.bytes.size());
        return file_id(tree);
    }
    ChunkSink sink() { return ChunkSink("f.bin", id, content.size(), store->claim(sha256)); }
    static bool write(ChunkSink& into, const Piece& piece) {
        return into.write(piece.at, bytes(piece.bytes), xet::chunk_hash(bytes(piece.bytes)));
    }
    std::string text_of(ChunkSink& of) {
        std::string out(content.size(), '\0');
        of.partial().file().read_at(out.data(), out.size(), 0);
        return out;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(chunk_sink, Fixture)

BOOST_AUTO_TEST_CASE(chunks_in_any_order_and_twice_give_the_file_and_its_id) {
    ChunkSink into = sink();
    std::vector<Piece> mixed = chunks;
    std::shuffle(mixed.begin(), mixed.end(), std::mt19937(3));
    for (const Piece& piece : mixed) {
        BOOST_TEST(!into.complete());
        BOOST_TEST(write(into, piece));
        BOOST_TEST(!write(into, piece));
    }
    BOOST_TEST(into.complete());
    BOOST_TEST((into.id() == id));
    BOOST_TEST((text_of(into) == content));
}

BOOST_AUTO_TEST_CASE(what_reaches_beyond_the_file_is_refused) {
    ChunkSink into = sink();
    BOOST_CHECK_THROW(write(into, {content.size() - 1, "ab"}), IntegrityError);
    BOOST_CHECK_THROW(write(into, {std::numeric_limits<std::uint64_t>::max(), "ab"}), IntegrityError);
    BOOST_TEST(into.done().total() == 0u);
}

BOOST_AUTO_TEST_CASE(chunks_that_overlap_never_give_the_id) {
    ChunkSink into = sink();
    write(into, {0, content.substr(0, 100'000)});
    for (const Piece& piece : chunks) write(into, piece);
    BOOST_TEST(into.complete());
    BOOST_TEST((into.id() != id));
    into.start_over();
    BOOST_TEST(into.done().total() == 0u);
    for (const Piece& piece : chunks) write(into, piece);
    BOOST_TEST((into.id() == id));
}

BOOST_AUTO_TEST_CASE(what_an_earlier_run_left_is_taken_over_chunk_by_chunk) {
    {
        ChunkSink before = sink();
        before.begin_journal(sha256);
        for (std::size_t i = 0; i < chunks.size(); ++i)
            if (i % 3 != 1) write(before, chunks[i]);
    }
    ChunkSink after = sink();
    run(after.take_up());
    std::size_t lacking = 0;
    for (const Piece& piece : chunks) lacking += write(after, piece);
    BOOST_TEST(lacking <= chunks.size() / 3 + 1);
    BOOST_TEST((after.id() == id));
}

BOOST_AUTO_TEST_CASE(of_another_kind_of_transfer_whole_chunks_from_the_start_are_taken) {
    {
        Partial partial = store->claim(sha256);
        partial.begin_journal(sha256, "\"an-etag\"");
        partial.file().write_at(content.data(), 300'000, 0);
        partial.note({0, 300'000});
        partial.file().write_at(content.data() + 600'000, 100'000, 600'000);
        partial.note({600'000, 700'000});
    }
    ChunkSink after = sink();
    run(after.take_up());
    const std::uint64_t taken = after.done().run_end(0);
    BOOST_TEST(taken <= 300'000u);
    BOOST_TEST(taken > 300'000u - xet::max_chunk_size);
    BOOST_TEST(after.done().total() == taken);
    for (const Piece& piece : chunks) write(after, piece);
    BOOST_TEST((after.id() == id));
}

BOOST_AUTO_TEST_CASE(bytes_that_changed_on_the_disk_give_another_id) {
    {
        ChunkSink before = sink();
        before.begin_journal(sha256);
        for (const Piece& piece : chunks) write(before, piece);
        before.partial().file().write_at("X", 1, 500'000);
    }
    ChunkSink after = sink();
    run(after.take_up());
    for (const Piece& piece : chunks) write(after, piece);
    BOOST_TEST((after.id() != id));
}

BOOST_AUTO_TEST_SUITE_END()

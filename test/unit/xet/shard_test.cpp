#include "xet/shard.hpp"
#include "xet/format.hpp"
#include "xet/merkle.hpp"
#include "xet_fixture.hpp"

using namespace hf::test;
using hf::xet::Bytes;
using hf::xet::Hash;
using hf::xet::Shard;

BOOST_AUTO_TEST_SUITE(xet_shard)

namespace {

std::vector<std::string> recorded_shards() {
    std::vector<std::string> out;
    const auto vectors = xet_vectors("exchanges_1_8");
    for (const auto& exchange : vectors.at("exchanges").as_array()) {
        const std::string request(exchange.at("request").as_string());
        const bool sent = request.ends_with("/shards"), received = request.starts_with("GET /v1/chunks/");
        if (!sent && !(received && exchange.at("status").to_number<int>() == 200)) continue;
        out.push_back(unhex(exchange.at(sent ? "body" : "answer").at("hex")));
    }
    const auto real = xet_vectors("real_hub_2026");
    out.push_back(unhex(real.at("shard_first_upload").at("hex")));
    out.push_back(unhex(real.at("shard_reupload").at("hex")));
    return out;
}

Shard parse(std::string_view text) { return hf::xet::parse_shard(bytes_of(text)); }
std::string serialized(const Shard& shard) { return text_of(hf::xet::serialize_shard(shard)); }

// A file of two terms, another without any, and a xorb of two chunks.
Shard sample() {
    Shard out;
    hf::xet::ShardXorb xorb;
    xorb.hash = hash_of_bytes(7);
    xorb.stored_size = 100;
    xorb.chunks = {{hash_of_bytes(1), 50, true}, {hash_of_bytes(2), 70, false}};
    out.xorbs.push_back(xorb);
    hf::xet::ShardFile file;
    file.id = hash_of_bytes(9);
    file.terms = {{xorb.hash, {0, 1}, 50}, {hash_of_bytes(8), {5, 8}, 300}};
    file.verification = {hash_of_bytes(3), hash_of_bytes(4)};
    file.sha256 = hash_of_bytes(5);
    out.files.push_back(file);
    file = {};
    file.id = hash_of_bytes(10);
    out.files.push_back(file);
    return out;
}

Shard with_footer() {
    Shard out = sample();
    out.footer = hf::xet::ShardFooter{hash_of_bytes(6), 1000, 2000};
    return out;
}

void put_u32(std::string& text, std::size_t at, std::uint32_t number) {
    for (int i = 0; i < 4; ++i) text[at + static_cast<std::size_t>(i)] = static_cast<char>(number >> (8 * i) & 255);
}

// Where the entries of `sample` begin.
constexpr std::size_t file_at = 48, term_at = 96, second_term_at = 144, file_end = 384, xorb_at = 432;
constexpr std::size_t chunk_at = 480, end_at = 576, size = 624;

void refuse(const Shard& shard, std::size_t at, std::uint32_t number, std::string_view words) {
    std::string text = serialized(shard);
    put_u32(text, at, number);
    BOOST_TEST_CONTEXT(at) {
        check_error<hf::InvalidResponseError>([&] { parse(text); }, words);
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(recorded_shards_are_read_and_written_byte_for_byte) {
    const auto shards = recorded_shards();
    BOOST_TEST(shards.size() == 19u);
    for (const std::string& text : shards) {
        const Shard shard = parse(text);
        BOOST_TEST((serialized(shard) == text));
        BOOST_TEST(hf::xet::serialized_size(shard) == text.size());
    }
}

BOOST_AUTO_TEST_CASE(the_shard_of_the_real_hub_says_what_was_uploaded) {
    const auto real = xet_vectors("real_hub_2026");
    const std::string text = unhex(real.at("shard_first_upload").at("hex"));
    BOOST_TEST(hf::sha256_hex(text) == real.at("shard_first_upload").at("sha256").as_string());
    Shard expected;
    hf::xet::ShardXorb xorb;
    xorb.hash = hash_of(real.at("xorb_hash"));
    for (const auto& chunk : real.at("chunks").as_array())
        xorb.chunks.push_back({hash_of(chunk.as_array()[0]), chunk.as_array()[1].to_number<std::uint32_t>(), false});
    hf::xet::ShardFile file;
    file.id = hash_of(real.at("file_hash"));
    file.terms = {{xorb.hash, {0, 20}, 1 << 20}};
    file.verification = {hash_of(real.at("range_hash"))};
    file.sha256 = hash_of(real.at("input").at("sha256"));  // in the text form, not the digest's bytes
    expected.files = {file};
    expected.xorbs = {xorb};
    BOOST_TEST((parse(text) == expected));
    BOOST_TEST((serialized(expected) == text));
    expected.xorbs.clear();
    BOOST_TEST((hex_of(bytes_of(serialized(expected))) == real.at("shard_reupload").at("hex").as_string()));
}

BOOST_AUTO_TEST_CASE(a_real_answer_of_global_deduplication_is_read) {
    const auto expected = xet_vectors("dedup_gpt2");
    const std::string text = read_file(HFHUB_FIXTURES "/xet/dedup_gpt2.shard");
    BOOST_TEST(hf::sha256_hex(text) == expected.at("sha256").as_string());
    const Shard shard = parse(text);
    BOOST_TEST(shard.files.empty());
    BOOST_REQUIRE(shard.footer.has_value());
    BOOST_TEST(shard.footer->key == hash_of(expected.at("hmac_key")));
    BOOST_TEST(shard.footer->created == expected.at("creation_timestamp").to_number<std::uint64_t>());
    BOOST_TEST(shard.footer->expires == expected.at("key_expiry").to_number<std::uint64_t>());
    const auto& xorbs = expected.at("xorbs").as_array();
    BOOST_REQUIRE(shard.xorbs.size() == xorbs.size());
    std::string all;
    for (std::size_t i = 0; i < xorbs.size(); ++i) {
        const auto& xorb = shard.xorbs[i];
        BOOST_TEST(xorb.hash == hash_of(xorbs[i].at("hash")));
        BOOST_TEST(xorb.chunks.size() == xorbs[i].at("chunks").to_number<std::size_t>());
        BOOST_TEST(xorb.content_size() == xorbs[i].at("num_bytes").to_number<std::uint64_t>());
        BOOST_TEST(xorb.stored_size == xorbs[i].at("num_bytes_on_disk").to_number<std::uint32_t>());
        const auto& last = xorbs[i].at("last_chunk").as_array();
        BOOST_TEST(xorb.chunks.back().hash == hash_of(last[0]));
        BOOST_TEST(xorb.chunks.back().size == last[2].to_number<std::uint32_t>());
        for (const auto& chunk : xorb.chunks) {
            BOOST_TEST(!chunk.answers_queries);
            all += (all.empty() ? "" : "\n") + hf::xet::to_text(chunk.hash);
        }
    }
    BOOST_TEST(hf::sha256_hex(all) == expected.at("sha256_of_all_chunk_hash_strings_newline_joined").as_string());
    const auto& match = expected.at("match");
    const Hash keyed = hf::xet::protected_hash(shard.footer->key, hash_of(match.at("plain_chunk_hash")));
    BOOST_TEST(shard.xorbs[1].chunks[0].hash == keyed);
    BOOST_TEST((serialized(shard) == text));
}

BOOST_AUTO_TEST_CASE(all_members_come_back) {
    for (const Shard& shard : {Shard(), sample(), with_footer()}) {
        BOOST_TEST((parse(serialized(shard)) == shard));
        BOOST_TEST(hf::xet::serialized_size(shard) == serialized(shard).size());
    }
    BOOST_TEST(serialized(sample()).size() == size);
}

BOOST_AUTO_TEST_CASE(files_and_xorbs_are_written_in_the_order_of_their_hashes) {
    Shard shard = sample();
    std::swap(shard.files[0], shard.files[1]);
    shard.xorbs.push_back(shard.xorbs[0]);
    shard.xorbs[0].hash = hash_of_bytes(8);
    Hash small;  // as bytes it is greater than the others, as words smaller
    small.bytes[0] = 0xFF;
    shard.files.push_back(shard.files[0]);
    shard.files.back().id = small;
    const Shard read = parse(serialized(shard));
    BOOST_TEST(read.files[0].id == small);
    BOOST_TEST(read.files[1].id == hash_of_bytes(9));
    BOOST_TEST(read.files[2].id == hash_of_bytes(10));
    BOOST_TEST(read.xorbs[0].hash == hash_of_bytes(7));
}

BOOST_AUTO_TEST_CASE(chunks_are_protected_by_a_key) {
    Shard shard = sample();
    const Hash key = hash_of_bytes(0xAB), first = shard.xorbs[0].chunks[0].hash;
    hf::xet::protect(shard, key);
    BOOST_TEST(shard.xorbs[0].chunks[0].hash == hf::xet::protected_hash(key, first));
    BOOST_TEST(shard.xorbs[0].chunks[0].hash != first);
    BOOST_TEST(parse(serialized(shard)).footer->key == key);
}

BOOST_AUTO_TEST_CASE(a_shard_cut_at_every_byte_is_refused) {
    for (const Shard& shard : {sample(), with_footer()}) {
        const std::string text = serialized(shard);
        for (std::size_t cut = 0; cut < text.size(); ++cut) {
            if (cut == size) continue;  // with a footer announced and left out: below
            BOOST_CHECK_THROW(parse(text.substr(0, cut)), hf::InvalidResponseError);
        }
    }
    check_error<hf::InvalidResponseError>([] { parse(serialized(sample()) + "x"); }, "goes on behind its end");
    check_error<hf::InvalidResponseError>([] { parse(serialized(sample()).substr(0, end_at)); }, "bookend");
    check_error<hf::InvalidResponseError>([] { parse(serialized(sample()).substr(0, file_end)); }, "bookend");
}

BOOST_AUTO_TEST_CASE(a_footer_that_is_announced_and_left_out_is_no_error) {
    const std::string text = serialized(with_footer()).substr(0, size);
    BOOST_TEST((parse(text) == sample()));
    check_error<hf::InvalidResponseError>([] { parse(serialized(with_footer()).substr(0, size + 1)); }, "footer");
}

BOOST_AUTO_TEST_CASE(foreign_tags_and_unknown_versions_are_refused) {
    for (std::size_t i = 0; i < 32; ++i) {
        std::string text = serialized(sample());
        text[i] ^= 0x20;
        check_error<hf::InvalidResponseError>([&] { parse(text); }, "foreign tag");
    }
    refuse(sample(), 32, 1, "version 1");
    refuse(sample(), 32, 3, "version 3");
    refuse(sample(), 36, 1, "version");
    refuse(sample(), 40, 48, "footer of 48");
    refuse(sample(), 44, 1, "footer of 4294967296");
    refuse(with_footer(), 40, 0, "goes on behind its end");
}

BOOST_AUTO_TEST_CASE(counts_beyond_the_input_are_refused_before_anything_is_allocated) {
    for (const std::uint32_t many : {0x7FFFFFFFu, 0xFFFFFFFFu, 12u}) {
        refuse(sample(), file_at + 36, many, "counts more entries");
        refuse(sample(), xorb_at + 36, many, "counts more entries");
    }
}

BOOST_AUTO_TEST_CASE(numbers_that_cannot_be_are_refused) {
    refuse(sample(), file_at + 32, 0xE0000000, "unknown flags");
    refuse(sample(), file_at + 32, 1, "unknown flags");
    refuse(sample(), term_at + 44, 0, "has no chunks");
    refuse(sample(), second_term_at + 44, 4, "ends before it begins");
    refuse(sample(), term_at + 36, 0, "more chunks than bytes");
    refuse(sample(), second_term_at + 36, 3 * 131072 + 1, "more bytes than its chunks");
    refuse(sample(), chunk_at + 36, 0, "chunk of 0 bytes");
    refuse(sample(), chunk_at + 36, 131073, "chunk of 131073 bytes");
    refuse(sample(), chunk_at + 32, 1, "does not follow");
    refuse(sample(), chunk_at + 36, 51, "does not follow");
    refuse(sample(), chunk_at + 48 + 36, 71, "another size than its chunks");
    refuse(sample(), xorb_at + 40, 119, "another size than its chunks");
}

BOOST_AUTO_TEST_CASE(missing_bookends_are_refused) {
    for (const std::size_t at : {file_end, end_at}) {
        std::string text = serialized(sample());
        text.replace(at, 32, std::string(32, '\1'));
        BOOST_CHECK_THROW(parse(text), hf::InvalidResponseError);
        text.erase(at, 48);
        BOOST_CHECK_THROW(parse(text), hf::InvalidResponseError);
    }
}

BOOST_AUTO_TEST_CASE(a_footer_that_contradicts_the_lists_is_refused) {
    for (const std::size_t at : {8u, 16u, 192u}) refuse(with_footer(), size + at, 49, "contradicts");
    refuse(with_footer(), size, 2, "unknown version");
    // Tables: more entries than there is room for, or where the lists are.
    for (const std::size_t at : {32u, 48u, 64u}) refuse(with_footer(), size + at, 1, "contradicts");
    for (const std::size_t at : {36u, 52u, 68u}) refuse(with_footer(), size + at, 1, "contradicts");
}

BOOST_AUTO_TEST_CASE(tables_for_lookups_are_skipped) {
    std::string text = serialized(with_footer());
    // Two entries of each table between the lists and the footer.
    text.insert(size, std::string(2 * (12 + 12 + 16), '\x55'));
    const std::size_t begin = size + 80;
    std::size_t table = size;
    for (std::size_t i = 0; i < 3; ++i) {
        put_u32(text, begin + 24 + 16 * i, static_cast<std::uint32_t>(table));
        put_u32(text, begin + 32 + 16 * i, 2);
        table += i < 2 ? 24 : 32;
    }
    put_u32(text, begin + 192, static_cast<std::uint32_t>(begin));
    BOOST_TEST((parse(text) == with_footer()));
    put_u32(text, begin + 64, 3);
    check_error<hf::InvalidResponseError>([&] { parse(text); }, "contradicts");
}

BOOST_AUTO_TEST_SUITE_END()

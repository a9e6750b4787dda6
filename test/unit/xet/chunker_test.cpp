#include "xet/chunker.hpp"
#include "xet/merkle.hpp"
#include "xet_fixture.hpp"

using namespace hf::test;
using hf::xet::Chunker;

BOOST_AUTO_TEST_SUITE(xet_chunker)

namespace {

// The ends of all chunks of `data`, which comes in pieces of `piece` bytes.
std::vector<std::size_t> ends_of(std::string_view data, std::size_t piece) {
    std::vector<std::size_t> out;
    Chunker chunker;
    std::size_t at = 0;
    for (std::size_t begin = 0; begin < data.size(); begin += piece) {
        for (auto rest = bytes_of(data.substr(begin, piece)); !rest.empty();) {
            const std::size_t taken = chunker.take(rest);
            BOOST_REQUIRE(taken > 0);
            at += taken;
            rest = rest.subspan(taken);
            if (chunker.at_boundary()) out.push_back(at);
        }
    }
    if (chunker.open_size() != 0) out.push_back(at);
    return out;
}

std::vector<std::size_t> numbers(const boost::json::value& list) {
    std::vector<std::size_t> out;
    for (const auto& number : list.as_array()) out.push_back(number.to_number<std::size_t>());
    return out;
}

void check_ends(std::string_view data, const boost::json::value& expected) {
    for (const std::size_t piece : {data.size(), std::size_t{4096}, std::size_t{8191}, std::size_t{65537}})
        BOOST_TEST(ends_of(data, piece) == numbers(expected), boost::test_tools::per_element());
}

void check_hashes(std::string_view data, const boost::json::object& row) {
    hf::xet::MerkleTree tree;
    std::size_t begin = 0;
    const auto& hashes = row.at("chunk_hashes").as_array();
    const auto ends = numbers(row.at("ends"));
    BOOST_REQUIRE(hashes.size() == ends.size());
    for (std::size_t i = 0; i < ends.size(); begin = ends[i++]) {
        const auto hash = hf::xet::chunk_hash(bytes_of(data.substr(begin, ends[i] - begin)));
        BOOST_TEST(hash == hash_of(hashes[i]));
        tree.add(hash, ends[i] - begin);
    }
    if (!row.contains("xorb_hash")) return;
    BOOST_TEST(tree.root() == hash_of(row.at("xorb_hash")));
    BOOST_TEST(hf::xet::file_id(tree) == hash_of(row.at("file_hash")));
}

std::string xorshift32_octets(std::size_t size) {
    std::string out(size, '\0');
    std::uint32_t x = 0x9E3779B9;
    for (char& c : out) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        c = static_cast<char>(x & 255);
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_table_is_that_of_the_reference) {
    const auto vectors = xet_vectors("gearhash_table");
    const auto& table = vectors.at("table").as_array();
    BOOST_REQUIRE(table.size() == 256u);
    for (std::size_t i = 0; i < table.size(); ++i) {
        const auto expected = std::stoull(std::string(table[i].as_string()), nullptr, 16);
        BOOST_TEST(hf::xet::gear_step(0, static_cast<std::byte>(i)) == expected);
    }
    BOOST_TEST(vectors.at("min").to_number<std::size_t>() == hf::xet::min_chunk_size);
    BOOST_TEST(vectors.at("max").to_number<std::size_t>() == hf::xet::max_chunk_size);
}

BOOST_AUTO_TEST_CASE(boundaries_of_the_reference) {
    const auto vectors = xet_vectors("chunking");
    for (const auto& row : vectors.at("cases").as_array()) {
        const auto& members = row.as_object();
        const auto size = members.at("len").to_number<std::size_t>();
        std::string data;
        if (const auto* seed = members.if_contains("seed"))
            data = splitmix64(seed->to_number<std::uint64_t>(), size);
        else if (const auto* byte = members.if_contains("byte"))
            data.assign(size, static_cast<char>(byte->to_number<int>()));
        else
            data = xorshift32_octets(size);
        BOOST_TEST_CONTEXT(members.at("name").as_string()) {
            if (const auto* sha256 = members.if_contains("sha256"))
                BOOST_TEST(hf::sha256_hex(data) == sha256->as_string());
            if (const auto* samples = members.if_contains("samples")) {
                for (const auto& [at, value] : samples->as_object())
                    BOOST_TEST(static_cast<unsigned char>(data.at(std::stoul(at))) == value.to_number<int>());
            }
            check_ends(data, members.at("ends"));
            if (const auto* pieces = members.if_contains("feed_block_sizes")) {
                for (const std::size_t piece : numbers(*pieces))
                    BOOST_TEST(ends_of(data, piece) == numbers(members.at("ends")), boost::test_tools::per_element());
            }
            if (members.contains("chunk_hashes")) check_hashes(data, members);
        }
    }
}

BOOST_AUTO_TEST_CASE(boundaries_of_patterns_that_end_chunks_early) {
    const auto vectors = xet_vectors("chunking");
    const auto& row = vectors.at("trigger_pattern");
    const auto& ends = row.at("ends_by_padding").as_array();
    const auto size = row.at("len").to_number<std::size_t>();
    for (std::size_t padding = 0; padding < ends.size(); ++padding) {
        std::string data = unhex(row.at("pattern_hex")) + std::string(padding, '\0');
        while (data.size() < size) data += data.substr(0, std::min(size - data.size(), data.size()));
        const auto sample = row.at("samples").as_array()[padding].to_number<int>();
        BOOST_TEST(static_cast<unsigned char>(data[row.at("sample_offset").to_number<std::size_t>()]) == sample);
        BOOST_TEST_CONTEXT(padding) { check_ends(data, ends[padding]); }
    }
}

BOOST_AUTO_TEST_CASE(a_hit_before_the_minimum_is_no_boundary_and_the_hash_goes_on) {
    const auto vectors = xet_vectors("chunking");
    const auto& hits = vectors.at("mask_hits");
    const std::string tail = unhex(hits.at("tail_hex"));
    for (const auto& row : hits.at("cases").as_array()) {
        const auto cuts = numbers(row.at("cuts"));
        std::string data(row.at("len").to_number<std::size_t>(), '\0');
        for (const std::size_t cut : cuts) data.replace(cut - tail.size(), tail.size(), tail);
        BOOST_TEST_CONTEXT(row) { check_ends(data, row.at("ends")); }
    }
}

BOOST_AUTO_TEST_CASE(the_rolling_hash_alone) {
    const auto vectors = xet_vectors("chunking");
    const auto& row = vectors.at("rolling");
    std::string data;
    for (std::uint32_t s = 0xECD17F; data.size() < row.at("len").to_number<std::size_t>();) {
        s = (s * 1111 + 12345) & 0xFFFFFF;
        for (int i = 0; i < 3; ++i) data += static_cast<char>(s >> (8 * i) & 255);
    }
    data.resize(row.at("len").to_number<std::size_t>());
    const auto mask = std::stoull(std::string(row.at("mask").as_string()), nullptr, 16);
    const auto& hits = row.at("hits").as_array();
    std::size_t found = 0, begin = 0;
    std::uint64_t hash = 0;
    for (std::size_t at = 0; at < data.size(); ++at) {
        hash = hf::xet::gear_step(hash, static_cast<std::byte>(data[at]));
        if ((hash & mask) != 0) continue;
        BOOST_REQUIRE(found < hits.size());
        const auto& hit = hits[found++].as_array();
        BOOST_TEST(begin == hit[0].to_number<std::size_t>());
        BOOST_TEST(at + 1 - begin == hit[1].to_number<std::size_t>());
        BOOST_TEST(hash == std::stoull(std::string(hit[2].as_string()), nullptr, 16));
        begin = at + 1;
        hash = 0;
    }
    BOOST_TEST(found == hits.size());
    BOOST_TEST(begin == row.at("tail").as_array()[0].to_number<std::size_t>());
    BOOST_TEST(data.size() - begin == row.at("tail").as_array()[1].to_number<std::size_t>());
}

BOOST_AUTO_TEST_CASE(files_that_went_to_the_real_hub_and_to_the_official_server_have_the_same_chunks) {
    const auto check = [](std::string_view data, const boost::json::array& chunks, bool hash_first) {
        const auto ends = ends_of(data, data.size());
        BOOST_REQUIRE(ends.size() == chunks.size());
        for (std::size_t i = 0, begin = 0; i < ends.size(); begin = ends[i++]) {
            const auto& chunk = chunks[i].as_array();
            BOOST_TEST(ends[i] - begin == chunk[hash_first ? 1 : 0].to_number<std::size_t>());
            BOOST_TEST(hf::xet::chunk_hash(bytes_of(data.substr(begin, ends[i] - begin))) ==
                       hash_of(chunk[hash_first ? 0 : 1]));
        }
    };
    const auto real = xet_vectors("real_hub_2026");
    const std::string uploaded = pcg_dxsm(20260925, 1, 1 << 20);
    BOOST_TEST(hf::sha256_hex(uploaded) == real.at("input").at("sha256").as_string());
    check(uploaded, real.at("chunks").as_array(), true);

    const auto exchanges = xet_vectors("exchanges_1_8");
    const auto& inputs = exchanges.at("inputs");
    std::string data = xorshift64(1 << 20);
    check(data, inputs.at("1 MiB").at("chunks [length, hash]").as_array(), false);
    data.replace(500000, 3, "abc");
    check(data, inputs.at("1 MiB changed").at("chunks [length, hash]").as_array(), false);
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_where_a_chunk_does_has_no_empty_one) {
    const std::string data = splitmix64(0, 1000000);
    const auto ends = ends_of(data, data.size());
    for (std::size_t i = 1; i < ends.size(); i += 5) {
        const std::vector<std::size_t> expected(ends.begin(), ends.begin() + static_cast<std::ptrdiff_t>(i));
        for (const std::size_t piece : {std::size_t{1000}, ends[i - 1]})
            BOOST_TEST(ends_of(data.substr(0, ends[i - 1]), piece) == expected, boost::test_tools::per_element());
    }
    // The byte behind a boundary has no part in it, so chunks in another order are the same chunks.
    std::string turned = data.substr(ends[1], ends[2] - ends[1]) + data.substr(0, ends[1]);
    const auto turned_ends = ends_of(turned, turned.size());
    BOOST_REQUIRE(turned_ends.size() == 3u);
    BOOST_TEST(turned_ends[0] == ends[2] - ends[1]);
    BOOST_TEST(turned_ends[1] == turned_ends[0] + ends[0]);
}

BOOST_AUTO_TEST_CASE(short_files_are_one_chunk_and_empty_ones_none) {
    BOOST_TEST(ends_of("", 1).empty());
    BOOST_TEST(ends_of("a", 1) == std::vector<std::size_t>{1}, boost::test_tools::per_element());
    const std::string exactly(hf::xet::max_chunk_size, '\0');
    BOOST_TEST(ends_of(exactly, 1000) == std::vector<std::size_t>{exactly.size()}, boost::test_tools::per_element());
    Chunker chunker;
    BOOST_TEST(chunker.take({}) == 0u);
    BOOST_TEST(chunker.take(bytes_of(exactly)) == exactly.size());
    BOOST_TEST(chunker.at_boundary());
    BOOST_TEST(chunker.open_size() == 0u);
    BOOST_TEST(chunker.take(bytes_of("ab")) == 2u);
    BOOST_TEST(!chunker.at_boundary());
    BOOST_TEST(chunker.open_size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

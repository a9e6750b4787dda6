#include "xet/blake3.hpp"
#include "xet/crc64nvme.hpp"
#include "xet/merkle.hpp"
#include "xet_fixture.hpp"

using namespace hf::test;
using hf::xet::Blake3Instructions;
using hf::xet::Hash;
using hf::xet::Node;

BOOST_AUTO_TEST_SUITE(xet_hash)

namespace {

std::string counting_bytes(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i % 251);
    return out;
}

std::vector<Node> nodes_of(const boost::json::value& list) {
    std::vector<Node> out;
    for (const auto& leaf : list.as_array())
        out.push_back({hash_of(leaf.as_array()[0]), leaf.as_array()[1].to_number<std::uint64_t>()});
    return out;
}

hf::xet::MerkleTree tree_of(const std::vector<Node>& nodes) {
    hf::xet::MerkleTree tree;
    for (const Node& node : nodes) tree.add(node);
    return tree;
}

}  // namespace

BOOST_AUTO_TEST_CASE(blake3_gives_the_official_values_with_all_instructions) {
    const auto vectors = xet_vectors("blake3");
    Hash key;
    std::ranges::copy(vectors.at("key_ascii").as_string(), key.bytes.begin());
    BOOST_TEST(vectors.at("cases").as_array().size() == 35u);
    for (const auto& row : vectors.at("cases").as_array()) {
        const std::string input = counting_bytes(row.at("len").to_number<std::size_t>());
        BOOST_TEST_CONTEXT(input.size()) {
            BOOST_TEST(hex_of(hf::xet::blake3(bytes_of(input))) == row.at("hash").as_string());
            for (const auto most : {Blake3Instructions::portable, Blake3Instructions::avx2, Blake3Instructions::avx512})
                BOOST_TEST(hex_of(hf::xet::blake3_keyed(key, bytes_of(input), most)) ==
                           row.at("keyed_hash").as_string());
        }
    }
}

BOOST_AUTO_TEST_CASE(blake3_is_the_same_with_all_instructions_at_any_size_and_address) {
    const Hash key = hash_of_bytes(7);
    const std::string input = splitmix64(3, 140000);
    for (std::size_t size : {1023u, 1025u, 4095u, 5000u, 8191u, 16384u, 16385u, 17407u, 33000u, 65536u, 131072u}) {
        for (const std::size_t offset : {0u, 1u, 63u}) {
            const auto data = bytes_of(input).subspan(offset, size);
            const Hash expected = hf::xet::blake3_keyed(key, data, Blake3Instructions::portable);
            BOOST_TEST(hf::xet::blake3_keyed(key, data, Blake3Instructions::avx2) == expected);
            BOOST_TEST(hf::xet::blake3_keyed(key, data, Blake3Instructions::avx512) == expected);
            BOOST_TEST(hf::xet::blake3_keyed(key, data) == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_text_form_reverses_each_word) {
    const auto vectors = xet_vectors("hashes_small");
    for (const auto& row : vectors.at("string_form").as_array()) {
        const std::string raw = unhex(row.at("raw"));
        const Hash hash = hf::xet::hash_at(bytes_of(raw));
        BOOST_TEST(hf::xet::to_text(hash) == row.at("string").as_string());
        BOOST_TEST((hf::xet::parse_hash(row.at("string").as_string()) == hash));
    }
}

BOOST_AUTO_TEST_CASE(a_hash_of_upper_case_digits_is_the_same_and_of_anything_else_is_none) {
    const std::string lower = "d8d408e608fb9ca213b9909a65d86d725f2de4d8d540324be8a363e7a6e228cb";
    std::string upper = lower;
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    BOOST_REQUIRE(hf::xet::parse_hash(upper).has_value());
    BOOST_TEST(hf::xet::to_text(*hf::xet::parse_hash(upper)) == lower);
    for (const std::string& text :
         {std::string(), lower.substr(1), lower + "0", "g" + lower.substr(1), " " + lower.substr(1),
          lower.substr(2) + "0x", std::string(64, '\0'), std::string(64, '*')})
        BOOST_TEST(!hf::xet::parse_hash(text), text);
}

BOOST_AUTO_TEST_CASE(hashes_are_ordered_as_little_endian_words) {
    Hash a, b;
    a.bytes[0] = 2;
    b.bytes[0] = 1;
    b.bytes[7] = 1;
    BOOST_TEST((a < b));  // 2 < 2^56 + 1, though the first byte is greater
    b = Hash();
    b.bytes[31] = 1;
    BOOST_TEST((b < a));  // the first word decides
    BOOST_TEST(Hash().is_zero());
    BOOST_TEST(!b.is_zero());
}

BOOST_AUTO_TEST_CASE(chunk_node_and_range_hashes_of_the_specification) {
    const auto vectors = xet_vectors("hashes_small");
    for (const auto& row : vectors.at("chunk_hash").as_array()) {
        const Hash hash = hf::xet::chunk_hash(bytes_of(std::string_view(row.at("input_utf8").as_string())));
        BOOST_TEST(hex_of(hash) == row.at("raw").as_string());
        BOOST_TEST(hf::xet::to_text(hash) == row.at("string").as_string());
    }
    for (const auto& row : vectors.at("internal_node").as_array())
        BOOST_TEST(hf::xet::node_hash(nodes_of(row.at("children"))) == hash_of(row.at("string")));
    for (const auto& row : vectors.at("range_hash").as_array()) {
        std::vector<Hash> hashes;
        for (const auto& text : row.at("chunk_hashes").as_array()) hashes.push_back(hash_of(text));
        BOOST_TEST(hf::xet::range_hash(hashes) == hash_of(row.at("string")));
    }
}

BOOST_AUTO_TEST_CASE(roots_and_file_ids_of_the_reference) {
    const auto vectors = xet_vectors("merkle");
    std::size_t files = 0;
    for (const auto& row : vectors.at("cases").as_array()) {
        const auto leaves = nodes_of(row.at("leaves"));
        BOOST_TEST(hf::xet::xorb_hash(leaves) == hash_of(row.at("xorb_hash")));
        for (const auto& salted : row.at("file_hash_by_salt").as_array()) {
            BOOST_TEST(hf::xet::file_id(tree_of(leaves), hash_of(salted.as_array()[0])) ==
                       hash_of(salted.as_array()[1]));
            ++files;
        }
    }
    BOOST_TEST(files == 54u);
}

BOOST_AUTO_TEST_CASE(a_tree_can_be_asked_at_any_time_and_goes_on) {
    hf::xet::MerkleTree tree;
    std::vector<Node> leaves;
    for (unsigned i = 0; i < 400; ++i) {
        BOOST_TEST(tree.root() == hf::xet::xorb_hash(leaves));
        const Hash hash = hf::xet::chunk_hash(bytes_of(std::to_string(i)));
        leaves.push_back({hash, i});
        tree.add(hash, i);
        BOOST_TEST(tree.count() == i + 1);
    }
    BOOST_TEST(tree.size() == 399u * 400 / 2);
    BOOST_TEST(tree.root() == hf::xet::xorb_hash(leaves));
}

BOOST_AUTO_TEST_CASE(what_the_real_hub_was_sent_has_our_hashes) {
    const auto vectors = xet_vectors("real_hub_2026");
    const auto chunks = nodes_of(vectors.at("chunks"));
    std::vector<Hash> hashes;
    for (const Node& chunk : chunks) hashes.push_back(chunk.hash);
    BOOST_TEST(hf::xet::xorb_hash(chunks) == hash_of(vectors.at("xorb_hash")));
    BOOST_TEST(hf::xet::file_id(tree_of(chunks)) == hash_of(vectors.at("file_hash")));
    BOOST_TEST(hf::xet::range_hash(hashes) == hash_of(vectors.at("range_hash")));
}

BOOST_AUTO_TEST_CASE(protected_hashes_find_a_chunk_in_a_real_answer) {
    const auto vectors = xet_vectors("dedup_gpt2");
    const auto& match = vectors.at("match");
    const Hash key = hash_of(vectors.at("hmac_key")), plain = hash_of(match.at("plain_chunk_hash"));
    BOOST_TEST(hf::xet::protected_hash(key, plain) == hash_of(match.at("keyed")));
    BOOST_TEST(hf::xet::protected_hash(Hash(), plain) == plain);
}

BOOST_AUTO_TEST_CASE(checksums_of_grants) {
    const auto inputs = std::vector<std::string>{"", "123456789", std::string(32, '\0'), "hello xet\n"};
    const auto vectors = xet_vectors("exchanges_1_8");
    const auto& values = vectors.at("crc64nvme").at("values").as_array();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto expected = values[i].as_array()[2].as_string();
        BOOST_TEST(std::to_string(hf::xet::crc64nvme(bytes_of(inputs[i]))) == expected);
    }
    const std::string mib = xorshift64(1 << 20);
    BOOST_TEST(hf::sha256_hex(mib) == vectors.at("inputs").at("1 MiB").at("sha256").as_string());
    BOOST_TEST(std::to_string(hf::xet::crc64nvme(bytes_of(mib))) == values[4].as_array()[2].as_string());
    const auto half = bytes_of(mib).first(77777);
    BOOST_TEST(hf::xet::crc64nvme(bytes_of(mib).subspan(77777), hf::xet::crc64nvme(half)) ==
               hf::xet::crc64nvme(bytes_of(mib)));
}

BOOST_AUTO_TEST_CASE(checksums_are_the_same_in_one_piece_and_in_small_ones) {
    const std::string input = splitmix64(4, 3000);
    for (const std::size_t offset : {0u, 1u, 7u, 15u}) {
        for (const std::size_t size : {1u, 15u, 16u, 63u, 64u, 65u, 127u, 128u, 143u, 200u, 1024u, 2900u}) {
            const auto data = bytes_of(input).subspan(offset, size);
            std::uint64_t sum = 0;
            for (auto rest = data; !rest.empty();) {
                const auto piece = rest.first(std::min<std::size_t>(rest.size(), 9));
                sum = hf::xet::crc64nvme(piece, sum);
                rest = rest.subspan(piece.size());
            }
            BOOST_TEST(hf::xet::crc64nvme(data) == sum, size << " bytes");
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

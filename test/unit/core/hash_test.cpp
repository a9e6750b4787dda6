#include "core/base64.hpp"
#include "pure_table.hpp"

#include <hf/core/hash.hpp>

BOOST_AUTO_TEST_SUITE(hash)

using hf::test::Row;

namespace {

std::string content_of(const Row& row) {
    const auto& content = row.input().at("content").as_object();
    if (const auto* encoded = content.if_contains("b64")) return hf::base64_decode(encoded->as_string()).value();
    return row.text("content");
}

std::string in_pieces(std::string_view text, std::size_t piece) {
    std::string out;
    hf::Base64Encoder encoder;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) encoder.append(out, text.substr(0, piece));
    encoder.finish(out);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(upload_info_as_the_reference) {
    hf::test::for_each_row("upload_info", [](const Row& row) {
        const std::string content = content_of(row);
        const auto& expected = row.output().as_object();
        BOOST_TEST(content.size() == expected.at("size").to_number<std::size_t>());
        BOOST_TEST(hf::sha256_hex(content) == expected.at("sha256").as_string());
        BOOST_TEST(hf::git_blob_sha1_hex(content) == expected.at("git_blob_sha1").as_string());
        BOOST_TEST(hf::base64_encode(content.substr(0, 512)) == expected.at("sample_b64").as_string());
        const std::string encoded = hf::base64_encode(content);
        BOOST_TEST(encoded.size() == expected.at("content_b64_length").to_number<std::size_t>());
        BOOST_TEST(encoded.size() == hf::base64_size(content.size()));
        BOOST_TEST(hf::sha256_hex(encoded) == expected.at("content_b64_sha256").as_string());
        BOOST_TEST((in_pieces(content, 1000) == encoded));
        BOOST_TEST((hf::base64_decode(encoded) == content));
        const std::string pointer = hf::lfs_pointer_text(hf::sha256_hex(content), content.size());
        BOOST_TEST(pointer == expected.at("lfs_pointer_text").as_string());
    });
}

BOOST_AUTO_TEST_CASE(hashes_are_incremental_reusable_and_movable) {
    hf::Sha256 first;
    first.update("hel");
    hf::Sha256 second = std::move(first);
    second.update("lo\n", 3);
    const std::string once = second.hex();
    BOOST_TEST(once == "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
    second.update("hello\n");
    BOOST_TEST(second.hex() == once);
    BOOST_TEST(second.digest().size() == 32u);
    first = hf::Sha256();
    BOOST_TEST(first.hex() == hf::sha256_hex(""));

    hf::Sha1 sha1;
    BOOST_TEST(sha1.hex() == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    hf::GitBlobSha1 blob(6);
    blob.update("hel");
    blob.update("lo\n", 3);
    BOOST_TEST(blob.hex() == "ce013625030ba8dba906f756967f9e9ca394464a");
}

BOOST_AUTO_TEST_CASE(hexadecimal) {
    const std::string all("\x00\x7f\xff", 3);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(all.data());
    BOOST_TEST(hf::to_hex({bytes, 3}) == "007fff");
    BOOST_TEST((hf::from_hex("007FfF") == all));
    BOOST_TEST((hf::from_hex("") == ""));
    for (const char* text : {"0", "0g", "-1", "0x", " 1"}) BOOST_TEST(!hf::from_hex(text), text);
}

BOOST_AUTO_TEST_CASE(base64_in_pieces_of_every_size) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
    for (std::size_t length = 0; length < 20; ++length) {
        const auto part = std::string_view(text).substr(0, length);
        for (std::size_t piece = 1; piece < 8; ++piece) BOOST_TEST(in_pieces(part, piece) == hf::base64_encode(part));
        BOOST_TEST((hf::base64_decode(hf::base64_encode(part)) == part));
    }
    std::string kept = "x";
    hf::append_base64(kept, "ab");
    BOOST_TEST(kept == "xYWI=");
}

BOOST_AUTO_TEST_CASE(what_is_no_base64) {
    for (const char* text : {"A", "AA", "AAA", "AA=A", "A===", "====", "AA==AAAA", "AAA\n", "AA A", "AA-_",
                             "AB==", "AAB=", "=AAA", "AAAAA==="})
        BOOST_TEST(!hf::base64_decode(text), text);
    BOOST_TEST(!hf::base64_decode("AA\xff/"));
    BOOST_TEST((hf::base64_decode("") == ""));
}

BOOST_AUTO_TEST_CASE(lfs_pointers) {
    const std::string sha(64, 'a');
    const auto pointer = hf::parse_lfs_pointer(hf::lfs_pointer_text(sha, 12));
    BOOST_REQUIRE(pointer.has_value());
    BOOST_TEST(pointer->sha256 == sha);
    BOOST_TEST(pointer->size == 12u);
    const std::string head = "version https://git-lfs.github.com/spec/v1\n";
    BOOST_TEST(hf::parse_lfs_pointer(head + "ext-0-x sha256:b\noid sha256:" + sha + "\nsize 1\n").has_value());
    for (const std::string& text :
         {std::string(), head, head + "oid sha256:" + sha + "\n", head + "oid sha256:abc\nsize 1\n",
          head + "oid sha256:" + std::string(64, 'A') + "\nsize 1\n", head + "oid sha256:" + sha + "\nsize -1\n",
          head + "oid sha256:" + sha + "\nsize 99999999999999999999\n", "x" + hf::lfs_pointer_text(sha, 1),
          hf::lfs_pointer_text(sha, 1) + std::string(1024, '\n')})
        BOOST_TEST(!hf::parse_lfs_pointer(text), text);
}

BOOST_AUTO_TEST_SUITE_END()

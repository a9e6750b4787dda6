#include "xet/chunk_codec.hpp"
#include "xet_fixture.hpp"

#include <lz4frame.h>

using namespace hf::test;
using hf::xet::Bytes;
using hf::xet::ChunkHeader;
using hf::xet::Scheme;

BOOST_AUTO_TEST_SUITE(xet_chunk_codec)

namespace {

std::string header_text(unsigned version, std::uint32_t stored, unsigned scheme, std::uint32_t size) {
    std::string out;
    const auto number = [&](std::uint32_t value) {
        for (int i = 0; i < 3; ++i) out += static_cast<char>(value >> (8 * i) & 255);
    };
    out += static_cast<char>(version);
    number(stored);
    out += static_cast<char>(scheme);
    number(size);
    return out;
}

std::string decoded(const ChunkHeader& header, std::string_view stored) {
    std::string out(header.size, '?');
    hf::xet::ChunkDecoder decoder;
    decoder.decode(header, bytes_of(stored), std::as_writable_bytes(std::span(out)));
    std::vector<std::byte> room(hf::xet::max_chunk_size);
    BOOST_TEST((text_of(decoder.content(header, bytes_of(stored), room)) == out));
    return out;
}

std::string encoded(std::string_view content, Scheme scheme) {
    std::vector<std::byte> out;
    hf::xet::ChunkEncoder().append(out, bytes_of(content), scheme);
    return text_of(out);
}

std::string decoded_record(std::string_view record) {
    return decoded(hf::xet::parse_chunk_header(bytes_of(record.substr(0, 8))), record.substr(8));
}

// A frame as others make it: with all that the format has.
std::string lz4_frame(std::string_view content, const LZ4F_preferences_t& how) {
    std::string out(LZ4F_compressFrameBound(content.size(), &how), '\0');
    out.resize(LZ4F_compressFrame(out.data(), out.size(), content.data(), content.size(), &how));
    return out;
}

ChunkHeader header_for(std::string_view stored, Scheme scheme, std::size_t size) {
    return {scheme, static_cast<std::uint32_t>(stored.size()), static_cast<std::uint32_t>(size)};
}

std::string floats(std::size_t size) {
    std::string out;
    for (float value = 1; out.size() < size; value *= 1.0001f)
        out.append(reinterpret_cast<const char*>(&value), sizeof(value));
    out.resize(size);
    return out;
}

const std::string sentence = "the quick brown fox jumps over the lazy dog. ";

}  // namespace

BOOST_AUTO_TEST_CASE(bytes_are_grouped_as_in_the_reference_and_back) {
    const auto vectors = xet_vectors("xorb");
    for (const auto& row : vectors.at("bg4").as_array()) {
        const std::string in = unhex(row.at("in")), out = unhex(row.at("out"));
        std::string grouped(in.size(), '?'), back(in.size(), '?');
        hf::xet::group_bytes(bytes_of(in), std::as_writable_bytes(std::span(grouped)));
        hf::xet::ungroup_bytes(bytes_of(out), std::as_writable_bytes(std::span(back)));
        BOOST_TEST(hex_of(bytes_of(grouped)) == row.at("out").as_string());
        BOOST_TEST(hex_of(bytes_of(back)) == row.at("in").as_string());
    }
}

BOOST_AUTO_TEST_CASE(every_scheme_and_size_comes_back) {
    std::string text;
    while (text.size() < hf::xet::max_chunk_size) text += sentence + std::to_string(text.size());
    text.resize(hf::xet::max_chunk_size);
    const std::string noise = splitmix64(1, hf::xet::max_chunk_size);
    for (const std::size_t size : {1u, 2u, 3u, 4u, 5u, 63u, 1000u, 65537u, 131070u, 131071u, 131072u}) {
        for (const auto& content : {text.substr(0, size), noise.substr(0, size), floats(size)}) {
            for (const auto scheme : {Scheme::none, Scheme::lz4, Scheme::bg4_lz4}) {
                const std::string record = encoded(content, scheme);
                BOOST_TEST((decoded_record(record) == content));
                BOOST_TEST(record.size() <= content.size() + hf::xet::chunk_header_size);
            }
        }
    }
    BOOST_TEST(encoded(text, Scheme::lz4).size() < text.size() / 2);
    BOOST_TEST(encoded(text, Scheme::lz4) == encoded(text, Scheme::lz4));
}

BOOST_AUTO_TEST_CASE(what_does_not_get_smaller_is_stored_as_it_is) {
    const std::string noise = splitmix64(2, 9000);
    for (const auto scheme : {Scheme::none, Scheme::lz4, Scheme::bg4_lz4}) {
        BOOST_TEST((encoded(noise, scheme) == header_text(0, 9000, 0, 9000) + noise));
        BOOST_TEST((encoded("a", scheme) == header_text(0, 1, 0, 1) + "a"));
    }
}

BOOST_AUTO_TEST_CASE(numbers_are_grouped_and_text_is_not) {
    std::string text;
    while (text.size() < 60000) text += sentence;
    BOOST_TEST((hf::xet::choose_scheme(bytes_of(floats(60000))) == Scheme::bg4_lz4));
    BOOST_TEST((hf::xet::choose_scheme(bytes_of(text)) == Scheme::lz4));
    BOOST_TEST((hf::xet::choose_scheme(bytes_of(splitmix64(3, 60000))) == Scheme::lz4));
    for (const std::string_view tiny : {"", "a", "ab", "abc"}) hf::xet::choose_scheme(bytes_of(tiny));
    BOOST_TEST(encoded(floats(60000), Scheme::bg4_lz4).size() < encoded(floats(60000), Scheme::lz4).size());
}

BOOST_AUTO_TEST_CASE(headers_out_of_bounds_are_refused) {
    using hf::InvalidResponseError;
    const auto parse = [](const std::string& text) { return hf::xet::parse_chunk_header(bytes_of(text)); };
    BOOST_TEST((parse(header_text(0, 262144, 2, 131072)) == ChunkHeader{Scheme::bg4_lz4, 262144, 131072}));
    check_error<InvalidResponseError>([&] { parse(header_text(1, 9, 0, 9)); }, "version 1");
    check_error<InvalidResponseError>([&] { parse(header_text('X', 9, 0, 9)); }, "version 88");
    for (const unsigned scheme : {3u, 99u, 255u})
        check_error<InvalidResponseError>([&] { parse(header_text(0, 9, scheme, 9)); },
                                          "scheme " + std::to_string(scheme));
    check_error<InvalidResponseError>([&] { parse(header_text(0, 131073, 0, 131073)); }, "too large: 131073");
    check_error<InvalidResponseError>([&] { parse(header_text(0, 0xFFFFFF, 1, 0xFFFFFF)); }, "too large: 16777215");
    check_error<InvalidResponseError>([&] { parse(header_text(0, 262145, 1, 131072)); }, "too many bytes: 262145");
    check_error<InvalidResponseError>([&] { parse(header_text(0, 9, 0, 8)); }, "two sizes");
    check_error<InvalidResponseError>([&] { parse(header_text(0, 0, 0, 0)); }, "empty");
    check_error<InvalidResponseError>([&] { parse(header_text(0, 0, 1, 9)); }, "empty");
    check_error<InvalidResponseError>([&] { parse(header_text(0, 9, 1, 0)); }, "empty");
    check_error<InvalidResponseError>([&] { parse(header_text(0, 9, 0, 9).substr(1)); }, "header");
}

BOOST_AUTO_TEST_CASE(frames_with_all_that_the_format_has_are_read) {
    std::string text;
    while (text.size() < 130000) text += sentence + std::to_string(text.size() * 7919);
    for (const auto block : {LZ4F_max64KB, LZ4F_max256KB, LZ4F_max1MB, LZ4F_max4MB}) {
        for (const auto mode : {LZ4F_blockLinked, LZ4F_blockIndependent}) {
            for (const int checks : {0, 1}) {
                LZ4F_preferences_t how{};
                how.frameInfo.blockSizeID = block;
                how.frameInfo.blockMode = mode;
                how.frameInfo.contentChecksumFlag = checks ? LZ4F_contentChecksumEnabled : LZ4F_noContentChecksum;
                how.frameInfo.blockChecksumFlag = checks ? LZ4F_blockChecksumEnabled : LZ4F_noBlockChecksum;
                how.frameInfo.contentSize = checks ? text.size() : 0;
                const std::string frame = lz4_frame(text, how);
                BOOST_TEST((decoded(header_for(frame, Scheme::lz4, text.size()), frame) == text));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_frame_cut_anywhere_is_corrupt) {
    std::string text;
    while (text.size() < 9000) text += sentence;
    for (const auto scheme : {Scheme::lz4, Scheme::bg4_lz4}) {
        const std::string frame = encoded(text, scheme).substr(8);
        for (std::size_t size = 0; size < frame.size(); ++size) {
            const auto cut = frame.substr(0, size);
            BOOST_CHECK_THROW(decoded(header_for(cut, scheme, text.size()), cut), hf::IntegrityError);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_frame_that_lies_about_its_length_is_corrupt) {
    const std::string text(9000, 'a');
    const std::string frame = encoded(text, Scheme::lz4).substr(8);
    for (const std::size_t size : {1u, 8999u})
        check_error<hf::IntegrityError>([&] { decoded(header_for(frame, Scheme::lz4, size), frame); }, "more bytes");
    for (const std::size_t size : {9001u, 131072u})
        check_error<hf::IntegrityError>([&] { decoded(header_for(frame, Scheme::lz4, size), frame); }, "fewer bytes");
    const std::string longer = frame + "x";
    check_error<hf::IntegrityError>([&] { decoded(header_for(longer, Scheme::lz4, 9000), longer); }, "after its LZ4");
    const std::string two = frame + frame;
    check_error<hf::IntegrityError>([&] { decoded(header_for(two, Scheme::lz4, 18000), two); }, "after its LZ4");
    // A raw block, as a reader might take the format for, is no frame.
    check_error<hf::IntegrityError>([&] { decoded(header_for("\x1F\x61\x01", Scheme::lz4, 9000), "\x1F\x61\x01"); },
                                    "LZ4 frame");
    check_error<hf::IntegrityError>([&] { decoded({Scheme::none, 3, 3}, "abcd"); }, "size");
}

BOOST_AUTO_TEST_CASE(an_lz4_bomb_writes_no_more_than_its_header_says) {
    const std::string zeros(20 * 1024 * 1024, '\0');
    LZ4F_preferences_t how{};
    how.frameInfo.blockSizeID = LZ4F_max4MB;
    const std::string frame = lz4_frame(zeros, how);
    BOOST_REQUIRE(frame.size() < hf::xet::max_stored_chunk_size);
    for (const std::size_t size : {std::size_t{64}, hf::xet::max_chunk_size}) {
        std::string out(size + 64, 'x');
        const auto room = std::as_writable_bytes(std::span(out)).first(size);
        check_error<hf::IntegrityError>(
            [&] { hf::xet::ChunkDecoder().decode(header_for(frame, Scheme::lz4, size), bytes_of(frame), room); },
            "more bytes");
        BOOST_TEST((out.substr(size) == std::string(64, 'x')));
    }
    // A frame that does nothing, before or instead of one that does.
    const std::string skippable(
        "\x50\x2A\x4D\x18\x04\x00\x00\x00"
        "abcd",
        12);
    BOOST_CHECK_THROW(decoded(header_for(skippable, Scheme::lz4, 4), skippable), hf::IntegrityError);
}

BOOST_AUTO_TEST_CASE(a_decoder_can_be_used_after_an_error) {
    const std::string text(9000, 'a');
    const std::string frame = encoded(text, Scheme::lz4).substr(8);
    hf::xet::ChunkDecoder decoder;
    for (std::size_t cut = 1; cut < frame.size(); cut += 7) {
        std::string out(text.size(), '?');
        const auto room = std::as_writable_bytes(std::span(out));
        const auto part = frame.substr(0, cut);
        BOOST_CHECK_THROW(decoder.decode(header_for(part, Scheme::lz4, 9000), bytes_of(part), room),
                          hf::IntegrityError);
        decoder.decode(header_for(frame, Scheme::lz4, 9000), bytes_of(frame), room);
        BOOST_TEST((out == text));
    }
}

BOOST_AUTO_TEST_SUITE_END()

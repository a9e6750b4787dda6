#include "core/base64.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace hf {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Two digits for each 12-bit value: half as many look-ups as one digit per 6 bits.
constexpr auto make_pairs() {
    std::array<char, 2 * 4096> pairs{};
    for (std::size_t i = 0; i < 4096; ++i) {
        pairs[2 * i] = alphabet[i >> 6];
        pairs[2 * i + 1] = alphabet[i & 63];
    }
    return pairs;
}
constexpr auto pairs = make_pairs();

constexpr std::uint8_t no_digit = 0xFF;

constexpr auto make_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}
constexpr auto values = make_values();

// Encodes whole groups of three bytes; returns the end of the output.
char* encode_groups(char* out, const unsigned char* in, std::size_t groups) {
    for (; groups != 0; --groups, in += 3, out += 4) {
        const std::uint32_t bits = std::uint32_t(in[0]) << 16 | std::uint32_t(in[1]) << 8 | in[2];
        std::memcpy(out, &pairs[2 * (bits >> 12)], 2);
        std::memcpy(out + 2, &pairs[2 * (bits & 0xFFF)], 2);
    }
    return out;
}

void encode_tail(char* out, const unsigned char* in, std::size_t size) {
    const unsigned char group[3] = {in[0], size == 2 ? in[1] : static_cast<unsigned char>(0), 0};
    encode_groups(out, group, 1);
    out[3] = '=';
    if (size == 1) out[2] = '=';
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// Grows as a growing string does: an exact resize for each of many small pieces would copy every time.
char* extend(std::string& out, std::size_t more) {
    const std::size_t old = out.size();
    if (out.capacity() - old < more) out.reserve(std::max(old + more, 2 * out.capacity()));
    out.resize(old + more);
    return out.data() + old;
}

}  // namespace

void append_base64(std::string& out, std::string_view data) {
    char* end = encode_groups(extend(out, base64_size(data.size())), bytes(data), data.size() / 3);
    if (const std::size_t rest = data.size() % 3) encode_tail(end, bytes(data) + data.size() - rest, rest);
}

std::string base64_encode(std::string_view data) {
    std::string out;
    out.reserve(base64_size(data.size()));
    append_base64(out, data);
    return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    if (text.empty()) return std::string();
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string out(text.size() / 4 * 3, '\0');
    const unsigned char* in = bytes(text);
    char* end = out.data();
    std::uint32_t bad = 0;  // the top bit of a value that is none
    const auto put = [&end](std::uint32_t bits) {
        end[0] = static_cast<char>(bits >> 16);
        end[1] = static_cast<char>(bits >> 8);
        end[2] = static_cast<char>(bits);
        end += 3;
    };
    for (std::size_t groups = text.size() / 4 - (padding != 0); groups != 0; --groups, in += 4) {
        const std::uint32_t a = values[in[0]], b = values[in[1]], c = values[in[2]], d = values[in[3]];
        bad |= a | b | c | d;
        put(a << 18 | b << 12 | c << 6 | d);
    }
    if (padding != 0) {
        const std::uint32_t a = values[in[0]], b = values[in[1]], c = padding == 1 ? values[in[2]] : 0;
        bad |= a | b | c;
        const std::uint32_t bits = a << 18 | b << 12 | c << 6;
        if ((bits & (padding == 1 ? 0xFFu : 0xFFFFu)) != 0) return std::nullopt;  // bits that no byte has
        put(bits);
    }
    if ((bad & 0x80) != 0) return std::nullopt;
    out.resize(out.size() - padding);
    return out;
}

void Base64Encoder::append(std::string& out, std::string_view piece) {
    while (kept_size_ != 0 && !piece.empty()) {
        if (kept_size_ < 2) {
            kept_[kept_size_++] = piece.front();
            piece.remove_prefix(1);
            continue;
        }
        const char group[3] = {kept_[0], kept_[1], piece.front()};
        append_base64(out, {group, 3});
        piece.remove_prefix(1);
        kept_size_ = 0;
    }
    const std::size_t rest = piece.size() % 3;
    append_base64(out, piece.substr(0, piece.size() - rest));
    for (const char c : piece.substr(piece.size() - rest)) kept_[kept_size_++] = c;
}

void Base64Encoder::finish(std::string& out) {
    append_base64(out, {kept_, kept_size_});
    kept_size_ = 0;
}

}  // namespace hf

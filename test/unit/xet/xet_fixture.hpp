#pragma once

#include "pure_table.hpp"
#include "xet/hash.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace hf::xet {
inline std::ostream& operator<<(std::ostream& out, const Hash& hash) { return out << to_text(hash); }
}  // namespace hf::xet

namespace hf::test {

/// test/fixtures/xet/<name>.json
inline boost::json::value xet_vectors(const std::string& name) {
    return boost::json::parse(read_file(HFHUB_FIXTURES "/xet/" + name + ".json"));
}

inline xet::Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
inline std::string text_of(xet::Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

inline std::string unhex(const boost::json::value& hex) { return from_hex(hex.as_string()).value(); }
inline std::string hex_of(xet::Bytes bytes) {
    return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}
inline std::string hex_of(const xet::Hash& hash) { return to_hex(hash.bytes); }

/// A hash in the text form.
inline xet::Hash hash_of(const boost::json::value& text) { return xet::parse_hash(text.as_string()).value(); }
/// A hash whose bytes all are `byte`.
inline xet::Hash hash_of_bytes(std::uint8_t byte) {
    xet::Hash out;
    out.bytes.fill(byte);
    return out;
}

/// `size` bytes of the words that `next` gives, little-endian.
template <class Next>
std::string generate(std::size_t size, Next next) {
    std::string out;
    out.reserve(size + 8);
    while (out.size() < size) {
        std::uint64_t word = next();
        for (int i = 0; i < 8; ++i, word >>= 8) out += static_cast<char>(word & 255);
    }
    out.resize(size);
    return out;
}

inline std::string splitmix64(std::uint64_t seed, std::size_t size) {
    return generate(size, [state = seed]() mutable {
        std::uint64_t z = state += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    });
}

/// The input "1 MiB" of exchanges_1_8.json.
inline std::string xorshift64(std::size_t size) {
    return generate(size, [x = std::uint64_t{0x9E3779B97F4A7C15}]() mutable {
        x ^= x << 13;
        x ^= x >> 7;
        return x ^= x << 17;
    });
}

/// The uploaded file of real_hub_2026.json: PCG-DXSM of Go's math/rand/v2.
inline std::string pcg_dxsm(std::uint64_t high, std::uint64_t low, std::size_t size) {
    __extension__ using Wide = unsigned __int128;
    const auto wide = [](std::uint64_t h, std::uint64_t l) { return Wide{h} << 64 | l; };
    return generate(size, [=, state = wide(high, low)]() mutable {
        constexpr std::uint64_t cheap = 0xDA942042E4DD58B5;
        state = state * wide(0x2360ED051FC65DA4, 0x4385DF649FCCF645) + wide(0x5851F42D4C957F2D, 0x14057B7EF767814F);
        auto h = static_cast<std::uint64_t>(state >> 64);
        const auto l = static_cast<std::uint64_t>(state) | 1;
        h ^= h >> 32;
        h *= cheap;
        h ^= h >> 48;
        return h * l;
    });
}

/// Whether `call` throws E with `words` in its message.
template <class E, class Call>
void check_error(Call call, std::string_view words) {
    try {
        call();
        BOOST_ERROR("nothing was thrown; expected: " << words);
    } catch (const E& error) {
        BOOST_TEST(error.message().find(words) != std::string::npos, error.message() << " has no '" << words << "'");
    }
}

}  // namespace hf::test

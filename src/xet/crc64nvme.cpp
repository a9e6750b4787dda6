#include "xet/crc64nvme.hpp"

#include <array>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HFHUB_CRC_X86 1
#include <immintrin.h>
#else
#define HFHUB_CRC_X86 0
#endif

namespace hf::xet {
namespace {

// NVM Express NVM Command Set Specification, "64b CRC Definition": the polynomial with its bits reflected.
constexpr std::uint64_t polynomial = 0x9A6C9329AC4BC9B5;

// tables[k][b]: what byte b does to the sum k bytes later.
using Tables = std::array<std::array<std::uint64_t, 256>, 8>;

constexpr Tables make_tables() {
    Tables tables{};
    for (std::uint64_t byte = 0; byte < 256; ++byte) {
        std::uint64_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
        tables[0][byte] = crc;
    }
    for (std::size_t k = 1; k < tables.size(); ++k) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint64_t crc = tables[k - 1][byte];
            tables[k][byte] = crc >> 8 ^ tables[0][crc & 255];
        }
    }
    return tables;
}

constexpr Tables tables = make_tables();

std::uint64_t by_tables(Bytes data, std::uint64_t crc) {
    for (; data.size() >= 8; data = data.subspan(8)) {
        std::uint64_t next = 0;
        for (std::size_t k = 0; k < 8; ++k)
            next ^= tables[7 - k][(crc >> (8 * k) & 255) ^ std::to_integer<std::uint64_t>(data[k])];
        crc = next;
    }
    for (const std::byte byte : data) crc = crc >> 8 ^ tables[0][(crc & 255) ^ std::to_integer<std::uint64_t>(byte)];
    return crc;
}

#if HFHUB_CRC_X86

// Folding (Gopal and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", Intel 2009): what has been
// read is a polynomial of 128 bits, and takes in what follows n bits later multiplied by x to the power of n, modulo
// the polynomial of the sum. The product of two polynomials with reflected bits is one place off, hence the - 1.
struct Fold {
    std::uint64_t low, high;  // for the halves of the 128 bits; the lower one came first
};

constexpr std::uint64_t power_of_x(int n) {
    std::uint64_t out = std::uint64_t{1} << 63;
    for (int i = 0; i < n; ++i) out = out >> 1 ^ (out & 1 ? polynomial : 0);
    return out;
}

constexpr Fold fold_over(int bits) { return {power_of_x(bits + 64 - 1), power_of_x(bits - 1)}; }

constexpr std::size_t folded_at_once = 64;

__attribute__((target("pclmul,sse4.1"))) inline __m128i folded(__m128i sum, __m128i fold, __m128i next) {
    const __m128i low = _mm_clmulepi64_si128(sum, fold, 0x00), high = _mm_clmulepi64_si128(sum, fold, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

__attribute__((target("pclmul,sse4.1"))) __m128i constants(Fold fold) {
    return _mm_set_epi64x(static_cast<long long>(fold.high), static_cast<long long>(fold.low));
}

// Of at least 64 bytes; the last ones are left to the tables.
__attribute__((target("pclmul,sse4.1"))) std::uint64_t by_folding(Bytes data, std::uint64_t crc) {
    constexpr Fold over_four = fold_over(512), over_one = fold_over(128);
    const __m128i four = constants(over_four), one = constants(over_one);
    const auto next = [&](int i) __attribute__((target("pclmul,sse4.1"))) {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(data.data()) + i);
    };
    __m128i sums[4] = {next(0), next(1), next(2), next(3)};
    sums[0] = _mm_xor_si128(sums[0], _mm_set_epi64x(0, static_cast<long long>(crc)));
    for (data = data.subspan(folded_at_once); data.size() >= folded_at_once; data = data.subspan(folded_at_once)) {
        for (int i = 0; i < 4; ++i) sums[i] = folded(sums[i], four, next(i));
    }
    for (int i = 1; i < 4; ++i) sums[i] = folded(sums[i - 1], one, sums[i]);
    std::byte rest[16];
    _mm_storeu_si128(reinterpret_cast<__m128i*>(rest), sums[3]);
    return by_tables(data, by_tables(rest, 0));
}

bool can_fold() {
    __builtin_cpu_init();
    static const bool can = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
    return can;
}

#endif

}  // namespace

std::uint64_t crc64nvme(Bytes data, std::uint64_t before) noexcept {
#if HFHUB_CRC_X86
    if (data.size() >= folded_at_once && can_fold()) return ~by_folding(data, ~before);
#endif
    return ~by_tables(data, ~before);
}

}  // namespace hf::xet

#pragma once

#include "xet/blake3_kernel.hpp"

/// The compression of N inputs side by side, one in each lane of vectors of N words. For the file of one instruction
/// set only: all is local to the file that includes it.
namespace hf::xet::blake3_detail {
namespace {

#define HFHUB_INLINE inline __attribute__((always_inline))

template <int N>
struct Lanes {
    typedef std::uint32_t Words __attribute__((vector_size(4 * N)));
    typedef std::uint8_t Octets __attribute__((vector_size(4 * N)));
};
template <int N>
using Words = typename Lanes<N>::Words;
typedef std::uint32_t Quad __attribute__((vector_size(16)));

template <int... I>
struct Indices {};
template <int N, int... I>
struct MakeIndices : MakeIndices<N - 1, N - 1, I...> {};
template <int... I>
struct MakeIndices<0, I...> {
    using type = Indices<I...>;
};
template <int N>
using indices = typename MakeIndices<N>::type;

// Within each group of four lanes: the lower (upper) two of a and b, by words of 32 and of 64 bits.
constexpr int zip32(int n, int i, int half) { return (i & ~3) + half * 2 + (i >> 1 & 1) + (i & 1 ? n : 0); }
constexpr int zip64(int n, int i, int half) { return (i & ~3) + half * 2 + (i & 1) + (i & 2 ? n : 0); }

template <int Half, class V, int... I>
HFHUB_INLINE V zip32(V a, V b, Indices<I...>) {
    return __builtin_shufflevector(a, b, zip32(sizeof...(I), I, Half)...);
}
template <int Half, class V, int... I>
HFHUB_INLINE V zip64(V a, V b, Indices<I...>) {
    return __builtin_shufflevector(a, b, zip64(sizeof...(I), I, Half)...);
}

// Transposes each group of 4 x 4 lanes.
template <int N>
HFHUB_INLINE void transpose(Words<N>* v) {
    constexpr indices<N> all{};
    const auto a = zip32<0>(v[0], v[1], all), b = zip32<1>(v[0], v[1], all);
    const auto c = zip32<0>(v[2], v[3], all), d = zip32<1>(v[2], v[3], all);
    v[0] = zip64<0>(a, c, all);
    v[1] = zip64<1>(a, c, all);
    v[2] = zip64<0>(b, d, all);
    v[3] = zip64<1>(b, d, all);
}

HFHUB_INLINE Quad load(const std::uint8_t* from) {
    Quad out;
    __builtin_memcpy(&out, from, sizeof(out));
    return out;
}

// 16 bytes of every fourth input, beginning with the k-th.
template <int N>
HFHUB_INLINE Words<N> load_column(const std::uint8_t* const* inputs, std::size_t offset) {
    if constexpr (N == 4) {
        return load(inputs[0] + offset);
    } else if constexpr (N == 8) {
        return __builtin_shufflevector(load(inputs[0] + offset), load(inputs[4] + offset), 0, 1, 2, 3, 4, 5, 6, 7);
    } else {
        return __builtin_shufflevector(load_column<8>(inputs, offset), load_column<8>(inputs + 8, offset), 0, 1, 2, 3,
                                       4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }
}

// The words of one block of every input: m[i] has the i-th of each.
template <int N, int Group = 0>
HFHUB_INLINE void load_block(Words<N>* m, const std::uint8_t* const* inputs, std::size_t offset) {
    for (int row = 0; row < 4; ++row) m[4 * Group + row] = load_column<N>(inputs + row, offset + 16 * Group);
    transpose<N>(m + 4 * Group);
    if constexpr (Group < 3) load_block<N, Group + 1>(m, inputs, offset);
}

template <int Bytes, class Octets, int... I>
HFHUB_INLINE Octets rotate_bytes(Octets x, Indices<I...>) {
    return __builtin_shufflevector(x, x, ((I & ~3) + ((I + Bytes) & 3))...);
}

template <int N, int Bits>
HFHUB_INLINE Words<N> rotate(Words<N> x) {
#if defined(__SSSE3__) && !defined(__AVX512F__)
    if constexpr (Bits % 8 == 0) {
        using Octets = typename Lanes<N>::Octets;
        return (Words<N>)rotate_bytes<Bits / 8>((Octets)x, indices<4 * N>());
    }
#endif
    return x >> Bits | x << (32 - Bits);
}

template <int N>
HFHUB_INLINE void mix(Words<N>* v, int a, int b, int c, int d, Words<N> x, Words<N> y) {
    v[a] += x + v[b];
    v[d] = rotate<N, 16>(v[d] ^ v[a]);
    v[c] += v[d];
    v[b] = rotate<N, 12>(v[b] ^ v[c]);
    v[a] += y + v[b];
    v[d] = rotate<N, 8>(v[d] ^ v[a]);
    v[c] += v[d];
    v[b] = rotate<N, 7>(v[b] ^ v[c]);
}

template <int N, int Round>
HFHUB_INLINE void rounds(Words<N>* v, const Words<N>* m) {
    constexpr auto& s = schedule[Round];
    mix<N>(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
    mix<N>(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
    mix<N>(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
    mix<N>(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
    mix<N>(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
    mix<N>(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
    mix<N>(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
    mix<N>(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
    if constexpr (Round < 6) rounds<N, Round + 1>(v, m);
}

template <int N>
HFHUB_INLINE void store(const Batch& batch, Words<N>* h) {
    std::uint8_t rows[N][cv_size];
    for (int half = 0; half < 2; ++half) {
        transpose<N>(h + 4 * half);
        for (int i = 0; i < N; ++i) {
            const auto* lanes = reinterpret_cast<const std::uint8_t*>(&h[4 * half + i % 4]);
            __builtin_memcpy(rows[i] + 16 * half, lanes + 16 * (i / 4), 16);
        }
    }
    __builtin_memcpy(batch.out, rows, batch.count * cv_size);
}

template <int N>
HFHUB_INLINE void hash_lanes(const Batch& batch) {
    const std::uint8_t* inputs[N];
    std::uint32_t low[N], high[N];
    for (std::size_t i = 0; i < N; ++i) {
        // Lanes without an input of their own repeat the first; what they give is dropped.
        const std::size_t input = i < batch.count ? i : 0;
        inputs[i] = batch.input + input * batch.stride;
        const std::uint64_t counter = batch.counter + input * batch.counter_step;
        low[i] = static_cast<std::uint32_t>(counter);
        high[i] = static_cast<std::uint32_t>(counter >> 32);
    }
    Words<N> counter_low, counter_high, h[8];
    __builtin_memcpy(&counter_low, low, sizeof(low));
    __builtin_memcpy(&counter_high, high, sizeof(high));
    const Words<N> zero{};
    for (int i = 0; i < 8; ++i) h[i] = zero + batch.key[i];
    for (std::size_t block = 0; block < batch.blocks; ++block) {
        std::uint32_t flags = batch.flags;
        if (block == 0) flags |= batch.first_flags;
        if (block + 1 == batch.blocks) flags |= batch.last_flags;
        Words<N> m[16];
        load_block<N>(m, inputs, block * block_size);
        Words<N> v[16] = {h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]};
        for (int i = 0; i < 4; ++i) v[8 + i] = zero + initial_words[i];
        v[12] = counter_low;
        v[13] = counter_high;
        v[14] = zero + static_cast<std::uint32_t>(block_size);
        v[15] = zero + flags;
        rounds<N, 0>(v, m);
        for (int i = 0; i < 8; ++i) h[i] = v[i] ^ v[8 + i];
    }
    store<N>(batch, h);
}

}  // namespace
}  // namespace hf::xet::blake3_detail

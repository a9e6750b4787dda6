#include "xet/blake3.hpp"

#include "xet/blake3_kernel.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace hf::xet {
namespace {

using namespace blake3_detail;

// Words are read and written as they lie in memory.
static_assert(std::endian::native == std::endian::little);

constexpr std::size_t max_lanes = 16;

struct Mode {
    std::uint32_t key[8];
    std::uint32_t flags;
    std::span<const Kernel> kernels;  // by lanes, the fewest first

    std::size_t lanes() const { return kernels.back().lanes; }
};

constexpr int quad_shift(int by, int i) { return (i + by) & 3; }

typedef std::uint32_t Quad __attribute__((vector_size(16)));

Quad rotate_right(Quad x, int bits) { return x >> bits | x << (32 - bits); }

template <int By>
Quad turn(Quad x) {
    return __builtin_shufflevector(x, x, quad_shift(By, 0), quad_shift(By, 1), quad_shift(By, 2), quad_shift(By, 3));
}

// One input: the four columns, then the four diagonals, side by side in the rows of the state.
void mix(Quad* v, Quad x, Quad y) {
    v[0] += v[1] + x;
    v[3] = rotate_right(v[3] ^ v[0], 16);
    v[2] += v[3];
    v[1] = rotate_right(v[1] ^ v[2], 12);
    v[0] += v[1] + y;
    v[3] = rotate_right(v[3] ^ v[0], 8);
    v[2] += v[3];
    v[1] = rotate_right(v[1] ^ v[2], 7);
}

template <int Round = 0>
void rounds(Quad* v, const std::uint32_t* m) {
    constexpr auto& s = schedule[Round];
    mix(v, Quad{m[s[0]], m[s[2]], m[s[4]], m[s[6]]}, Quad{m[s[1]], m[s[3]], m[s[5]], m[s[7]]});
    v[1] = turn<1>(v[1]);
    v[2] = turn<2>(v[2]);
    v[3] = turn<3>(v[3]);
    mix(v, Quad{m[s[8]], m[s[10]], m[s[12]], m[s[14]]}, Quad{m[s[9]], m[s[11]], m[s[13]], m[s[15]]});
    v[1] = turn<3>(v[1]);
    v[2] = turn<2>(v[2]);
    v[3] = turn<1>(v[3]);
    if constexpr (Round < 6) rounds<Round + 1>(v, m);
}

void compress(std::uint32_t* h, const std::uint8_t* block, std::size_t size, std::uint64_t counter,
              std::uint32_t flags) {
    std::uint32_t m[16];
    std::memcpy(m, block, sizeof(m));
    Quad v[4];
    std::memcpy(v, h, cv_size);
    std::memcpy(v + 2, initial_words, 16);
    v[3] = Quad{static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32),
                static_cast<std::uint32_t>(size), flags};
    rounds(v, m);
    v[0] ^= v[2];
    v[1] ^= v[3];
    std::memcpy(h, v, cv_size);
}

// One chunk of at most 1,024 bytes, the last of the input and perhaps the only one.
void hash_last_chunk(const Mode& mode, const std::uint8_t* data, std::size_t size, std::uint64_t counter,
                     std::uint32_t root_flag, std::uint8_t* out) {
    std::uint32_t h[8];
    std::memcpy(h, mode.key, sizeof(h));
    std::uint32_t flags = mode.flags | chunk_start;
    for (; size > block_size; data += block_size, size -= block_size) {
        compress(h, data, block_size, counter, flags);
        flags = mode.flags;
    }
    std::uint8_t block[block_size] = {};
    if (size != 0) std::memcpy(block, data, size);
    compress(h, block, size, counter, flags | chunk_end | root_flag);
    std::memcpy(out, h, cv_size);
}

void hash_batches(const Mode& mode, Batch batch, std::size_t count) {
    while (count != 0) {
        const auto fits = std::ranges::find_if(mode.kernels, [&](const Kernel& k) { return k.lanes >= count; });
        const Kernel& kernel = fits == mode.kernels.end() ? mode.kernels.back() : *fits;
        batch.count = std::min(count, kernel.lanes);
        kernel.hash(batch);
        count -= batch.count;
        batch.input += batch.count * batch.stride;
        batch.counter += batch.count * batch.counter_step;
        batch.out += batch.count * cv_size;
    }
}

// At most as many chunks as there are lanes. Returns how many chaining values they have.
std::size_t hash_chunks(const Mode& mode, const std::uint8_t* data, std::size_t size, std::uint64_t counter,
                        std::uint8_t* out) {
    const std::size_t whole = size / chunk_size;
    constexpr std::size_t blocks = chunk_size / block_size;
    hash_batches(mode, {data, chunk_size, 0, blocks, mode.key, counter, 1, mode.flags, chunk_start, chunk_end, out},
                 whole);
    const std::size_t rest = size % chunk_size;
    if (rest == 0) return whole;
    hash_last_chunk(mode, data + whole * chunk_size, rest, counter + whole, 0, out + whole * cv_size);
    return whole + 1;
}

// Pairs become parents; a value that is left over goes up as it is. Returns how many there are now.
std::size_t hash_parents(const Mode& mode, const std::uint8_t* values, std::size_t count, std::uint8_t* out) {
    const std::size_t pairs = count / 2;
    hash_batches(mode, {values, 2 * cv_size, 0, 1, mode.key, 0, 0, mode.flags | parent, 0, 0, out}, pairs);
    if (count % 2 == 0) return pairs;
    std::memcpy(out + pairs * cv_size, values + (count - 1) * cv_size, cv_size);
    return pairs + 1;
}

// The chaining values, at most as many as there are lanes, of the topmost wide enough level of a subtree.
std::size_t hash_subtree(const Mode& mode, const std::uint8_t* data, std::size_t size, std::uint64_t counter,
                         std::uint8_t* out) {
    if (size <= mode.lanes() * chunk_size) return hash_chunks(mode, data, size, counter, out);
    // The left side is the largest whole tree that leaves something to the right; it fills all lanes.
    const std::size_t left_chunks = std::bit_floor((size - 1) / chunk_size);
    const std::size_t left = left_chunks * chunk_size;
    std::uint8_t values[2 * max_lanes * cv_size];
    std::size_t count = hash_subtree(mode, data, left, counter, values);
    count += hash_subtree(mode, data + left, size - left, counter + left_chunks, values + count * cv_size);
    return hash_parents(mode, values, count, out);
}

Hash hash_all(const Mode& mode, Bytes bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    Hash out;
    if (bytes.size() <= chunk_size) {
        hash_last_chunk(mode, data, bytes.size(), 0, root, out.bytes.data());
        return out;
    }
    std::uint8_t values[max_lanes * cv_size];
    std::size_t count = hash_subtree(mode, data, bytes.size(), 0, values);
    while (count > 2) {
        std::uint8_t parents[max_lanes * cv_size];
        count = hash_parents(mode, values, count, parents);
        std::memcpy(values, parents, count * cv_size);
    }
    std::uint32_t h[8];
    std::memcpy(h, mode.key, sizeof(h));
    compress(h, values, block_size, 0, mode.flags | parent | root);
    std::memcpy(out.bytes.data(), h, cv_size);
    return out;
}

constexpr Kernel all_kernels[] = {
    {4, hash_portable},
#if HFHUB_BLAKE3_X86
    {8, hash_avx2},
    {16, hash_avx512},
#endif
};

Mode mode_of(Blake3Instructions instructions) {
    Mode mode{};
    mode.kernels = std::span(all_kernels).first(static_cast<std::size_t>(instructions) + 1);
    return mode;
}

Blake3Instructions detect() {
#if HFHUB_BLAKE3_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
        return Blake3Instructions::avx512;
    if (__builtin_cpu_supports("avx2")) return Blake3Instructions::avx2;
#endif
    return Blake3Instructions::portable;
}

}  // namespace

Blake3Instructions blake3_instructions() noexcept {
    static const Blake3Instructions best = detect();
    return best;
}

Hash blake3_keyed(const Hash& key, Bytes data, Blake3Instructions most) noexcept {
    Mode mode = mode_of(std::min(most, blake3_instructions()));
    std::memcpy(mode.key, key.bytes.data(), sizeof(mode.key));
    mode.flags = keyed_hash;
    return hash_all(mode, data);
}

Hash blake3_keyed(const Hash& key, Bytes data) noexcept { return blake3_keyed(key, data, blake3_instructions()); }

Hash blake3(Bytes data) noexcept {
    Mode mode = mode_of(blake3_instructions());
    std::memcpy(mode.key, initial_words, sizeof(mode.key));
    return hash_all(mode, data);
}

}  // namespace hf::xet

#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HFHUB_BLAKE3_X86 1
#else
#define HFHUB_BLAKE3_X86 0
#endif

/// What the files of BLAKE3 share. They are compiled for different processors, so nothing here may have code that the
/// linker could take from the wrong one: no inline functions, nothing of the standard library.
namespace hf::xet::blake3_detail {

enum Flag : std::uint32_t { chunk_start = 1, chunk_end = 2, parent = 4, root = 8, keyed_hash = 16 };

constexpr std::size_t block_size = 64;
constexpr std::size_t chunk_size = 1024;  ///< BLAKE3's own chunks, not those of Xet
constexpr std::size_t cv_size = 32;       ///< a chaining value

constexpr std::uint32_t initial_words[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                                            0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
/// Which word of the block each step of each round takes.
constexpr unsigned char schedule[7][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8},
    {3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1}, {10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6},
    {12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4}, {9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7},
    {11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13}};

/// Equal inputs side by side: whole chunks, or parents (two chaining values each).
struct Batch {
    const std::uint8_t* input;
    std::size_t stride;  ///< from one input to the next
    std::size_t count;   ///< inputs, at least one and no more than the lanes of the kernel
    std::size_t blocks;  ///< in each input
    const std::uint32_t* key;
    std::uint64_t counter;        ///< of the first input
    std::uint64_t counter_step;   ///< 1 for chunks, 0 for parents
    std::uint32_t flags, first_flags, last_flags;
    std::uint8_t* out;  ///< `count` chaining values
};

struct Kernel {
    std::size_t lanes;
    void (*hash)(const Batch& batch);
};

void hash_portable(const Batch& batch);  ///< 4 lanes
#if HFHUB_BLAKE3_X86
void hash_avx2(const Batch& batch);    ///< 8 lanes
void hash_avx512(const Batch& batch);  ///< 16 lanes
#endif

}  // namespace hf::xet::blake3_detail

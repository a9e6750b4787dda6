#pragma once

#include "xet/hash.hpp"

#include <array>

/// Numbers of the shard format (specification "Shard format") that reader and writer share.
namespace hf::xet::shard_layout {

/// What a shard begins with: "HFRepoMetaData", a zero, and 17 bytes that mean nothing.
inline constexpr std::array<unsigned char, 32> tag = {
    'H',  'F',  'R',  'e',  'p',  'o',  'M',  'e',  't',  'a',  'D',  'a',  't',  'a',  0x00, 0x55,
    0x69, 0x67, 0x45, 0x6A, 0x7B, 0x81, 0x57, 0x83, 0xA5, 0xBD, 0xD9, 0x5C, 0xCD, 0xD1, 0x4A, 0xA9};
inline constexpr std::uint64_t version = 2;
inline constexpr std::uint64_t footer_version = 1;
inline constexpr std::size_t entry_size = 48;  ///< of everything in the lists, and of the header
inline constexpr std::size_t footer_size = 200;

inline constexpr std::uint32_t file_has_verification = 1u << 31;
inline constexpr std::uint32_t file_has_sha256 = 1u << 30;
inline constexpr std::uint32_t chunk_answers_queries = 1u << 31;

/// Tables between the lists and the footer: of files, xorbs and chunks.
inline constexpr std::array<std::size_t, 3> lookup_entry_sizes = {12, 12, 16};

/// The end of a list, in place of a hash.
inline constexpr Hash bookend = [] {
    Hash out;
    for (auto& byte : out.bytes) byte = 0xFF;
    return out;
}();

}  // namespace hf::xet::shard_layout

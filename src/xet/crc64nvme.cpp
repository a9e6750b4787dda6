#include "xet/crc64nvme.hpp"

#include <array>

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

}  // namespace

std::uint64_t crc64nvme(Bytes data, std::uint64_t before) noexcept {
    std::uint64_t crc = ~before;
    for (; data.size() >= 8; data = data.subspan(8)) {
        std::uint64_t next = 0;
        for (std::size_t k = 0; k < 8; ++k)
            next ^= tables[7 - k][(crc >> (8 * k) & 255) ^ std::to_integer<std::uint64_t>(data[k])];
        crc = next;
    }
    for (const std::byte byte : data) crc = crc >> 8 ^ tables[0][(crc & 255) ^ std::to_integer<std::uint64_t>(byte)];
    return ~crc;
}

}  // namespace hf::xet

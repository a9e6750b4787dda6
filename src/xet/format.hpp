#pragma once

#include "xet/hash.hpp"

#include <string>
#include <vector>

/// What the readers and writers of binary formats share. All numbers are little-endian.
namespace hf::xet {

/// Throw InvalidResponseError and IntegrityError: "The <what> <problem>."
[[noreturn]] void throw_malformed(std::string_view what, std::string_view problem);
[[noreturn]] void throw_corrupt(std::string_view what, std::string_view problem);

/// Reads from the front of what is left. `what` names the whole in errors and must outlive the cursor.
class Cursor {
public:
    Cursor(Bytes data, std::string_view what) : rest_(data), what_(what), size_(data.size()) {}

    std::size_t position() const noexcept { return size_ - rest_.size(); }
    std::size_t left() const noexcept { return rest_.size(); }
    std::string_view what() const noexcept { return what_; }

    /// Throws InvalidResponseError, as all that follow, where fewer bytes are left.
    Bytes take(std::size_t size);
    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }
    Hash hash() { return hash_at(take(32)); }
    void skip(std::size_t size) { take(size); }

private:
    std::uint64_t number(std::size_t size);

    Bytes rest_;
    std::string_view what_;
    std::size_t size_;
};

void append(std::vector<std::byte>& out, Bytes data);
/// The lowest `size` bytes of `number`.
void append_number(std::vector<std::byte>& out, std::uint64_t number, std::size_t size);
inline void append(std::vector<std::byte>& out, const Hash& hash) { append(out, std::as_bytes(std::span(hash.bytes))); }
inline void append_u32(std::vector<std::byte>& out, std::uint32_t number) { append_number(out, number, 4); }
inline void append_u64(std::vector<std::byte>& out, std::uint64_t number) { append_number(out, number, 8); }

}  // namespace hf::xet

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// Length of the padded encoding of `size` bytes.
constexpr std::size_t base64_size(std::size_t size) noexcept { return (size + 2) / 3 * 4; }

/// Appends the padded standard encoding (RFC 4648, section 4) of `data`.
void append_base64(std::string& out, std::string_view data);
std::string base64_encode(std::string_view data);

/// The bytes; nullopt unless `text` is a padded standard encoding without line breaks.
std::optional<std::string> base64_decode(std::string_view text);

/// Encodes a stream that comes in pieces of any length: keeps up to two bytes between them.
class Base64Encoder {
public:
    void append(std::string& out, std::string_view piece);
    /// Writes what is left, and padding. The encoder is then as new.
    void finish(std::string& out);

private:
    char kept_[2] = {};
    unsigned kept_size_ = 0;
};

}  // namespace hf

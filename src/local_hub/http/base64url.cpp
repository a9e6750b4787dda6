#include "local_hub/http/base64url.hpp"

#include "core/base64.hpp"

#include <algorithm>

namespace hf::local_hub {

std::string base64url_encode(std::string_view bytes) {
    std::string out = base64_encode(bytes);
    while (out.ends_with('=')) out.pop_back();
    std::ranges::replace(out, '+', '-');
    std::ranges::replace(out, '/', '_');
    return out;
}

std::optional<std::string> base64url_decode(std::string_view text) {
    if (text.find_first_of("+/") != text.npos) return std::nullopt;
    std::string standard(text);
    std::ranges::replace(standard, '-', '+');
    std::ranges::replace(standard, '_', '/');
    return base64_decode_unpadded(standard);
}

std::optional<std::string> base64_decode_unpadded(std::string_view text) {
    if (text.size() % 4 == 0) return base64_decode(text);  // also saves the copy of a large file
    if (text.ends_with('=')) return std::nullopt;
    return base64_decode(std::string(text).append(4 - text.size() % 4, '='));
}

}  // namespace hf::local_hub

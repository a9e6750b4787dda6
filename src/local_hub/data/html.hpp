#pragma once

#include <string>
#include <string_view>

namespace hf::local_hub {

/// `text` as it may stand in an element or in a quoted attribute.
inline std::string escaped_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

}  // namespace hf::local_hub

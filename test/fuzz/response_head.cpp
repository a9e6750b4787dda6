#include "net/http1/response_head.hpp"

#include "fuzz.hpp"

#include <algorithm>

namespace {

constexpr std::size_t limit = 64 * 1024;

struct Parsed {
    std::size_t size = 0;
    hf::net::ResponseHead head;
    boost::system::error_code error;
};

Parsed parse(std::string_view bytes, hf::net::Method method = hf::net::Method::get) {
    Parsed out;
    out.size = hf::net::parse_response_head(bytes, method, limit, out.head, out.error);
    return out;
}

}  // namespace

HFHUB_FUZZ_TARGET(input) {
    using Framing = hf::net::ResponseHead::Framing;
    const Parsed whole = parse(input);
    HFHUB_PROPERTY(whole.size <= input.size() && (whole.size == 0 || !whole.error));
    HFHUB_PROPERTY(parse(input, hf::net::Method::head).head.framing == Framing::none || whole.size == 0);
    if (whole.size > 0) {
        HFHUB_PROPERTY(whole.size <= limit && input.substr(0, whole.size).ends_with("\r\n\r\n"));
        HFHUB_PROPERTY(whole.head.status >= 100 && whole.head.status <= 999);
        HFHUB_PROPERTY((whole.head.framing == Framing::length) == (whole.head.content_length > 0));
        HFHUB_PROPERTY(whole.head.framing != Framing::until_close || !whole.head.keep_alive);
        for (const auto& [name, value] : whole.head.fields) {
            HFHUB_PROPERTY(!name.empty());
            for (const std::string_view text : {std::string_view(name), std::string_view(value)})
                HFHUB_PROPERTY(text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos);
        }
        HFHUB_PROPERTY(parse(input.substr(0, whole.size)).size == whole.size);
    }
    // A head that is not there yet is waited for only as long as it can still become one.
    if (input.size() > 512) return;
    for (std::size_t size = 0; size < input.size(); ++size) {
        const Parsed part = parse(input.substr(0, size));
        if (part.error) HFHUB_PROPERTY(whole.error);
        if (part.size == 0 && !part.error) HFHUB_PROPERTY(whole.size == 0 || whole.size > size);
    }
}

#include "fuzz.hpp"

#include <hf/core/link_header.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = as_text(data, size);
    if (const auto link = hf::next_link(text)) {
        HFHUB_PROPERTY(!link->empty());
        HFHUB_PROPERTY(text.find(*link) != text.npos);
        HFHUB_PROPERTY(hf::next_link("<" + *link + ">; rel=\"next\"") == link);
    }
    return 0;
}

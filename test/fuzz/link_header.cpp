#include "core/link_header.hpp"
#include "fuzz.hpp"

HFHUB_FUZZ_TARGET(input) {
    const auto text = input;
    if (const auto link = hf::next_link(text)) {
        HFHUB_PROPERTY(!link->empty());
        HFHUB_PROPERTY(text.find(*link) != text.npos);
        HFHUB_PROPERTY(hf::next_link("<" + *link + ">; rel=\"next\"") == link);
    }
}

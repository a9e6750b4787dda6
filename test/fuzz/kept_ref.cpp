#include "fuzz.hpp"

#include "core/kept_text.hpp"

#include <hf/core/repo.hpp>

HFHUB_FUZZ_TARGET(input) {
    if (const auto commit = hf::read_ref(input)) {
        HFHUB_PROPERTY(hf::is_commit_hash(*commit));
        HFHUB_PROPERTY(input.find(*commit) != input.npos);
    }
    if (const auto field = hf::read_field(input)) HFHUB_PROPERTY(hf::write_field(*field) == input);
    HFHUB_PROPERTY(input.empty() || hf::read_field(hf::write_field(input)) == std::string(input));
    if (const auto hash = hf::to_content_hash(input)) HFHUB_PROPERTY(hf::is_content_hash(*hash));
}

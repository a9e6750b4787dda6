#include "fuzz.hpp"

#include "xet/format.hpp"
#include "xet/shard.hpp"

#include <hf/core/error.hpp>

HFHUB_FUZZ_TARGET(input) {
    try {
        const auto shard = hf::xet::parse_shard(std::as_bytes(std::span(input)));
        const auto text = hf::xet::serialize_shard(shard);
        HFHUB_PROPERTY(text.size() == hf::xet::serialized_size(shard));
        HFHUB_PROPERTY(text.size() <= input.size());  // tables are left out
        // Writing sorts, so what was written comes back as it is.
        const auto sorted = hf::xet::parse_shard(text);
        HFHUB_PROPERTY(hf::xet::serialize_shard(sorted) == text);
        HFHUB_PROPERTY(sorted.files.size() == shard.files.size() && sorted.xorbs.size() == shard.xorbs.size());
        HFHUB_PROPERTY(sorted.footer == shard.footer);
    } catch (const hf::InvalidResponseError&) {
    }
}

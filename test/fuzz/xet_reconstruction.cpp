#include "fuzz.hpp"

#include "xet/reconstruction.hpp"

#include <hf/core/error.hpp>

#include <cstdlib>

// The first line is the begin of the window, the rest an answer.
HFHUB_FUZZ_TARGET(input) {
    const auto [number, text] = two_texts(input);
    try {
        const auto answer = hf::xet::parse_reconstruction(text);
        const std::uint64_t begin = std::strtoul(std::string(number).c_str(), nullptr, 10) % 1'000'000'007;
        const std::uint64_t size = answer.size();
        HFHUB_PROPERTY(hf::xet::same_terms(answer, answer));
        const auto fetches = hf::xet::plan_fetches(answer, {begin, begin + size}, begin + size);
        std::uint64_t placed = 0;
        std::size_t terms = 0;
        for (const auto& fetch : fetches) {
            HFHUB_PROPERTY(fetch.source && !fetch.placements.empty());
            terms += fetch.placements.size();
            for (const auto& place : fetch.placements) {
                HFHUB_PROPERTY(fetch.range.chunks.contains(place.chunks));
                HFHUB_PROPERTY(place.file.begin >= begin && place.file.end <= begin + size);
                HFHUB_PROPERTY(place.skip + place.file.size() <= place.content_size);
                placed += place.file.size();
            }
        }
        HFHUB_PROPERTY(placed == size && terms == answer.terms.size());
    } catch (const hf::InvalidResponseError&) {
    }
}

#include "fuzz.hpp"

#include "engine/files/journal.hpp"

HFHUB_FUZZ_TARGET(input) {
    const auto journal = hf::Journal::parse(input);
    if (!journal) return;
    HFHUB_PROPERTY(journal->validator.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    std::string text = journal->header();
    for (const hf::ByteRange& range : journal->ranges.ranges()) {
        HFHUB_PROPERTY(range.begin < range.end);
        if (journal->size) HFHUB_PROPERTY(range.end <= *journal->size);
        text += hf::Journal::line(range);
    }
    const auto again = hf::Journal::parse(text);
    HFHUB_PROPERTY(again && again->etag == journal->etag && again->size == journal->size);
    HFHUB_PROPERTY(again->validator == journal->validator && again->ranges.ranges() == journal->ranges.ranges());
}

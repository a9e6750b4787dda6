#include "fuzz.hpp"

#include "core/safe_path.hpp"
#include "workflow/mirror_records.hpp"

HFHUB_FUZZ_TARGET(input) {
    const auto records = hf::MirrorRecords::parse(input);
    for (const auto& [path, record] : records.files) {
        HFHUB_PROPERTY(hf::is_safe_path(path));
        HFHUB_PROPERTY(record.etag.size() == 40 || record.etag.size() == 64);
        if (input.starts_with("hfhub-mirror 1")) HFHUB_PROPERTY(record.modified == hf::MirrorRecords::unknown);
    }
    HFHUB_PROPERTY(hf::MirrorRecords::parse(records.to_text()).files == records.files);
}

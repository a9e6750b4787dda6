#include "fuzz.hpp"

#include "core/safe_path.hpp"
#include "workflow/snapshot_files.hpp"

HFHUB_FUZZ_TARGET(input) {
    const auto listing = hf::SnapshotListing::parse(input);
    if (!listing) return;
    for (const hf::SnapshotFile& file : listing->files) {
        HFHUB_PROPERTY(hf::is_safe_path(file.path));
        HFHUB_PROPERTY(file.etag.size() == 40 || file.etag.size() == 64);
    }
    HFHUB_PROPERTY(listing->to_text() == input);
}

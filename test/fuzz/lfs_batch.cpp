#include "engine/lfs/batch.hpp"
#include "engine/lfs/upload_plan.hpp"

#include "fuzz.hpp"

#include <hf/core/error.hpp>

#include <algorithm>

HFHUB_FUZZ_TARGET(input) {
    const hf::LfsTime time{std::chrono::system_clock::time_point(std::chrono::hours(470'000))};
    const auto check = [&](const std::optional<hf::LfsAction>& action) {
        if (!action) return;
        const std::string& scheme = action->href.origin().scheme;
        HFHUB_PROPERTY(scheme == "http" || scheme == "https");
        HFHUB_PROPERTY(!action->expires || *action->expires > time.now);
        for (const auto& [name, value] : action->fields) {
            HFHUB_PROPERTY(!name.empty() && name.find_first_of(": \r\n") == name.npos);
            HFHUB_PROPERTY(value.find('\r') == value.npos && value.find('\n') == value.npos);
        }
        for (const char* name : {"host", "Content-Length", "TRANSFER-ENCODING", "Connection", "Range"})
            HFHUB_PROPERTY(!action->fields.contains(name));
    };
    try {
        for (hf::LfsEntry& entry : hf::parse_lfs_batch(input, time)) {
            if (!entry.malformed.empty()) continue;
            check(entry.download);
            check(entry.upload);
            check(entry.verify);
            constexpr std::uint64_t size = 25;
            try {
                const hf::UploadPlan plan = hf::make_upload_plan(std::move(entry), size);
                std::uint64_t end = 0;
                for (const hf::UploadPart& part : plan.parts) {
                    HFHUB_PROPERTY(part.offset == end);
                    end += part.size;
                }
                HFHUB_PROPERTY(plan.present || end == size);
            } catch (const hf::InvalidResponseError&) {
            }
        }
    } catch (const hf::InvalidResponseError&) {
    }
}

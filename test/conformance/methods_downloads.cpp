#include "methods.hpp"

namespace hf::conformance {

template <>
struct Rendering<HfFileMetadata> {
    static json::value render(const HfFileMetadata& file) {
        return {{"$type", "HfFileMetadata"},
                {"commit_hash", conformance::render(file.commit_hash)},
                {"etag", conformance::render(file.etag)},
                {"location", file.location},
                {"size", conformance::render(file.size)}};
    }
};

std::vector<MethodRow> download_methods() {
    return {
        {"get_hf_file_metadata", call(&HfApi::get_hf_file_metadata, {"url"})},
        {"hf_hub_download", call(&HfApi::hf_hub_download, {"repo_id", "filename"})},
    };
}

}  // namespace hf::conformance

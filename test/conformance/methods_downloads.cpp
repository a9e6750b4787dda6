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

namespace {

boost::asio::awaitable<json::value> snapshot_download(Call& call) {
    const auto repo_id = call.arguments.parameter<std::string_view>("repo_id");
    auto options = call.arguments.rest<SnapshotDownloadOptions>();
    if (call.world.mode() == Mode::requests) options.plan = SnapshotPlan::reference;
    return rendered(call.world.api().snapshot_download(repo_id, options));
}

}  // namespace

std::vector<MethodRow> download_methods() {
    return {
        {"get_hf_file_metadata", call(&HfApi::get_hf_file_metadata, {"url"})},
        {"hf_hub_download", call(&HfApi::hf_hub_download, {"repo_id", "filename"})},
        {"snapshot_download", snapshot_download},
    };
}

}  // namespace hf::conformance

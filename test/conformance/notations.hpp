#pragma once

#include "commit_objects.hpp"
#include "methods.hpp"

#include <hf/core/repo.hpp>
#include <hf/types/repo_info.hpp>

/// Types whose notation in the vectors is not that of their members.
namespace hf::conformance {

template <>
struct Rendering<RepoUrl> {
    static json::value render(const RepoUrl& url) {
        return {{"$type", "RepoUrl"},         {"$str", url.url},
                {"endpoint", url.endpoint},   {"namespace", conformance::render(url.namespace_)},
                {"repo_name", url.repo_name}, {"repo_id", url.repo_id},
                {"repo_type", url.repo_type}, {"url", url.url}};
    }
};

template <>
struct Rendering<DuplicatedRepoUrl> {
    static json::value render(const DuplicatedRepoUrl& url) {
        json::object out = Rendering<RepoUrl>::render(url).as_object();
        out["$type"] = "DuplicatedRepoUrl";
        out["files_copy_pending"] = url.files_copy_pending;
        return out;
    }
};

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

template <>
struct Rendering<DownloadedFile> {
    static json::value render(const DownloadedFile& file) {
        return {{"$type", "DownloadedFile"}, {"path", file.path}, {"verified", file.verified}};
    }
};

template <>
struct Rendering<MirrorResult> {
    static json::value render(const MirrorResult& mirror) {
        return {{"$type", "MirrorResult"},   {"commit_hash", mirror.commit_hash}, {"files", mirror.files},
                {"fetched", mirror.fetched}, {"removed", mirror.removed},         {"bytes", mirror.bytes}};
    }
};

/// Cards are dictionaries without nulls.
template <std::derived_from<CardData> Card>
struct Rendering<Card> {
    static json::value render(const Card& card) { return card.to_dict(); }
};

template <>
struct Rendering<ModelInfo> {
    static json::value render(const ModelInfo& info) {
        json::object out = render_members(info);
        if (info.card_data) out["$card_eval_results"] = conformance::render(info.card_data->eval_results());
        return out;
    }
};

template <>
inline constexpr bool has_calls<InferenceEndpoint> = true;

template <class Filter, class Arg>
Arg filter_argument(const json::value& data, ArgumentContext context) {
    if (data.is_object()) return to_argument<Filter>(data, context);
    return to_argument<StringList>(data, context);
}

template <>
struct Argument<ModelFilterArg> {
    static ModelFilterArg from(const json::value& data, ArgumentContext context) {
        return filter_argument<ModelFilter, ModelFilterArg>(data, context);
    }
};

template <>
struct Argument<DatasetFilterArg> {
    static DatasetFilterArg from(const json::value& data, ArgumentContext context) {
        return filter_argument<DatasetFilter, DatasetFilterArg>(data, context);
    }
};

template <>
struct Argument<Timestamp> {
    static Timestamp from(const json::value& data, ArgumentContext) { return hf::json::from_value<Timestamp>(data); }
};

template <>
struct Argument<Gated> {
    static Gated from(const json::value& data, ArgumentContext) { return hf::json::from_value<Gated>(data); }
};

/// A pair in the reference.
template <>
struct Argument<EmissionsThresholds> {
    static EmissionsThresholds from(const json::value& data, ArgumentContext context) {
        const json::value& pair = data.at("$tuple");
        EmissionsThresholds out;
        out.minimum = to_argument<std::optional<double>>(pair.at(0), context);
        out.maximum = to_argument<std::optional<double>>(pair.at(1), context);
        return out;
    }
};

}  // namespace hf::conformance

#pragma once

#include <hf/types/card_data.hpp>
#include <hf/types/repo_file.hpp>
#include <hf/types/space.hpp>

namespace hf {

/// How the `transformers` library loads a model.
struct TransformersInfo {
    std::optional<std::string> auto_model;
    std::optional<std::string> custom_class;
    std::optional<std::string> pipeline_tag;
    std::optional<std::string> processor;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(TransformersInfo, (), (auto_model, custom_class, pipeline_tag, processor))
constexpr std::string_view hf_wire_name(std::type_identity<TransformersInfo>, std::string_view member) {
    return member;
}

/// Number of parameters of a model.
struct SafeTensorsInfo {
    std::map<std::string, std::int64_t> parameters;  ///< by data type, such as "BF16"
    std::optional<std::int64_t> total;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(SafeTensorsInfo, (), (parameters, total))

/// A model. How much of it the Hub tells depends on the call: lists tell less than `model_info`, and
/// answers to `expand` only what was asked for. What is not typed here (`_id`, `modelId`, `widgetData`,
/// `usedStorage`, …) is in `extra` under its name on the wire.
struct ModelInfo {
    std::string id;
    std::optional<std::string> author;
    std::optional<std::string> sha;  ///< commit that the answer describes
    std::optional<Timestamp> created_at;
    std::optional<Timestamp> last_modified;
    std::optional<bool> private_;
    std::optional<Gated> gated;
    std::optional<bool> disabled;
    std::optional<std::int64_t> downloads;
    std::optional<std::int64_t> likes;
    std::optional<std::string> library_name;
    std::vector<std::string> tags;  ///< the card's tags and those that the Hub computed
    std::optional<std::string> pipeline_tag;
    std::optional<std::string> mask_token;
    std::optional<ModelCardData> card_data;
    json::value widget_data;
    json::value model_index;  ///< evaluation results as in the card
    std::optional<json::object> config;
    std::optional<TransformersInfo> transformers_info;
    std::optional<std::vector<RepoSibling>> siblings;
    std::optional<std::vector<std::string>> spaces;
    std::optional<SafeTensorsInfo> safetensors;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(ModelInfo, (),
                      (id, author, sha, created_at, last_modified, private_, gated, disabled, downloads, likes,
                       library_name, tags, pipeline_tag, mask_token, card_data, widget_data, model_index, config,
                       transformers_info, siblings, spaces, safetensors))

/// A dataset; see ModelInfo.
struct DatasetInfo {
    std::string id;
    std::optional<std::string> author;
    std::optional<std::string> sha;
    std::optional<Timestamp> created_at;
    std::optional<Timestamp> last_modified;
    std::optional<bool> private_;
    std::optional<Gated> gated;
    std::optional<bool> disabled;
    std::optional<std::int64_t> downloads;
    std::optional<std::int64_t> likes;
    std::optional<std::string> paperswithcode_id;
    std::vector<std::string> tags;
    std::optional<DatasetCardData> card_data;
    std::optional<std::vector<RepoSibling>> siblings;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(DatasetInfo, (),
                      (id, author, sha, created_at, last_modified, private_, gated, disabled, downloads, likes,
                       paperswithcode_id, tags, card_data, siblings))

/// A Space; see ModelInfo.
struct SpaceInfo {
    std::string id;
    std::optional<std::string> author;
    std::optional<std::string> sha;
    std::optional<Timestamp> created_at;
    std::optional<Timestamp> last_modified;
    std::optional<bool> private_;
    std::optional<Gated> gated;
    std::optional<bool> disabled;
    std::optional<std::string> host;
    std::optional<std::string> subdomain;
    std::optional<std::int64_t> likes;
    std::optional<std::string> sdk;
    std::vector<std::string> tags;
    std::optional<std::vector<RepoSibling>> siblings;
    std::optional<SpaceCardData> card_data;
    std::optional<SpaceRuntime> runtime;
    std::optional<std::vector<std::string>> models;
    std::optional<std::vector<std::string>> datasets;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(SpaceInfo, (),
                      (id, author, sha, created_at, last_modified, private_, gated, disabled, host, subdomain, likes,
                       sdk, tags, siblings, card_data, runtime, models, datasets))

namespace detail {
/// Names of the reference's spelling: it writes camelCase or snake_case and reads both.
constexpr std::string_view info_wire_name(std::string_view member) {
    if (member == "created_at") return "createdAt|created_at";
    if (member == "last_modified") return "lastModified|last_modified";
    if (member == "card_data") return "cardData|card_data";
    if (member == "transformers_info") return "transformersInfo|transformers_info";
    if (member == "model_index") return "model-index|model_index";
    return verbatim(member, "library_name", "pipeline_tag", "mask_token", "widget_data", "paperswithcode_id");
}
}  // namespace detail

constexpr std::string_view hf_wire_name(std::type_identity<ModelInfo>, std::string_view member) {
    return detail::info_wire_name(member);
}
constexpr std::string_view hf_wire_name(std::type_identity<DatasetInfo>, std::string_view member) {
    return detail::info_wire_name(member);
}
constexpr std::string_view hf_wire_name(std::type_identity<SpaceInfo>, std::string_view member) {
    return detail::info_wire_name(member);
}

}  // namespace hf

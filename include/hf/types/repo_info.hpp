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

/// A service that runs a model.
struct InferenceProviderMapping {
    std::string provider;     ///< "hf-inference", "fal-ai", …
    std::string hf_model_id;  ///< the model on the Hub
    std::string provider_id;  ///< the model's name there
    std::string status;       ///< "live" or "staging"
    std::string task;
    std::optional<std::string> adapter;  ///< "lora"
    std::optional<std::string> adapter_weights_path;
    std::optional<std::string> type;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(InferenceProviderMapping, (),
                      (provider, hf_model_id, provider_id, status, task, adapter, adapter_weights_path, type))
constexpr bool hf_is_identity(std::type_identity<InferenceProviderMapping>, std::string_view) { return false; }

/// A result of an evaluation, as files of the model's repository state it.
struct EvalResultEntry {
    std::string dataset_id;
    std::string task_id;
    json::value value;
    std::optional<std::string> dataset_revision;
    std::optional<std::string> verify_token;
    std::optional<std::string> date;  ///< "2025-01-15"
    std::optional<std::string> source_url;
    std::optional<std::string> source_name;
    std::optional<std::string> source_user;
    std::optional<std::string> source_org;
    std::optional<std::string> notes;
};
BOOST_DESCRIBE_STRUCT(EvalResultEntry, (),
                      (dataset_id, task_id, value, dataset_revision, verify_token, date, source_url, source_name,
                       source_user, source_org, notes))

/// A model. How much of it the Hub tells depends on the call: lists tell less than `model_info`, and
/// answers to `expand` only what was asked for. What is not typed here (`_id`, `modelId`,
/// …) is in `extra` under its name on the wire.
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
    std::optional<std::vector<std::string>> tags;  ///< the card's tags and those that the Hub computed
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
    std::optional<json::object> base_models;         ///< what it was made from: relation, models
    json::value children_model_count;                ///< a number, or one for each kind: "adapter", "merge", …
    std::optional<std::int64_t> downloads_all_time;  ///< `downloads` are those of the last 30 days
    std::optional<std::vector<EvalResultEntry>> eval_results;
    std::optional<json::object> gguf;
    std::optional<std::string> inference;  ///< "warm" where a provider serves it
    std::optional<std::vector<InferenceProviderMapping>> inference_provider_mapping;
    std::optional<json::object> resource_group;
    std::optional<json::object> security_repo_status;
    std::optional<double> trending_score;
    std::optional<std::int64_t> used_storage;  ///< bytes
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(ModelInfo, (),
                      (id, author, sha, created_at, last_modified, private_, gated, disabled, downloads, likes,
                       library_name, tags, pipeline_tag, mask_token, card_data, widget_data, model_index, config,
                       transformers_info, siblings, spaces, safetensors, base_models, children_model_count,
                       downloads_all_time, eval_results, gguf, inference, inference_provider_mapping, resource_group,
                       security_repo_status, trending_score, used_storage))

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
    std::optional<std::vector<std::string>> tags;
    std::optional<DatasetCardData> card_data;
    std::optional<std::vector<RepoSibling>> siblings;
    std::optional<std::string> citation;
    std::optional<std::string> description;
    std::optional<std::int64_t> downloads_all_time;
    std::optional<std::int64_t> main_size;  ///< bytes of the files of the default branch
    std::optional<json::object> resource_group;
    std::optional<double> trending_score;
    std::optional<std::int64_t> used_storage;  ///< bytes
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(DatasetInfo, (),
                      (id, author, sha, created_at, last_modified, private_, gated, disabled, downloads, likes,
                       paperswithcode_id, tags, card_data, siblings, citation, description, downloads_all_time,
                       main_size, resource_group, trending_score, used_storage))

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
    std::optional<std::vector<std::string>> tags;
    std::optional<std::vector<RepoSibling>> siblings;
    std::optional<SpaceCardData> card_data;
    std::optional<SpaceRuntime> runtime;
    std::optional<std::vector<std::string>> models;
    std::optional<std::vector<std::string>> datasets;
    std::optional<std::string> region;  ///< where its files are kept
    std::optional<json::object> resource_group;
    std::optional<double> trending_score;
    std::optional<std::int64_t> used_storage;  ///< bytes
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(SpaceInfo, (),
                      (id, author, sha, created_at, last_modified, private_, gated, disabled, host, subdomain, likes,
                       sdk, tags, siblings, card_data, runtime, models, datasets, region, resource_group,
                       trending_score, used_storage))

/// A kernel: compiled code for accelerators, the fourth type of repository.
struct KernelInfo {
    std::string id;
    std::optional<std::string> author;
    std::optional<std::int64_t> downloads;
    std::optional<Gated> gated;
    std::optional<Timestamp> last_modified;
    std::optional<std::int64_t> likes;
    std::optional<bool> private_;
    std::optional<std::string> sha;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(KernelInfo, (), (id, author, downloads, gated, last_modified, likes, private_, sha))

namespace detail {
/// Names of the reference's spelling: it writes camelCase or snake_case and reads both.
constexpr std::string_view info_wire_name(std::string_view member) {
    if (member == "created_at") return "createdAt|created_at";
    if (member == "last_modified") return "lastModified|last_modified";
    if (member == "card_data") return "cardData|card_data";
    if (member == "transformers_info") return "transformersInfo|transformers_info";
    if (member == "model_index") return "model-index|model_index";
    if (member == "widget_data") return "widgetData|widget_data";
    return verbatim(member, "library_name", "pipeline_tag", "mask_token", "paperswithcode_id");
}
}  // namespace detail

constexpr std::string_view hf_wire_name(std::type_identity<ModelInfo>, std::string_view member) {
    if (member == "inference_provider_mapping" || member == "eval_results") return "-";
    return detail::info_wire_name(member);
}
constexpr std::string_view hf_wire_name(std::type_identity<DatasetInfo>, std::string_view member) {
    return detail::info_wire_name(member);
}
/// Providers and evaluations, which the Hub nests otherwise.
void hf_decoded(ModelInfo& info);

constexpr std::string_view hf_wire_name(std::type_identity<SpaceInfo>, std::string_view member) {
    return detail::info_wire_name(member);
}

}  // namespace hf

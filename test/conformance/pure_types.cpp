#include "net/policy/retry.hpp"
#include "pure_tables.hpp"
#include "render.hpp"
#include "workflow/multi_commit_text.hpp"
#include "world.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/hash.hpp>
#include <hf/core/repo.hpp>
#include <hf/types/repo_info.hpp>
#include <hf/types/safetensors.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include <algorithm>

namespace hf::conformance {
namespace {

// Members in snake_case, those of `extra` beside them.
template <class Card>
json::object attributes_of(const Card& card) {
    json::object out = render_members(card);
    out.erase("$type");
    out.erase("$extra");
    out.erase("model_index");
    for (const auto& [name, value] : card.extra) out[name] = value;
    if constexpr (std::same_as<Card, ModelCardData>) {
        out["eval_results"] = render(card.eval_results());
        out["model_name"] = render(card.model_name());
    }
    return out;
}

template <class Card>
json::value card_table(const json::value& data) {
    if (data.is_string()) return {{"kept_as_is", data}};  // the info of a repository has it in `extra`
    const auto card = hf::json::from_value<std::optional<Card>>(data);
    if (!card) return {};
    return {{"attributes", attributes_of(*card)}, {"as_dictionary", card->to_dict()}};
}

json::value card_data(const json::object& input, const PurePlace&) {
    const std::string type = input_text(input, "repo_type");
    const json::value& data = input.at("cardData");
    if (type == "model") return card_table<ModelCardData>(data);
    return type == "dataset" ? card_table<DatasetCardData>(data) : card_table<SpaceCardData>(data);
}

json::value safetensors_counts(const json::object& input, const PurePlace&) {
    SafetensorsRepoMetadata repo;
    json::object tensor_counts, file_counts;
    for (const auto& [file, tensors] : input.at("files_tensors").as_object()) {
        json::object header;
        for (const auto& [name, tensor] : tensors.as_object()) {
            header[name] = {{"dtype", tensor.at(0)}, {"shape", tensor.at(1)}, {"data_offsets", {0, 1}}};
        }
        const SafetensorsFileMetadata metadata = parse_safetensors_header(json::serialize(header), "the table");
        json::object& counts = tensor_counts[file].emplace_object();
        for (const auto& [name, tensor] : metadata.tensors) counts[name] = tensor.parameter_count;
        file_counts[file] = render(metadata.parameter_count);
        repo.files_metadata.emplace(file, metadata);
    }
    count_parameters(repo, "the table");
    return {
        {"tensor_counts", tensor_counts}, {"file_counts", file_counts}, {"repo_counts", render(repo.parameter_count)}};
}

MultiCommitStep make_step(const json::array& operations) {
    MultiCommitStep step;
    for (const auto& item : operations) {
        const json::object& operation = item.as_object();
        if (operation.contains("delete")) {
            const std::string path = input_text(operation, "delete");
            const json::value* is_folder = member(operation, "is_folder");
            step.remove(path, is_folder ? is_folder->as_bool() : path.ends_with('/'));
        } else {
            const json::value* repeat = member(operation, "repeat");
            std::string content;
            for (auto count = repeat ? repeat->to_number<std::size_t>() : 1; count > 0; --count)
                content += input_text(operation, "text");
            step.add(input_text(operation, "add"), sha256_hex(content), content.size());
        }
    }
    return step;
}

std::vector<MultiCommitStep> make_steps(const json::value& commits) {
    std::vector<MultiCommitStep> steps;
    for (const auto& operations : commits.as_array()) steps.push_back(make_step(operations.as_array()));
    return steps;
}

json::array ids_of(const std::vector<MultiCommitStep>& steps) {
    json::array ids;
    for (const auto& step : steps) ids.push_back(json::value(step.id()));
    return ids;
}

json::value multi_commit(const json::object& input, const PurePlace&) {
    MultiCommitStrategy strategy(make_steps(input.at("addition_commits")), make_steps(input.at("deletion_commits")));
    std::vector<MultiCommitStep*> in_order;
    for (auto& step : strategy.deletions) in_order.push_back(&step);
    for (auto& step : strategy.additions) in_order.push_back(&step);
    if (const json::value* completed = member(input, "completed")) {
        for (std::size_t i = 0; i < completed->as_array().size(); ++i)
            in_order.at(i)->completed = completed->at(i).as_bool();
    }
    json::array lines;
    for (const auto* step : in_order) lines.push_back(json::value(step->line()));
    const std::string message = input_text(input, "commit_message");
    const std::string description = strategy.description(message, input_text(input, "commit_description"));
    return {{"step_ids", {{"addition", ids_of(strategy.additions)}, {"deletion", ids_of(strategy.deletions)}}},
            {"strategy_id", strategy.id()},
            {"step_lines", lines},
            {"pr_title", strategy.title(message)},
            {"description", description},
            {"step_ids_parsed_from_description", json::value_from(parse_multi_commit_description(description))}};
}

template <class Texts>
json::array texts_of(const Texts& texts) {
    json::array out;
    for (const std::string_view text : texts) out.push_back(json::value(text));
    return out;
}

json::object space_constants() {
    return {{"SpaceStage",
             {{"NO_APP_FILE", SpaceStage::no_app_file},
              {"CONFIG_ERROR", SpaceStage::config_error},
              {"BUILDING", SpaceStage::building},
              {"BUILD_ERROR", SpaceStage::build_error},
              {"RUNNING", SpaceStage::running},
              {"RUNNING_BUILDING", SpaceStage::running_building},
              {"RUNTIME_ERROR", SpaceStage::runtime_error},
              {"DELETING", SpaceStage::deleting},
              {"STOPPED", SpaceStage::stopped},
              {"PAUSED", SpaceStage::paused}}},
            {"SpaceHardware",
             {{"CPU_BASIC", SpaceHardware::cpu_basic},
              {"CPU_UPGRADE", SpaceHardware::cpu_upgrade},
              {"T4_SMALL", SpaceHardware::t4_small},
              {"T4_MEDIUM", SpaceHardware::t4_medium},
              {"ZERO_A10G", SpaceHardware::zero_a10g},
              {"A10G_SMALL", SpaceHardware::a10g_small},
              {"A10G_LARGE", SpaceHardware::a10g_large},
              {"A10G_LARGEX2", SpaceHardware::a10g_largex2},
              {"A10G_LARGEX4", SpaceHardware::a10g_largex4},
              {"A100_LARGE", SpaceHardware::a100_large}}},
            {"SpaceStorage",
             {{"SMALL", SpaceStorage::small}, {"MEDIUM", SpaceStorage::medium}, {"LARGE", SpaceStorage::large}}}};
}

json::object inference_endpoint_constants() {
    return {{"InferenceEndpointStatus",
             {{"PENDING", InferenceEndpointStatus::pending},
              {"INITIALIZING", InferenceEndpointStatus::initializing},
              {"UPDATING", InferenceEndpointStatus::updating},
              {"UPDATE_FAILED", InferenceEndpointStatus::update_failed},
              {"RUNNING", InferenceEndpointStatus::running},
              {"PAUSED", InferenceEndpointStatus::paused},
              {"FAILED", InferenceEndpointStatus::failed},
              {"SCALED_TO_ZERO", InferenceEndpointStatus::scaled_to_zero}}},
            {"InferenceEndpointType",
             {{"PUBlIC", InferenceEndpointType::public_},  // the reference's spelling
              {"PROTECTED", InferenceEndpointType::protected_},
              {"PRIVATE", InferenceEndpointType::private_}}}};
}

/// Which values of a flag the environment takes for true, of those that a program might try.
json::array true_values() {
    json::array out;
    for (const auto* text : {"0", "1", "ENABLED", "FALSE", "NO", "OFF", "ON", "T", "TRUE", "Y", "YES"}) {
        if (make_environment({{"HF_HUB_OFFLINE", text}}, "/").offline) out.push_back(json::value(text));
    }
    return out;
}

/// What `parent_commit` may be, found out by trying.
json::value parent_commit_pattern() {
    std::vector<std::size_t> lengths;
    for (std::size_t length = 0; length < 64; ++length) {
        if (is_commit_oid(std::string(length, 'a')) && is_commit_oid(std::string(length, 'F')))
            lengths.push_back(length);
    }
    if (lengths.empty() || is_commit_oid("abcdefg")) return {};
    return json::value(std::to_string(lengths.front()) + " to " + std::to_string(lengths.back()) +
                       " hexadecimal digits, either case");
}

json::object upload_retry() {
    const RetryConfig retry = SessionConfig().upload_retry;
    const net::RetryPolicy policy;
    // hfhub also repeats what newer clients do; the table lists what it must.
    json::array statuses;
    for (const unsigned status : {500u, 503u}) {
        if (policy.statuses.contains(status)) statuses.push_back(status);
    }
    json::array also_on;
    if (policy.connect_errors) also_on = {"timeout", "connection error"};
    return {{"max_retries", retry.max_attempts - 1},
            {"first_wait_s", std::chrono::duration_cast<std::chrono::seconds>(retry.base_delay).count()},
            {"max_wait_s", std::chrono::duration_cast<std::chrono::seconds>(retry.max_delay).count()},
            {"factor", 2},  // RetryState doubles; the waits of create_commit/lfs_put_gives_up show it
            {"statuses", statuses},
            {"also_on", also_on}};
}

json::value constants(const json::object&, const PurePlace&) {
    json::object out = space_constants();
    for (auto& [name, values] : inference_endpoint_constants()) out[name] = std::move(values);
    json::object prefixes;
    for (const std::string_view type : repo_types) {
        if (!repo_url_prefix(type).empty()) prefixes[type] = repo_url_prefix(type);
    }
    out["hub_endpoint"] = default_endpoint;
    out["staging_endpoint"] = staging_endpoint;
    out["inference_endpoints_base"] = std::string(default_inference_endpoints) + "/v2";
    out["default_revision"] = default_revision;
    out["repo_types"] = texts_of(repo_types);
    out["repo_types_url_prefixes"] = prefixes;
    out["space_sdks"] = texts_of(space_sdks);
    out["discussion_types"] = texts_of(discussion_types);
    out["discussion_statuses"] = texts_of(discussion_statuses);
    out["etag_timeout_s"] = default_etag_timeout.count();
    out["download_timeout_s"] = default_download_timeout.count();
    out["request_timeout_s"] = default_request_timeout.count();
    out["download_chunk_bytes"] = 10u << 20;  // of the reference's reads; hfhub reads what has arrived
    out["safetensors_max_header_bytes"] = safetensors_max_header_bytes;
    out["safetensors_first_range"] = safetensors_first_range;
    out["safetensors_single_file"] = safetensors_single_file;
    out["safetensors_index_file"] = safetensors_index_file;
    out["local_dir_auto_symlink_threshold_bytes"] = local_dir_auto_symlink_threshold;
    out["true_values_of_environment_flags"] = true_values();
    out["parent_commit_pattern"] = parent_commit_pattern();
    out["preupload_chunk"] = preupload_chunk;
    out["lfs_batch_chunk"] = lfs_batch_chunk;
    out["copy_lookup_chunk"] = copy_lookup_chunk;
    out["preupload_sample_bytes"] = preupload_sample_bytes;
    out["multi_commit_max_operations"] = multi_commit_max_operations;
    out["multi_commit_max_bytes"] = multi_commit_max_bytes;
    out["upload_retry"] = upload_retry();
    return out;
}

}  // namespace

std::vector<PureRow> type_tables() {
    return {
        {"card_data", card_data},
        {"constants", constants},
        {"multi_commit", multi_commit},
        {"safetensors_counts", safetensors_counts},
    };
}

}  // namespace hf::conformance

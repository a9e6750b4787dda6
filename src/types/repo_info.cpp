#include "types/raw.hpp"

#include <hf/types/repo_info.hpp>

namespace hf {
namespace {

EvalResultEntry eval_result_of(const json::object& entry) {
    const json::value* nested = entry.if_contains("data");
    const json::object& data = nested && nested->is_object() ? nested->get_object() : entry;
    using Text = std::optional<std::string>;
    EvalResultEntry out;
    out.dataset_id = json::take<std::string>(data, {"dataset", "id"});
    out.task_id = json::take<std::string>(data, {"dataset", "task_id"});
    out.value = json::take<json::value>(data, {"value"});
    out.dataset_revision = json::take<Text>(data, {"dataset", "revision"});
    out.verify_token = json::take<Text>(data, {"verifyToken"});
    out.date = json::take<Text>(data, {"date"});
    out.source_url = json::take<Text>(data, {"source", "url"});
    out.source_name = json::take<Text>(data, {"source", "name"});
    out.source_user = json::take<Text>(data, {"source", "user"});
    out.source_org = json::take<Text>(data, {"source", "org"});
    out.notes = json::take<Text>(data, {"notes"});
    return out;
}

}  // namespace

void hf_decoded(ModelInfo& info) {
    const json::value* mapping = info.extra.if_contains("inferenceProviderMapping");
    if (mapping && mapping->is_object()) {
        auto& out = info.inference_provider_mapping.emplace();
        for (const auto& [provider, entry] : mapping->get_object()) {
            if (!json::detail::is_readable<InferenceProviderMapping>(entry)) continue;
            auto& read = out.emplace_back(json::Codec<InferenceProviderMapping>::from(entry));
            read.provider = provider;
            read.hf_model_id = info.id;
        }
    }
    const json::value* results = info.extra.if_contains("evalResults");
    if (results && results->is_array()) {
        auto& out = info.eval_results.emplace();
        for (const auto& entry : results->get_array()) {
            if (entry.is_object()) out.push_back(eval_result_of(entry.get_object()));
        }
    }
}

}  // namespace hf

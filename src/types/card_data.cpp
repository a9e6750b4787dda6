#include <hf/types/card_data.hpp>

#include "core/json_access.hpp"

#include <algorithm>
#include <tuple>

namespace hf {
namespace {

json::value without_nulls(const json::value& json) {
    if (const auto* items = json.if_array()) {
        json::array out;
        for (const auto& item : *items)
            if (!item.is_null()) out.push_back(without_nulls(item));
        return out;
    }
    if (const auto* members = json.if_object()) {
        json::object out;
        for (const auto& [key, member] : *members)
            if (!member.is_null()) out[key] = without_nulls(member);
        return out;
    }
    return json;
}

template <class Card>
json::object dictionary(Card card) {
    // Under the names that the Hub reads, whatever spelling the card used.
    for (auto it = card.extra.begin(); it != card.extra.end();) it = it->value().is_null() ? card.extra.erase(it) : it + 1;
    return without_nulls(json::to_value(card)).get_object();
}

// A model index as people write it: mappings where the specification has them, texts that may be
// numbers (a revision, a split).
class IndexReader {
public:
    struct Malformed {};

    static const json::object& mapping(const json::value* json) {
        if (!json || !json->is_object()) throw Malformed();
        return json->get_object();
    }
    static const json::array& list(const json::value* json) {
        if (!json || !json->is_array()) throw Malformed();
        return json->get_array();
    }
    static std::optional<std::string> text(const json::object& in, std::string_view name) {
        const json::value* json = in.if_contains(name);
        if (!json || json->is_null()) return std::nullopt;
        if (const auto string = text_of(json)) return std::string(*string);
        return json::serialize(*json);
    }
    static std::string required(const json::object& in, std::string_view name) {
        auto out = text(in, name);
        if (!out) throw Malformed();
        return std::move(*out);
    }
    static json::value any(const json::object& in, std::string_view name) {
        const json::value* json = in.if_contains(name);
        return json ? json::value(*json, boost::json::storage_ptr()) : json::value();
    }

    static EvalResult result(const json::object& in) {
        const auto& task = mapping(in.if_contains("task"));
        const auto& dataset = mapping(in.if_contains("dataset"));
        EvalResult out;
        out.task_type = required(task, "type");
        out.task_name = text(task, "name");
        out.dataset_type = required(dataset, "type");
        out.dataset_name = required(dataset, "name");
        out.dataset_config = text(dataset, "config");
        out.dataset_split = text(dataset, "split");
        out.dataset_revision = text(dataset, "revision");
        out.dataset_args = any(dataset, "args");
        if (const auto* source = in.if_contains("source"); source && source->is_object()) {
            out.source_name = text(source->get_object(), "name");
            out.source_url = text(source->get_object(), "url");
        }
        return out;
    }
    static void metric(const json::object& in, EvalResult& out) {
        if (!in.contains("value")) throw Malformed();
        out.metric_type = required(in, "type");
        out.metric_value = any(in, "value");
        out.metric_name = text(in, "name");
        out.metric_config = text(in, "config");
        out.metric_args = any(in, "args");
        if (const auto* verified = in.if_contains("verified"); verified && verified->is_bool())
            out.verified = verified->get_bool();
        out.verify_token = text(in, "verifyToken");
    }
};

struct ModelIndex {
    std::optional<std::string> name;
    std::vector<EvalResult> results;
};

std::optional<ModelIndex> read_model_index(const json::value& json) try {
    if (json.is_null() || IndexReader::list(&json).empty()) return std::nullopt;
    ModelIndex out;
    for (const auto& entry : json.get_array()) {
        const auto& model = IndexReader::mapping(&entry);
        if (!model.contains("name")) return std::nullopt;
        out.name = IndexReader::text(model, "name");
        for (const auto& item : IndexReader::list(model.if_contains("results"))) {
            const auto& result = IndexReader::mapping(&item);
            const EvalResult shared = IndexReader::result(result);
            for (const auto& metric : IndexReader::list(result.if_contains("metrics"))) {
                out.results.push_back(shared);
                IndexReader::metric(IndexReader::mapping(&metric), out.results.back());
            }
        }
    }
    return out;
} catch (const IndexReader::Malformed&) {
    return std::nullopt;
}

template <class T>
void put(json::object& out, std::string_view name, const std::optional<T>& text) {
    if (text) out[name] = *text;
}

auto same_table(const EvalResult& r) {
    return std::tie(r.task_type, r.dataset_type, r.dataset_config, r.dataset_split, r.dataset_revision);
}

json::object write_result(const EvalResult& result) {
    json::object task;
    task["type"] = result.task_type;
    put(task, "name", result.task_name);
    json::object dataset;
    dataset["name"] = result.dataset_name;
    dataset["type"] = result.dataset_type;
    put(dataset, "config", result.dataset_config);
    put(dataset, "split", result.dataset_split);
    put(dataset, "revision", result.dataset_revision);
    dataset["args"] = result.dataset_args;
    json::object out;
    out["task"] = std::move(task);
    out["dataset"] = std::move(dataset);
    out["metrics"] = json::array();
    if (result.source_url) {
        json::object source;
        source["url"] = *result.source_url;
        put(source, "name", result.source_name);
        out["source"] = std::move(source);
    }
    return out;
}

json::object write_metric(const EvalResult& result) {
    json::object out;
    out["type"] = result.metric_type;
    out["value"] = result.metric_value;
    put(out, "name", result.metric_name);
    put(out, "config", result.metric_config);
    out["args"] = result.metric_args;
    put(out, "verified", result.verified);
    put(out, "verifyToken", result.verify_token);
    return out;
}

}  // namespace

bool EvalResult::is_equal_except_value(const EvalResult& other) const {
    const auto identity = [](const EvalResult& r) {
        return std::tie(r.task_type, r.dataset_type, r.dataset_name, r.metric_type, r.task_name, r.dataset_config,
                        r.dataset_split, r.dataset_revision, r.dataset_args, r.metric_name, r.metric_config,
                        r.metric_args, r.verified, r.source_name, r.source_url);
    };
    return identity(*this) == identity(other);
}

std::optional<std::vector<EvalResult>> ModelCardData::eval_results() const {
    auto index = read_model_index(model_index);
    if (!index) return std::nullopt;
    return std::move(index->results);
}

std::optional<std::string> ModelCardData::model_name() const {
    if (auto index = read_model_index(model_index)) return std::move(index->name);
    return IndexReader::text(extra, "model_name");
}

void ModelCardData::set_eval_results(std::string_view model_name, const std::vector<EvalResult>& results) {
    std::vector<const EvalResult*> tables;
    json::array rendered;
    for (const auto& result : results) {
        if (result.source_name && !result.source_url)
            throw_validation("results", "a result has a source_name, but no source_url");
        const auto known = std::ranges::find_if(
            tables, [&](const EvalResult* table) { return same_table(*table) == same_table(result); });
        const auto at = static_cast<std::size_t>(known - tables.begin());
        if (known == tables.end()) {
            tables.push_back(&result);
            rendered.push_back(write_result(result));
        }
        rendered[at].get_object()["metrics"].get_array().push_back(write_metric(result));
    }
    json::object model;
    model["name"] = model_name;
    model["results"] = std::move(rendered);
    json::array index;
    index.push_back(std::move(model));
    model_index = without_nulls(index);
    extra.erase("model_name");
}

json::object ModelCardData::to_dict() const {
    ModelCardData copy = *this;
    if (const auto index = read_model_index(model_index)) {
        copy.set_eval_results(index->name.value_or(""), index->results);
    } else {
        copy.model_index = nullptr;
        copy.extra.erase("model-index");
    }
    return dictionary(copy);
}

json::object DatasetCardData::to_dict() const { return dictionary(*this); }

json::object SpaceCardData::to_dict() const { return dictionary(*this); }

std::vector<std::string> texts_of(const json::value& member) {
    std::vector<std::string> out;
    if (const auto* text = member.if_string()) out.emplace_back(*text);
    if (const auto* items = member.if_array())
        for (const auto& item : *items)
            if (const auto* text = item.if_string()) out.emplace_back(*text);
    return out;
}

}  // namespace hf

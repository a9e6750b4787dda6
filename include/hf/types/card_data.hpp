#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

#include <concepts>

namespace hf {

/// One metric of a model card, flattened out of the card's `model-index`.
struct EvalResult {
    std::string task_type;     ///< "automatic-speech-recognition"
    std::string dataset_type;  ///< id of the dataset, "common_voice"
    std::string dataset_name;  ///< its name for people, "Common Voice (French)"
    std::string metric_type;   ///< "wer"
    json::value metric_value;  ///< 0.9 or "20.0 ± 1.2"
    std::optional<std::string> task_name;
    std::optional<std::string> dataset_config;
    std::optional<std::string> dataset_split;
    std::optional<std::string> dataset_revision;
    json::value dataset_args;
    std::optional<std::string> metric_name;
    std::optional<std::string> metric_config;
    json::value metric_args;
    std::optional<bool> verified;             ///< computed by the Hub's evaluation service
    std::optional<std::string> verify_token;  ///< its proof
    std::optional<std::string> source_name;
    std::optional<std::string> source_url;

    /// The same metric of the same task and dataset, whatever its value.
    bool is_equal_except_value(const EvalResult& other) const;
};
BOOST_DESCRIBE_STRUCT(EvalResult, (),
                      (task_type, dataset_type, dataset_name, metric_type, metric_value, task_name, dataset_config,
                       dataset_split, dataset_revision, dataset_args, metric_name, metric_config, metric_args, verified,
                       verify_token, source_name, source_url))

/// The metadata block of a README.md. People write it, so that any member may have any type; a member
/// that is absent is null. What has no member of its own is in `extra`.
struct CardData {
    json::object extra;
};

/// Metadata of a model card.
struct ModelCardData : CardData {
    json::value language;  ///< a code ("en") or a list of codes
    json::value license;
    json::value library_name;
    json::value tags;
    json::value datasets;
    json::value metrics;
    json::value model_index;  ///< evaluation results as they stand in the card

    /// The results of `model_index`; nullopt if there are none or they do not have the documented form.
    std::optional<std::vector<EvalResult>> eval_results() const;
    /// The name in `model_index`, else the card's `model_name`.
    std::optional<std::string> model_name() const;
    /// Writes `model_index`; results of the same task and dataset are put together.
    /// Throws HFValidationError if a result has a source_name without source_url.
    void set_eval_results(std::string_view model_name, const std::vector<EvalResult>& results);
    /// The card without nulls and with `model-index` in its normal form.
    json::object to_dict() const;
};
BOOST_DESCRIBE_STRUCT(ModelCardData, (), (language, license, library_name, tags, datasets, metrics, model_index))

/// Metadata of a dataset card.
struct DatasetCardData : CardData {
    json::value annotations_creators;
    json::value language_creators;
    json::value language;
    json::value license;
    json::value multilinguality;
    json::value size_categories;  ///< "n<1K", "1K<n<10K", …
    json::value source_datasets;
    json::value task_categories;
    json::value task_ids;
    json::value paperswithcode_id;
    json::value pretty_name;
    json::value config_names;
    json::value train_eval_index;

    json::object to_dict() const;  ///< the card without nulls
};
BOOST_DESCRIBE_STRUCT(DatasetCardData, (),
                      (annotations_creators, language_creators, language, license, multilinguality, size_categories,
                       source_datasets, task_categories, task_ids, paperswithcode_id, pretty_name, config_names,
                       train_eval_index))

/// Metadata of a Space's card.
struct SpaceCardData : CardData {
    json::value title;
    json::value sdk;  ///< "gradio", "streamlit", "docker" or "static"
    json::value sdk_version;
    json::value python_version;
    json::value app_file;
    json::value app_port;
    json::value license;
    json::value duplicated_from;
    json::value models;
    json::value datasets;
    json::value tags;

    json::object to_dict() const;  ///< the card without nulls
};
BOOST_DESCRIBE_STRUCT(SpaceCardData, (),
                      (title, sdk, sdk_version, python_version, app_file, app_port, license, duplicated_from, models,
                       datasets, tags))

template <std::derived_from<CardData> T>
constexpr std::string_view hf_wire_name(std::type_identity<T>, std::string_view member) {
    if (member == "model_index") return "model-index";
    return member == "train_eval_index" ? "train-eval-index|train_eval_index" : member;
}

/// A member that may be one text or a list of texts, as a list; what is no text is skipped.
std::vector<std::string> texts_of(const json::value& member);

namespace json {
/// An empty card is none, and so is one that is no mapping (`extra` of the info then has it).
template <std::derived_from<CardData> T>
struct Codec<std::optional<T>> {
    static std::optional<T> from(const value& json) {
        if (!json.is_object() || json.get_object().empty()) return std::nullopt;
        return Codec<T>::from(json);
    }
    static value to(const std::optional<T>& card) { return card ? Codec<T>::to(*card) : value(); }
};
}  // namespace json

}  // namespace hf

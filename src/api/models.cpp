#include "api/shared_calls.hpp"

#include <hf/api/models.hpp>

#include <charconv>
#include <cmath>

namespace hf {

static_assert(options_struct<ListModelsOptions>);

namespace {

Request models_request(const ListModelsOptions& options, bool reference_routes) {
    detail::ListQuery query;
    query.author = options.author;
    query.search = options.search;
    query.sort = options.sort;
    query.direction = options.direction;
    query.limit = options.limit;
    if (const ModelFilter* filter = options.filter.filter()) {
        query.name = detail::filter_name(filter->author, filter->model_name);
        detail::add_tags(query.tags, filter->task);
        detail::add_tags(query.tags, filter->trained_dataset, "dataset:");
        detail::add_tags(query.tags, filter->library);
        detail::add_tags(query.tags, filter->tags);
        detail::add_tags(query.tags, filter->language);
    } else {
        detail::add_tags(query.tags, options.filter.tags());
    }
    // v0.20.3 asks for everything where it filters.
    query.full_with_filter = reference_routes && options.filter.given() && options.full.value_or(true);
    query.full = !query.full_with_filter && options.full.value_or(false);
    detail::add_tags(query.tags, options.trained_dataset, "dataset:");
    query.filter("apps", options.apps);
    query.filter("gated", options.gated);
    query.filter("inference", std::optional<std::string_view>(options.inference));
    query.filter("inference_provider", options.inference_provider);
    query.filter("pipeline_tag", std::optional<std::string_view>(options.pipeline_tag));
    query.filter("num_parameters", std::optional<std::string_view>(options.num_parameters));

    Request request = get("/api/models");
    query.apply(request);
    if (options.fetch_config) request.query("config", true);
    if (options.card_data) request.query("cardData", true);
    detail::query_expand(request, options.expand,
                         options.full.has_value() || options.card_data || options.fetch_config);
    request.token(options.token);
    return request;
}

// The first number of "≈ 12.5 kg", as the reference reads it.
std::optional<double> first_number(std::string_view text) {
    const auto start = text.find_first_of("0123456789");
    if (start == text.npos) return std::nullopt;
    text.remove_prefix(start);
    double out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out, std::chars_format::fixed);
    return out;
}

std::optional<double> emissions_of(const ModelInfo& info) {
    if (!info.card_data) return std::nullopt;
    const json::value* value = info.card_data->extra.if_contains("co2_eq_emissions");
    if (value && value->is_object()) value = value->get_object().if_contains("emissions");
    if (!value) return std::nullopt;
    if (const auto* text = value->if_string()) return first_number(std::string_view(*text));
    if (!value->is_number()) return std::nullopt;
    const double number = value->to_number<double>();
    return number == 0 ? std::nullopt : std::optional<double>(number);
}

std::optional<ModelInfo> within(const EmissionsThresholds& thresholds, ModelInfo info) {
    if (!thresholds.minimum && !thresholds.maximum)
        throw_validation("emissions_thresholds", "at least one of minimum and maximum must be given");
    const auto emissions = emissions_of(info);
    if (!emissions || *emissions < thresholds.minimum.value_or(-1) ||
        *emissions > thresholds.maximum.value_or(INFINITY))
        return std::nullopt;
    return std::optional<ModelInfo>(std::move(info));
}

}  // namespace

AsyncGenerator<ModelInfo> ModelsApi::list_models(ListModelsOptions options) const {
    auto models = session_.list<ModelInfo>(models_request(options, session_.reference_routes()),
                                           ListOptions{options.limit, options.cursor, true});
    if (!options.emissions_thresholds) return models;
    return std::move(models).filter_map(
        [thresholds = *options.emissions_thresholds](ModelInfo info) { return within(thresholds, std::move(info)); });
}

boost::asio::awaitable<ModelInfo> ModelsApi::model_info(std::string_view repo_id, InfoOptions options) const {
    return session_.call<ModelInfo>(detail::info_request(Repo("model", repo_id), options));
}

boost::asio::awaitable<KernelInfo> ModelsApi::kernel_info(std::string_view repo_id, InfoOptions options) const {
    return session_.call<KernelInfo>(detail::info_request(Repo::of_any_type("kernel", repo_id), options));
}

boost::asio::awaitable<json::object> ModelsApi::get_model_tags() const {
    return session_.call<json::object>(get("/api/models-tags-by-type").anonymous());
}

AsyncGenerator<MetricInfo> ModelsApi::list_metrics() const {
    return session_.list<MetricInfo>(get("/api/metrics").anonymous().maybe_gone(), all_readable);
}

}  // namespace hf

#include "api/shared_calls.hpp"

#include <hf/api/datasets.hpp>
#include <hf/core/constants.hpp>

namespace hf {

static_assert(options_struct<ListDatasetsOptions> && options_struct<DatasetLeaderboardOptions> &&
              options_struct<ListDatasetParquetFilesOptions>);

namespace {

/// A DatasetFilter says it in the same words as the options of the call.
template <class Filter>
void add_filter_tags(detail::ListQuery& query, const Filter& filter) {
    detail::add_tags(query.tags, filter.language_creators, "language_creators:");
    detail::add_tags(query.tags, filter.language, "language:");
    detail::add_tags(query.tags, filter.multilinguality, "multilinguality:");
    detail::add_tags(query.tags, filter.size_categories, "size_categories:");
    detail::add_tags(query.tags, filter.task_categories, "task_categories:");
    detail::add_tags(query.tags, filter.task_ids, "task_ids:");
}

Request datasets_request(const ListDatasetsOptions& options) {
    detail::ListQuery query;
    query.author = options.author;
    query.search = options.search;
    query.sort = options.sort;
    query.direction = options.direction;
    query.limit = options.limit;
    query.full = options.full.value_or(false);
    query.filter("gated", options.gated);
    query.filter("search", std::optional<std::string_view>(options.dataset_name));
    if (const DatasetFilter* filter = options.filter.filter()) {
        query.name = detail::filter_name(filter->author, filter->dataset_name);
        detail::add_tags(query.tags, filter->benchmark, "benchmark:");
        add_filter_tags(query, *filter);
    } else {
        detail::add_tags(query.tags, options.filter.tags());
    }
    add_filter_tags(query, options);
    detail::add_tags(query.tags, options.benchmark, "benchmark:");
    Request request = get("/api/datasets");
    query.apply(request);
    detail::query_expand(request, options.expand, options.full.has_value());
    request.token(options.token);
    return request;
}

}  // namespace

AsyncGenerator<DatasetInfo> DatasetsApi::list_datasets(ListDatasetsOptions options) const {
    return session_.list<DatasetInfo>(datasets_request(options), ListOptions{options.limit, options.cursor, true});
}

boost::asio::awaitable<DatasetInfo> DatasetsApi::dataset_info(std::string_view repo_id, InfoOptions options) const {
    return session_.call<DatasetInfo>(detail::info_request(Repo("dataset", repo_id), options));
}

boost::asio::awaitable<json::object> DatasetsApi::get_dataset_tags() const {
    return session_.call<json::object>(get("/api/datasets-tags-by-type").anonymous());
}

boost::asio::awaitable<std::vector<DatasetLeaderboardEntry>> DatasetsApi::get_dataset_leaderboard(
    std::string_view repo_id, DatasetLeaderboardOptions options) const {
    Request request = get("/api/{}/leaderboard", Repo("dataset", repo_id)).token(options.token);
    if (options.base_model_only) request.query("base_model", true);
    return session_.call<std::vector<DatasetLeaderboardEntry>>(std::move(request.timeout(options.timeout)));
}

boost::asio::awaitable<std::vector<DatasetParquetEntry>> DatasetsApi::list_dataset_parquet_files(
    std::string_view repo_id, ListDatasetParquetFilesOptions options) const {
    validate_repo_id(repo_id);
    if (session_.endpoint() != default_endpoint && session_.datasets_server() == default_datasets_server)
        throw_validation("endpoint", "Parquet files are listed by " + std::string(default_datasets_server) +
                                         ", which does not know the datasets of " + session_.endpoint());
    Request request = get("/parquet").query("dataset", repo_id).query("config", options.config);
    return detail::call_member<std::vector<DatasetParquetEntry>>(
        session_, std::move(request.on(session_.datasets_server()).token(options.token).bucket(Bucket::none)),
        "parquet_files");
}

}  // namespace hf

#include "api/shared_calls.hpp"

#include <hf/api/datasets.hpp>

namespace hf {

static_assert(options_struct<ListDatasetsOptions>);

namespace {

Request datasets_request(const ListDatasetsOptions& options) {
    detail::ListQuery query;
    query.author = options.author;
    query.search = options.search;
    query.sort = options.sort;
    query.direction = options.direction;
    query.limit = options.limit;
    query.full = options.full.value_or(false);
    if (const DatasetFilter* filter = options.filter.filter()) {
        query.name = detail::filter_name(filter->author, filter->dataset_name);
        detail::add_tags(query.tags, filter->benchmark, "benchmark:");
        detail::add_tags(query.tags, filter->language_creators, "language_creators:");
        detail::add_tags(query.tags, filter->language, "language:");
        detail::add_tags(query.tags, filter->multilinguality, "multilinguality:");
        detail::add_tags(query.tags, filter->size_categories, "size_categories:");
        detail::add_tags(query.tags, filter->task_categories, "task_categories:");
        detail::add_tags(query.tags, filter->task_ids, "task_ids:");
    } else {
        detail::add_tags(query.tags, options.filter.tags());
    }
    Request request = get("/api/datasets");
    query.apply(request);
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

}  // namespace hf

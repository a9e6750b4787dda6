#include "api/shared_calls.hpp"

#include <hf/api/spaces.hpp>

namespace hf {

static_assert(options_struct<ListSpacesOptions>);

namespace {

Request spaces_request(const ListSpacesOptions& options) {
    detail::ListQuery query;
    query.author = options.author;
    query.search = options.search;
    query.sort = options.sort;
    query.direction = options.direction;
    query.limit = options.limit;
    query.full = options.full.value_or(false);
    detail::add_tags(query.tags, options.filter);
    Request request = get("/api/spaces");
    query.apply(request);
    if (options.linked) request.query("linked", true);
    detail::query_all(request, "datasets", options.datasets);
    detail::query_all(request, "models", options.models);
    request.token(options.token);
    return request;
}

}  // namespace

AsyncGenerator<SpaceInfo> SpacesApi::list_spaces(ListSpacesOptions options) const {
    return session_.list<SpaceInfo>(spaces_request(options), ListOptions{options.limit, options.cursor, true});
}

boost::asio::awaitable<SpaceInfo> SpacesApi::space_info(std::string_view repo_id, InfoOptions options) const {
    return session_.call<SpaceInfo>(detail::info_request(Repo("space", repo_id), options));
}

}  // namespace hf

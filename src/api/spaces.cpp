#include "api/shared_calls.hpp"

#include <hf/api/spaces.hpp>

namespace hf {

static_assert(options_struct<ListSpacesOptions> && options_struct<SearchSpacesOptions>);

namespace {

Request spaces_request(const ListSpacesOptions& options, bool reference_routes) {
    detail::ListQuery query;
    query.author = options.author;
    query.search = options.search;
    query.sort = options.sort;
    query.direction = options.direction;
    query.limit = options.limit;
    query.full = options.full.value_or(false) && reference_routes;
    detail::add_tags(query.tags, options.filter);
    Request request = get("/api/spaces");
    query.apply(request);
    if (options.linked) request.query("linked", true);
    detail::query_all(request, "datasets", options.datasets);
    detail::query_all(request, "models", options.models);
    if (options.full.value_or(false) && !reference_routes) request.query("full", true);
    detail::query_expand(request, options.expand, options.full.has_value());
    request.token(options.token);
    return request;
}

}  // namespace

AsyncGenerator<SpaceInfo> SpacesApi::list_spaces(ListSpacesOptions options) const {
    return session_.list<SpaceInfo>(spaces_request(options, session_.reference_routes()),
                                    ListOptions{options.limit, options.cursor, true});
}

boost::asio::awaitable<SpaceInfo> SpacesApi::space_info(std::string_view repo_id, InfoOptions options) const {
    return session_.call<SpaceInfo>(detail::info_request(Repo("space", repo_id), options));
}

AsyncGenerator<SpaceSearchResult> SpacesApi::search_spaces(std::string_view query, SearchSpacesOptions options) const {
    Request request = get("/api/spaces/semantic-search").query("q", query).token(options.token);
    detail::query_all(request, "filter", options.filter);
    detail::query_all(request, "sdk", options.sdk);
    if (options.include_non_running) request.query("includeNonRunning", true);
    return session_.list<SpaceSearchResult>(std::move(request), all_readable);
}

}  // namespace hf

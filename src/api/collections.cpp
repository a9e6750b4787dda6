#include "api/shared_calls.hpp"

#include <hf/api/collections.hpp>

namespace hf {

static_assert(options_struct<ListCollectionsOptions> && options_struct<CreateCollectionOptions> &&
              options_struct<UpdateCollectionMetadataOptions> && options_struct<MissingOkOptions> &&
              options_struct<AddCollectionItemOptions> && options_struct<UpdateCollectionItemOptions>);

namespace asio = boost::asio;

namespace {

template <class Optional>
void put(json::object& body, std::string_view name, const Optional& value) {
    if (value) body[name] = *value;
}

Request collection_request(std::string_view slug, TokenArg token) {
    detail::require("collection_slug", slug);
    return get("/api/collections/{}", slug).token(token);
}

asio::awaitable<Collection> member_impl(Session session, Request request, std::string name) {
    Collection out = co_await detail::call_member<Collection>(session, std::move(request), std::move(name));
    out.locate(session.endpoint());
    co_return out;
}

/// Creates; when the Hub says that it is there already, that is what is given. The answer then names it,
/// unless `slug` does.
asio::awaitable<Collection> create_impl(Session session, Request create, bool exists_ok, std::string slug,
                                        OwnedToken token) {
    std::string conflict;
    try {
        co_return co_await detail::call_located<Collection>(session, std::move(create));
    } catch (const HfHubHTTPError& error) {
        if (!exists_ok || error.status() != 409) throw;
        conflict = error.info().body;
    }
    if (slug.empty())
        slug = detail::member_of<std::string>(json::from_value<json::object>(json::parse(conflict)), "slug");
    co_return co_await detail::call_located<Collection>(session, collection_request(slug, token.get()));
}

asio::awaitable<Collection> create_in_own_namespace(Session session, json::object body, bool exists_ok,
                                                    OwnedToken token) {
    body["namespace"] = co_await detail::account_name(session, token);
    co_return co_await create_impl(session, post("/api/collections").json(body).token(token.get()), exists_ok,
                                   std::string(), token);
}

}  // namespace

AsyncGenerator<Collection> CollectionsApi::list_collections(ListCollectionsOptions options) const {
    Request request = get("/api/collections");
    detail::query_all(request, "owner", options.owner);
    detail::query_all(request, "item", options.item);
    request.query("sort", options.sort).query("limit", options.limit).token(options.token);
    const auto convert = [endpoint = session_.endpoint(), rank = std::int64_t(0)](const json::value& item) mutable {
        Collection out = json::from_value<Collection>(item);
        out.position = rank++;
        out.locate(endpoint);
        return out;
    };
    return session_.list_with<Collection>(std::move(request), convert,
                                          ListOptions{options.limit, options.cursor, true});
}

asio::awaitable<Collection> CollectionsApi::get_collection(std::string_view collection_slug,
                                                           TokenOptions options) const {
    return detail::call_located<Collection>(session_, collection_request(collection_slug, options.token));
}

asio::awaitable<Collection> CollectionsApi::create_collection(std::string_view title,
                                                              CreateCollectionOptions options) const {
    json::object body;
    body["title"] = title;
    body["namespace"] = options.namespace_;
    body["private"] = options.private_;
    put(body, "description", options.description);
    put(body, "resourceGroupId", options.resource_group_id);
    if (options.namespace_.empty())
        return create_in_own_namespace(session_, std::move(body), options.exists_ok, OwnedToken(options.token));
    return create_impl(session_, post("/api/collections").json(body).token(options.token), options.exists_ok,
                       std::string(), OwnedToken(options.token));
}

asio::awaitable<Collection> CollectionsApi::update_collection_metadata(std::string_view collection_slug,
                                                                       UpdateCollectionMetadataOptions options) const {
    detail::require("collection_slug", collection_slug);
    json::object body;
    put(body, "position", options.position);
    put(body, "private", options.private_);
    put(body, "theme", options.theme);
    put(body, "title", options.title);
    put(body, "description", options.description);
    return member_impl(session_, patch("/api/collections/{}", collection_slug).json(body).token(options.token), "data");
}

asio::awaitable<void> CollectionsApi::delete_collection(std::string_view collection_slug,
                                                        MissingOkOptions options) const {
    detail::require("collection_slug", collection_slug);
    return detail::call_forgiving(session_, del("/api/collections/{}", collection_slug).token(options.token),
                                  options.missing_ok ? 404 : 0);
}

asio::awaitable<Collection> CollectionsApi::add_collection_item(std::string_view collection_slug,
                                                                std::string_view item_id, std::string_view item_type,
                                                                AddCollectionItemOptions options) const {
    detail::require("collection_slug", collection_slug);
    json::object item;
    item["id"] = item_id;
    item["type"] = item_type;
    json::object body;
    body["item"] = std::move(item);
    put(body, "note", options.note);
    return create_impl(session_, post("/api/collections/{}/items", collection_slug).json(body).token(options.token),
                       options.exists_ok, std::string(collection_slug), OwnedToken(options.token));
}

asio::awaitable<void> CollectionsApi::update_collection_resource_group(std::string_view collection_slug,
                                                                       TextArg resource_group_id,
                                                                       TokenOptions options) const {
    detail::require("collection_slug", collection_slug);
    json::object body;
    body["resourceGroupId"] = nullptr;
    if (resource_group_id) body["resourceGroupId"] = *resource_group_id;
    return session_.call<void>(
        post("/api/collections/{}/resource-group", collection_slug).json(body).token(options.token));
}

asio::awaitable<void> CollectionsApi::update_collection_item(std::string_view collection_slug,
                                                             std::string_view item_object_id,
                                                             UpdateCollectionItemOptions options) const {
    detail::require("collection_slug", collection_slug);
    detail::require("item_object_id", item_object_id);
    json::object body;
    put(body, "position", options.position);
    put(body, "note", options.note);
    return session_.call<void>(patch("/api/collections/{}/items/{}", collection_slug, segment(item_object_id))
                                   .json(body)
                                   .token(options.token));
}

asio::awaitable<void> CollectionsApi::delete_collection_item(std::string_view collection_slug,
                                                             std::string_view item_object_id,
                                                             MissingOkOptions options) const {
    detail::require("collection_slug", collection_slug);
    detail::require("item_object_id", item_object_id);
    return detail::call_forgiving(
        session_, del("/api/collections/{}/items/{}", collection_slug, segment(item_object_id)).token(options.token),
        options.missing_ok ? 404 : 0);
}

}  // namespace hf

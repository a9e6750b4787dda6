#pragma once

#include <hf/api/users.hpp>
#include <hf/types/collection.hpp>

namespace hf {

struct ListCollectionsOptions {
    StringList owner{};  ///< accounts, any of which owns the collection
    StringList item{};   ///< things, any of which it holds: "models/gpt2", "papers/2307.09288"
    TextArg sort{};      ///< "lastModified", "trending" or "upvotes"
    std::optional<std::int64_t> limit{};
    TokenArg token{};
    std::string_view cursor{};  ///< continue where an earlier generator's `cursor()` stood
};

struct CreateCollectionOptions {
    std::string_view namespace_{};  ///< user or organization; empty: the token's account
    TextArg description{};
    bool private_ = false;
    bool exists_ok = false;       ///< give the collection of that title if there is one
    TextArg resource_group_id{};  ///< of the organization: who may see it
    TokenArg token{};
};

/// What is not given stays as it is; TextArg::empty() takes a text away.
struct UpdateCollectionMetadataOptions {
    TextArg title{};
    TextArg description{};
    std::optional<std::int64_t> position{};  ///< among the collections of the owner
    std::optional<bool> private_{};
    TextArg theme{};  ///< a colour
    TokenArg token{};
};

struct MissingOkOptions {
    bool missing_ok = false;  ///< no error if it is not there
    TokenArg token{};
};

struct AddCollectionItemOptions {
    TextArg note{};          ///< at most 500 characters
    bool exists_ok = false;  ///< no error if the item is in the collection
    TokenArg token{};
};

/// What is not given stays as it is; TextArg::empty() takes the note away.
struct UpdateCollectionItemOptions {
    TextArg note{};
    std::optional<std::int64_t> position{};
    TokenArg token{};
};

/// Collections, named by their slug: "TheBloke/recent-models-64f9a55bb3115b4f513ec026".
class CollectionsApi {
public:
    explicit CollectionsApi(Session session) : session_(std::move(session)) {}

    /// Collections with at most four of their items each; what nothing matches is an empty list.
    AsyncGenerator<Collection> list_collections(ListCollectionsOptions options = {}) const;

    /// With all its items. HfHubHTTPError (404) where there is none, or the token may not see it.
    boost::asio::awaitable<Collection> get_collection(std::string_view collection_slug,
                                                      TokenOptions options = {}) const;

    /// An empty collection. One of that title is HfHubHTTPError (409), unless `exists_ok`. Without a namespace the
    /// account of the token is asked for first.
    boost::asio::awaitable<Collection> create_collection(std::string_view title,
                                                         CreateCollectionOptions options = {}) const;

    /// Gives the collection as it is then, HfHubHTTPError (404) where there is none. A new title changes the slug.
    boost::asio::awaitable<Collection> update_collection_metadata(std::string_view collection_slug,
                                                                  UpdateCollectionMetadataOptions options = {}) const;

    /// Deletes a collection, and none of what it lists. HfHubHTTPError (404) where there is none, unless `missing_ok`.
    boost::asio::awaitable<void> delete_collection(std::string_view collection_slug,
                                                   MissingOkOptions options = {}) const;

    /// Gives the collection as it is then. `item_type` is "model", "dataset", "space" or "paper"; `item_id` that of the
    /// repository or paper. An item that it has already is HfHubHTTPError (409), unless `exists_ok`; one that does not
    /// exist, or a collection that does not, 404.
    boost::asio::awaitable<Collection> add_collection_item(std::string_view collection_slug, std::string_view item_id,
                                                           std::string_view item_type,
                                                           AddCollectionItemOptions options = {}) const;

    /// Puts a collection of an organization into a resource group, or into none (`std::nullopt`).
    boost::asio::awaitable<void> update_collection_resource_group(std::string_view collection_slug,
                                                                  TextArg resource_group_id,
                                                                  TokenOptions options = {}) const;

    /// Changes note or place of an item. `item_object_id` is that of the CollectionItem; HfHubHTTPError (404) where
    /// there is none.
    boost::asio::awaitable<void> update_collection_item(std::string_view collection_slug,
                                                        std::string_view item_object_id,
                                                        UpdateCollectionItemOptions options = {}) const;

    /// Takes an item off the list. HfHubHTTPError (404) where there is none, unless `missing_ok`.
    boost::asio::awaitable<void> delete_collection_item(std::string_view collection_slug,
                                                        std::string_view item_object_id,
                                                        MissingOkOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

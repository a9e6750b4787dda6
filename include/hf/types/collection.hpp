#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

namespace hf {

/// A model, dataset, Space or paper in a collection.
struct CollectionItem {
    std::string item_object_id;  ///< of the entry in the collection
    std::string item_id;         ///< of the repository or paper: "gpt2", "2307.09288"
    std::string item_type;       ///< "model", "dataset", "space", "paper", …
    std::int64_t position = 0;
    std::optional<std::string> note;  ///< plain text
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(CollectionItem, (), (item_object_id, item_id, item_type, position, note))
constexpr std::string_view hf_wire_name(std::type_identity<CollectionItem>, std::string_view member) {
    if (member == "item_object_id") return "_id";
    if (member == "item_id") return "id";
    if (member == "item_type") return "type";
    return member == "note" ? "-" : "";
}
/// One of the two ids will do.
constexpr bool hf_is_identity(std::type_identity<CollectionItem>, std::string_view) { return false; }
void hf_decoded(CollectionItem& item);

/// A list of repositories and papers that somebody put together.
struct Collection {
    std::string slug;  ///< "TheBloke/recent-models-64f9a55bb3115b4f513ec026"
    std::string title;
    json::value owner;  ///< an account as the Hub gives it: its name, today an object with `name`
    std::vector<CollectionItem> items;
    std::optional<Timestamp> last_updated;
    std::optional<std::int64_t> position;  ///< among the owner's collections; in lists the rank
    std::optional<bool> private_;
    std::optional<std::string> theme;  ///< a colour
    std::optional<std::int64_t> upvotes;
    std::optional<std::string> description;
    std::string url;  ///< of the page
    json::object extra;

    std::string owner_name() const;
    /// Fills `url`.
    void locate(std::string_view endpoint);
};
BOOST_DESCRIBE_STRUCT(Collection, (),
                      (slug, title, owner, items, last_updated, position, private_, theme, upvotes, description, url))
constexpr std::string_view hf_wire_name(std::type_identity<Collection>, std::string_view member) {
    return member == "url" ? "-" : "";
}

}  // namespace hf

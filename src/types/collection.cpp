#include "types/raw.hpp"

#include <hf/types/collection.hpp>

namespace hf {

void hf_decoded(CollectionItem& item) {
    if (item.item_object_id.empty() && item.item_id.empty()) throw json::DecodeError("member 'id' is missing");
    item.note = json::take<std::optional<std::string>>(item.extra, {"note", "text"});
}

std::string Collection::owner_name() const {
    const json::value* name = owner.is_object() ? owner.get_object().if_contains("name") : &owner;
    return name && name->is_string() ? std::string(name->get_string()) : std::string();
}

void Collection::locate(std::string_view endpoint) { url = std::string(endpoint) + "/collections/" + slug; }

}  // namespace hf

#include "types/raw.hpp"

#include <hf/types/collection.hpp>

namespace hf {

void hf_decoded(CollectionItem& item) {
    if (item.item_object_id.empty() && item.item_id.empty()) throw json::DecodeError("member 'id' is missing");
    item.note = json::take<std::optional<std::string>>(item.extra, {"note", "text"});
}

std::string Collection::owner_name() const {
    return std::string(text_of(owner.is_object() ? find_member(owner, "name") : &owner).value_or(""));
}

void Collection::locate(std::string_view endpoint) { url = std::string(endpoint) + "/collections/" + slug; }

}  // namespace hf

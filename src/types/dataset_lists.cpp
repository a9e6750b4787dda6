#include "types/raw.hpp"

#include <hf/types/dataset_lists.hpp>

namespace hf {

void hf_decoded(DatasetLeaderboardEntry& entry) {
    const json::object author = json::take<json::object>(entry.extra, {"author"});
    if (json::take<std::string>(author, {"type"}) == "org") {
        entry.author = json::take<Organization>(entry.extra, {"author"});
        return;
    }
    // Here accounts have a name, elsewhere they are called user.
    User& user = entry.author.emplace<User>();
    user.username = json::take<std::string>(author, {"name"});
    user.fullname = json::take<std::string>(author, {"fullname"});
    user.avatar_url = json::take<std::string>(author, {"avatarUrl"});
    user.is_pro = json::take<std::optional<bool>>(author, {"isPro"});
    user.extra = author;
}

}  // namespace hf

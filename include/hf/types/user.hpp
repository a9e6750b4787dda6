#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

namespace hf {

/// An account.
struct User {
    std::string avatar_url;
    std::string username;
    std::string fullname;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(User, (), (avatar_url, username, fullname))
constexpr std::string_view hf_wire_name(std::type_identity<User>, std::string_view member) {
    return member == "username" ? "user" : "";
}

constexpr bool hf_is_identity(std::type_identity<User>, std::string_view member) { return member == "username"; }

/// A repository that an account likes.
struct LikedRepo {
    std::string name;  ///< "openai-community/gpt2"
    std::string type;  ///< "model", "dataset" or "space"
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(LikedRepo, (), (name, type))

/// What an account likes, by type.
struct UserLikes {
    std::string user;
    std::int64_t total = 0;
    std::vector<std::string> datasets;
    std::vector<std::string> models;
    std::vector<std::string> spaces;
};
BOOST_DESCRIBE_STRUCT(UserLikes, (), (user, total, datasets, models, spaces))

}  // namespace hf

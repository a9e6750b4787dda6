#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

#include <vector>

namespace hf {

/// A group of accounts. Lists tell less than get_organization_overview.
struct Organization {
    std::string avatar_url;
    std::string name;
    std::string fullname;
    std::optional<std::string> details;
    std::optional<bool> is_verified;
    std::optional<bool> is_following;  ///< the token's account follows it
    std::optional<std::int64_t> num_users;
    std::optional<std::int64_t> num_models;
    std::optional<std::int64_t> num_spaces;
    std::optional<std::int64_t> num_datasets;
    std::optional<std::int64_t> num_followers;
    std::optional<std::int64_t> num_papers;
    std::optional<std::string> plan;  ///< "team", "enterprise", …
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(Organization, (),
                      (avatar_url, name, fullname, details, is_verified, is_following, num_users, num_models,
                       num_spaces, num_datasets, num_followers, num_papers, plan))
constexpr bool hf_is_identity(std::type_identity<Organization>, std::string_view member) { return member == "name"; }

/// An account. Lists tell less than get_user_overview.
struct User {
    std::string avatar_url;
    std::string username;
    std::string fullname;
    std::optional<std::string> details;
    std::optional<bool> is_following;  ///< the token's account follows it
    std::optional<bool> is_pro;
    std::optional<std::int64_t> num_models;
    std::optional<std::int64_t> num_datasets;
    std::optional<std::int64_t> num_spaces;
    std::optional<std::int64_t> num_discussions;
    std::optional<std::int64_t> num_papers;
    std::optional<std::int64_t> num_upvotes;
    std::optional<std::int64_t> num_likes;
    std::optional<std::int64_t> num_following;
    std::optional<std::int64_t> num_followers;
    std::vector<Organization> orgs;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(User, (),
                      (avatar_url, username, fullname, details, is_following, is_pro, num_models, num_datasets,
                       num_spaces, num_discussions, num_papers, num_upvotes, num_likes, num_following, num_followers,
                       orgs))
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
    std::vector<std::string> kernels;
};
BOOST_DESCRIBE_STRUCT(UserLikes, (), (user, total, datasets, models, spaces, kernels))

/// A repository or bucket and the storage that it takes.
struct RepoStorageInfo {
    std::string id;
    std::string type;  ///< "model", "dataset", "space", "kernel" or "bucket"
    std::optional<Timestamp> updated_at;
    std::string visibility;      ///< "public", "private" or "protected"
    std::int64_t storage = 0;    ///< bytes
    double storage_percent = 0;  ///< of what the account may use
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(RepoStorageInfo, (), (id, type, updated_at, visibility, storage, storage_percent))

}  // namespace hf

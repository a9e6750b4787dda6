#pragma once

#include <hf/api/repo_options.hpp>
#include <hf/types/user.hpp>

namespace hf {

struct TokenOptions {
    TokenArg token{};
};

struct ListLikedReposOptions {
    std::string_view user{};  ///< empty: the token's account
    TokenArg token{};
};

/// Accounts and what they like.
class UsersApi {
public:
    explicit UsersApi(Session session) : session_(std::move(session)) {}

    /// The account that the token belongs to, as the Hub describes it: `name`, `orgs`, `auth`, …
    /// Throws LocalTokenNotFoundError without a token, HfHubHTTPError (401) for a wrong one.
    boost::asio::awaitable<json::object> whoami(TokenOptions options = {}) const;

    /// "read" or "write"; nothing without a valid token. Today's fine-grained tokens have other roles.
    boost::asio::awaitable<std::optional<std::string>> get_token_permission(TokenOptions options = {}) const;

    /// Likes a repository. Removed from clients since: an answer that the Hub no longer has it says so.
    boost::asio::awaitable<void> like(std::string_view repo_id, RepoOptions options = {}) const;

    /// Takes a like back; nothing happens where there is none.
    boost::asio::awaitable<void> unlike(std::string_view repo_id, RepoOptions options = {}) const;

    /// The repositories that an account likes. `next()` throws HFValidationError (argument "user") if none is given
    /// and the token belongs to an organization.
    AsyncGenerator<LikedRepo> list_liked_repos(ListLikedReposOptions options = {}) const;

    /// All of them by type, as one object: what the reference's list_liked_repos gives. At most `max_collected`,
    /// then ResponseTooLargeError; otherwise as list_liked_repos.
    boost::asio::awaitable<UserLikes> get_liked_repos(ListLikedReposOptions options = {}) const;

    /// The accounts that like a repository; none: an empty list. `next()` throws RepositoryNotFoundError.
    AsyncGenerator<User> list_repo_likers(std::string_view repo_id, RepoOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

#pragma once

#include <hf/api/repo_options.hpp>
#include <hf/types/user.hpp>

namespace hf {

struct TokenOptions {
    TokenArg token{};
};

struct WhoamiOptions {
    TokenArg token{};
    bool cache = false;  ///< an answer of before, to the same token, is as good; for this session
};

struct ListLikedReposOptions {
    std::string_view user{};  ///< empty: the token's account
    TokenArg token{};
};

struct ListUserReposOptions {
    std::string_view namespace_{};  ///< an organization; empty: the token's account
    TokenArg token{};
};

/// Accounts and what they like.
class UsersApi {
public:
    explicit UsersApi(Session session) : session_(std::move(session)) {}

    /// The account that the token belongs to, as the Hub describes it: `name`, `orgs`, `auth`, …
    /// Throws LocalTokenNotFoundError without a token, HfHubHTTPError (401) for a wrong one.
    boost::asio::awaitable<json::object> whoami(WhoamiOptions options = {}) const;

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

    /// The accounts that like a repository, names and pictures only; none: an empty list. `next()` throws
    /// RepositoryNotFoundError.
    AsyncGenerator<User> list_repo_likers(std::string_view repo_id, RepoOptions options = {}) const;

    /// What an account tells of itself, counts included. Throws HfHubHTTPError (404) where there is none.
    boost::asio::awaitable<User> get_user_overview(std::string_view username, TokenOptions options = {}) const;

    /// The same of an organization.
    boost::asio::awaitable<Organization> get_organization_overview(std::string_view organization,
                                                                   TokenOptions options = {}) const;

    /// The accounts that follow an account, those that it follows, and those that follow or belong to an organization.
    /// `next()` throws HfHubHTTPError (404) where there is none.
    AsyncGenerator<User> list_user_followers(std::string_view username, TokenOptions options = {}) const;
    AsyncGenerator<User> list_user_following(std::string_view username, TokenOptions options = {}) const;
    AsyncGenerator<User> list_organization_followers(std::string_view organization, TokenOptions options = {}) const;
    AsyncGenerator<User> list_organization_members(std::string_view organization, TokenOptions options = {}) const;

    /// The repositories and buckets of the token's account, or of an organization that it administers, with the storage
    /// that each takes.
    AsyncGenerator<RepoStorageInfo> list_user_repos(ListUserReposOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

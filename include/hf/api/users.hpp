#pragma once

#include <hf/api/repo_options.hpp>
#include <hf/types/user.hpp>

#include <boost/describe/class.hpp>

namespace hf {

struct TokenOptions {
    TokenArg token{};
};
BOOST_DESCRIBE_STRUCT(TokenOptions, (), (token))

struct ListLikedReposOptions {
    std::string_view user{};  ///< empty: the token's account
    TokenArg token{};
};
BOOST_DESCRIBE_STRUCT(ListLikedReposOptions, (), (user, token))

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

    boost::asio::awaitable<void> unlike(std::string_view repo_id, RepoOptions options = {}) const;

    /// All repositories that an account likes. Throws HFValidationError (argument "user") if none is given
    /// and the token belongs to an organization.
    boost::asio::awaitable<UserLikes> list_liked_repos(ListLikedReposOptions options = {}) const;

    /// The accounts that like a repository, as many as the Hub tells at once.
    boost::asio::awaitable<std::vector<User>> list_repo_likers(std::string_view repo_id,
                                                               RepoOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

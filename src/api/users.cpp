#include "api/shared_calls.hpp"
#include "session/kept_entries.hpp"
#include "session/lists_in_turn.hpp"

#include <hf/api/users.hpp>

#include <boost/describe/class.hpp>

namespace hf {

static_assert(options_struct<TokenOptions> && options_struct<ListLikedReposOptions> &&
              options_struct<ListUserReposOptions>);

namespace asio = boost::asio;

namespace {

struct AccessToken {
    std::optional<std::string> role;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(AccessToken, (), (role))

struct Auth {
    std::optional<AccessToken> access_token;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(Auth, (), (access_token))

struct Account {
    std::optional<Auth> auth;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(Account, (), (auth))

struct Like {
    LikedRepo repo;
};
BOOST_DESCRIBE_STRUCT(Like, (), (repo))

asio::awaitable<std::optional<std::string>> permission_impl(Session session, Request request) {
    Account account;
    try {
        account = co_await session.call<Account>(std::move(request));
    } catch (const LocalTokenNotFoundError&) {
    } catch (const HfHubHTTPError&) {
    }
    if (!account.auth || !account.auth->access_token) co_return std::nullopt;
    co_return account.auth->access_token->role;
}

AsyncGenerator<LikedRepo> likes_of(const Session& session, std::string_view user, TokenArg token) {
    const auto repo_of = [](const json::value& like) { return json::from_value<Like>(like).repo; };
    return session.list_with<LikedRepo>(get("/api/users/{}/likes", user).token(token), repo_of, all_readable);
}

/// The one list of likes, of an account whose name may have to be asked first.
class Likes {
public:
    Likes(Session session, const ListLikedReposOptions& options)
        : session_(std::move(session)), user_(options.user), token_(options.token) {}

    asio::awaitable<std::optional<AsyncGenerator<LikedRepo>>> operator()() {
        if (opened_) co_return std::nullopt;
        if (user_.empty()) user_ = co_await detail::user_name(session_, token_, "user");
        opened_ = true;
        co_return likes_of(session_, user_, token_.get());
    }

private:
    Session session_;
    std::string user_;
    OwnedToken token_;
    bool opened_ = false;
};

asio::awaitable<UserLikes> likes_impl(Session session, std::string user, OwnedToken token) {
    if (user.empty()) user = co_await detail::user_name(session, token, "user");
    UserLikes out;
    out.user = user;
    auto likes = likes_of(session, user, token.get());
    while (auto repo = co_await likes.next()) {
        require_room_for_entry(static_cast<std::size_t>(out.total));
        ++out.total;
        if (repo->type == "model")
            out.models.push_back(std::move(repo->name));
        else if (repo->type == "dataset")
            out.datasets.push_back(std::move(repo->name));
        else if (repo->type == "space")
            out.spaces.push_back(std::move(repo->name));
        else if (repo->type == "kernel")
            out.kernels.push_back(std::move(repo->name));
    }
    co_return out;
}

}  // namespace

asio::awaitable<json::object> UsersApi::whoami(TokenOptions options) const {
    return session_.call<json::object>(detail::whoami_request(options.token));
}

asio::awaitable<std::optional<std::string>> UsersApi::get_token_permission(TokenOptions options) const {
    return permission_impl(session_, detail::whoami_request(options.token));
}

asio::awaitable<void> UsersApi::like(std::string_view repo_id, RepoOptions options) const {
    return session_.call<void>(
        post("/api/{}/like", Repo::of_any_type(options.repo_type, repo_id)).token(options.token).maybe_gone());
}

asio::awaitable<void> UsersApi::unlike(std::string_view repo_id, RepoOptions options) const {
    return session_.call<void>(del("/api/{}/like", Repo::of_any_type(options.repo_type, repo_id)).token(options.token));
}

AsyncGenerator<LikedRepo> UsersApi::list_liked_repos(ListLikedReposOptions options) const {
    return detail::lists_in_turn<LikedRepo>(Likes(session_, options));
}

asio::awaitable<UserLikes> UsersApi::get_liked_repos(ListLikedReposOptions options) const {
    return likes_impl(session_, std::string(options.user), OwnedToken(options.token));
}

AsyncGenerator<User> UsersApi::list_repo_likers(std::string_view repo_id, RepoOptions options) const {
    return session_.list<User>(
        get("/api/{}/likers", Repo::of_any_type(options.repo_type, repo_id)).token(options.token), all_readable);
}

asio::awaitable<User> UsersApi::get_user_overview(std::string_view username, TokenOptions options) const {
    return session_.call<User>(get("/api/users/{}/overview", segment(username)).token(options.token));
}

asio::awaitable<Organization> UsersApi::get_organization_overview(std::string_view organization,
                                                                  TokenOptions options) const {
    return session_.call<Organization>(
        get("/api/organizations/{}/overview", segment(organization)).token(options.token));
}

AsyncGenerator<User> UsersApi::list_user_followers(std::string_view username, TokenOptions options) const {
    return session_.list<User>(get("/api/users/{}/followers", segment(username)).token(options.token), all_readable);
}

AsyncGenerator<User> UsersApi::list_user_following(std::string_view username, TokenOptions options) const {
    return session_.list<User>(get("/api/users/{}/following", segment(username)).token(options.token), all_readable);
}

AsyncGenerator<User> UsersApi::list_organization_followers(std::string_view organization, TokenOptions options) const {
    return session_.list<User>(get("/api/organizations/{}/followers", segment(organization)).token(options.token),
                               all_readable);
}

AsyncGenerator<User> UsersApi::list_organization_members(std::string_view organization, TokenOptions options) const {
    return session_.list<User>(get("/api/organizations/{}/members", segment(organization)).token(options.token),
                               all_readable);
}

AsyncGenerator<RepoStorageInfo> UsersApi::list_user_repos(ListUserReposOptions options) const {
    Request request = options.namespace_.empty()
                          ? get("/api/settings/repositories")
                          : get("/api/organizations/{}/settings/repositories", segment(options.namespace_));
    return session_.list<RepoStorageInfo>(std::move(request.token(options.token)), all_readable);
}

}  // namespace hf

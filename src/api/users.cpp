#include "api/queries.hpp"
#include "session/kept_entries.hpp"

#include <hf/api/users.hpp>

#include <boost/describe/class.hpp>

namespace hf {

static_assert(options_struct<TokenOptions> && options_struct<ListLikedReposOptions>);

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

struct LikedRepo {
    std::string name;
    std::string type;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(LikedRepo, (), (name, type))

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

constexpr ListOptions all_readable{std::nullopt, {}, true};

asio::awaitable<UserLikes> likes_impl(Session session, std::string user, OwnedToken token) {
    if (user.empty()) user = co_await detail::user_name(session, token, "user");
    UserLikes out;
    out.user = user;
    auto likes = session.list<Like>(get("/api/users/{}/likes", user).token(token.get()), all_readable);
    while (auto like = co_await likes.next()) {
        require_room_for_entry(static_cast<std::size_t>(out.total));
        ++out.total;
        if (like->repo.type == "model")
            out.models.push_back(std::move(like->repo.name));
        else if (like->repo.type == "dataset")
            out.datasets.push_back(std::move(like->repo.name));
        else if (like->repo.type == "space")
            out.spaces.push_back(std::move(like->repo.name));
    }
    co_return out;
}

asio::awaitable<std::vector<User>> all_of(AsyncGenerator<User> users) {
    std::vector<User> out;
    while (auto user = co_await users.next()) out.push_back(std::move(*user));
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

asio::awaitable<UserLikes> UsersApi::list_liked_repos(ListLikedReposOptions options) const {
    return likes_impl(session_, std::string(options.user), OwnedToken(options.token));
}

asio::awaitable<std::vector<User>> UsersApi::list_repo_likers(std::string_view repo_id, RepoOptions options) const {
    Request request = get("/api/{}/likers", Repo::of_any_type(options.repo_type, repo_id)).token(options.token);
    return all_of(session_.list<User>(std::move(request), all_readable));
}

}  // namespace hf

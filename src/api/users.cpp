#include "api/shared_calls.hpp"
#include "session/kept_entries.hpp"
#include "session/lists_in_turn.hpp"
#include "session/services.hpp"

#include <hf/api/users.hpp>
#include <hf/core/hash.hpp>

#include <boost/describe/class.hpp>

#include <map>
#include <mutex>

namespace hf {

static_assert(options_struct<TokenOptions> && options_struct<WhoamiOptions> && options_struct<ListLikedReposOptions> &&
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

/// What whoami said, by which token it was about.
class KnownAccounts {
public:
    std::optional<json::object> find(const std::string& token) {
        const std::lock_guard lock(mutex_);
        const auto it = accounts_.find(token);
        return it == accounts_.end() ? std::nullopt : std::optional(it->second);
    }
    void keep(const std::string& token, const json::object& account) {
        // Servers have tokens of many users.
        constexpr std::size_t most = 1024;
        const std::lock_guard lock(mutex_);
        if (accounts_.size() >= most) accounts_.clear();
        accounts_[token] = account;
    }

private:
    std::mutex mutex_;
    std::map<std::string, json::object> accounts_;
};

asio::awaitable<json::object> whoami_impl(Session session, OwnedToken token, bool cache) {
    const auto known = session.services().use<KnownAccounts>();
    const TokenArg given = token.get();
    // The client's own token and that of the environment may be two accounts.
    std::string key = std::to_string(static_cast<int>(given.kind()));
    if (given.kind() == TokenArg::Kind::text) key += sha256_hex(given.text());
    if (cache) {
        if (auto account = known->find(key)) co_return *std::move(account);
    }
    json::object account = co_await session.call<json::object>(detail::whoami_request(given));
    if (cache) known->keep(key, account);
    co_return account;
}

/// As in 2.4.0, which tells no more of those who like; the rest is in `extra`.
User liker_of(const json::value& answer) {
    User user = json::from_value<User>(answer);
    User out;
    out.username = std::move(user.username);
    out.fullname = std::move(user.fullname);
    out.avatar_url = std::move(user.avatar_url);
    out.extra = json::from_value<json::object>(answer);
    for (const char* name : {"user", "fullname", "avatarUrl"}) out.extra.erase(name);
    return out;
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

asio::awaitable<json::object> UsersApi::whoami(WhoamiOptions options) const {
    if (options.token.kind() == TokenArg::Kind::none && !session_.reference_routes())
        throw_validation("token", "whoami is about a token: it cannot do without");
    return whoami_impl(session_, OwnedToken(options.token), options.cache);
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
    return session_.list_with<User>(
        get("/api/{}/likers", Repo::of_any_type(options.repo_type, repo_id)).token(options.token), &liker_of,
        all_readable);
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

#pragma once

#include <hf/session/session.hpp>

#include <boost/describe/class.hpp>

namespace hf {

struct WhoamiOptions {
    TokenArg token{};
};
BOOST_DESCRIBE_STRUCT(WhoamiOptions, (), (token))

/// Accounts.
class UsersApi {
public:
    explicit UsersApi(Session session) : session_(std::move(session)) {}

    /// The account that the token belongs to, as the Hub describes it: `name`, `orgs`, `auth`, …
    /// Throws LocalTokenNotFoundError without a token, HfHubHTTPError (401) for a wrong one.
    boost::asio::awaitable<json::object> whoami(WhoamiOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

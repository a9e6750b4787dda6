#include <hf/api/users.hpp>

namespace hf {

static_assert(options_struct<WhoamiOptions>);

boost::asio::awaitable<json::object> UsersApi::whoami(WhoamiOptions options) const {
    return session_.call<json::object>(get("/api/whoami-v2").write_token(options.token));
}

}  // namespace hf

#pragma once

#include "api/shared_calls.hpp"

#include <hf/api/jobs.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace hf::detail {

/// A call below a namespace, which may have to be asked for first.
struct JobCall {
    template <class Options>
    JobCall(Session session_, net::Method method_, std::string_view group_, std::string path_, const Options& options)
        : session(std::move(session_)),
          method(method_),
          group(group_),
          path(std::move(path_)),
          namespace_(options.namespace_),
          token(options.token) {}

    JobCall with(json::value content) && {
        body = std::move(content);
        return std::move(*this);
    }

    boost::asio::awaitable<Request> request() {
        if (namespace_.empty()) namespace_ = co_await account_name(session, token);
        Request out(method, "/api/" + group + "/" + path_part(segment(namespace_)) + path);
        if (!body.is_null()) out.json(body);
        co_return std::move(out.token(token.get()));
    }

    Session session;
    net::Method method;
    std::string group;
    std::string path;
    std::string namespace_;
    OwnedToken token;
    json::value body;
};

inline std::string job_path(std::string_view argument, std::string_view id, std::string_view action = {}) {
    require(argument, id);
    return "/" + path_part(segment(id)) + std::string(action);
}

}  // namespace hf::detail

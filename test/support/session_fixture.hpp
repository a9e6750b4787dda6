#pragma once

#include <hf/session/environment.hpp>
#include <hf/session/session.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace hf::test {

/// A context, an empty environment, sessions of https://hub.test on them, and a way to run a coroutine to its end.
struct SessionFixture {
    boost::asio::io_context context;
    Environment environment{[](const std::string&) { return std::optional<std::string>(); }, "/nowhere"};

    static SessionConfig with_token() {
        SessionConfig config;
        config.token = "hf_secret";
        return config;
    }
    Session session_on(std::shared_ptr<net::Transport> transport, std::shared_ptr<Clock> clock,
                       SessionConfig config = with_token()) {
        if (config.endpoint.empty()) config.endpoint = "https://hub.test";
        config.environment = &environment;
        return Session(context.get_executor(), config, std::move(transport), std::move(clock));
    }
    template <class T>
    T run(boost::asio::awaitable<T> operation) {
        auto future = boost::asio::co_spawn(context, std::move(operation), boost::asio::use_future);
        context.restart();
        context.run();
        return future.get();
    }
};

}  // namespace hf::test

#pragma once

#include "pair.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

namespace hf::test {

namespace asio = boost::asio;

/// How a coroutine ended.
enum class End { running, answered, aborted, failed };

/// What a failure means.
inline End end_of(std::exception_ptr failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) return End::aborted;
    } catch (...) {
    }
    return End::failed;
}

/// Starts a GET, or a PUT of `body`, and notes its end.
inline void start_get(asio::any_io_executor executor, std::shared_ptr<net::Transport> transport, std::string url,
                      End& end, asio::cancellation_slot slot = {}, net::Body body = {}) {
    auto get = request(body.empty() ? net::Method::get : net::Method::put, url);
    get.body = std::move(body);
    const auto note = [&end](std::exception_ptr error, const WireAnswer& answer) {
        if (error)
            end = end_of(error);
        else
            end = answer.status == 200 ? End::answered : End::failed;
    };
    asio::co_spawn(executor, fetch(std::move(transport), std::move(get)), asio::bind_cancellation_slot(slot, note));
}

inline net::TransportConfig up_to(std::size_t connections) {
    auto config = Pair::config();
    config.max_connections_per_origin = connections;
    return config;
}

}  // namespace hf::test

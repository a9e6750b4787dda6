#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace hf {

/// Runs `operation` on a strand of the current executor, so that what it starts in parallel may share data
/// without locks. Cancellation is passed on.
template <class T>
boost::asio::awaitable<T> on_strand(boost::asio::awaitable<T> operation) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    auto strand = boost::asio::make_strand(executor);
    if constexpr (std::is_void_v<T>) {
        co_await boost::asio::co_spawn(strand, std::move(operation), boost::asio::use_awaitable);
    } else {
        T result = co_await boost::asio::co_spawn(strand, std::move(operation), boost::asio::use_awaitable);
        co_return result;
    }
}

}  // namespace hf

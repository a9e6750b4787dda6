#pragma once

#include <hf/core/async.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace hf {

/// Runs `operation` on a new strand of `executor` and gives its result here. Cancellation is passed on.
template <class T>
boost::asio::awaitable<T> run_on(boost::asio::any_io_executor executor, boost::asio::awaitable<T> operation) {
    return async(std::move(executor), std::move(operation), boost::asio::use_awaitable);
}

/// The same on the current executor: what `operation` starts in parallel may share data without locks.
template <class T>
boost::asio::awaitable<T> on_strand(boost::asio::awaitable<T> operation) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    auto moved = run_on(executor, std::move(operation));
    if constexpr (std::is_void_v<T>) {
        co_await std::move(moved);
    } else {
        T result = co_await std::move(moved);
        co_return result;
    }
}

}  // namespace hf

#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>

namespace hf {

class Clock;

namespace detail {

/// Awaits `call`, or cancels it after `limit`, waits for its end and throws TimeoutError (argument "deadline").
boost::asio::awaitable<void> end_within(Clock& clock, std::chrono::milliseconds limit,
                                        boost::asio::awaitable<void> call);

template <class T>
boost::asio::awaitable<void> keep_result(std::optional<T>& kept, boost::asio::awaitable<T> call) {
    T result = co_await std::move(call);
    kept.emplace(std::move(result));
}

template <class T>
boost::asio::awaitable<T> result_within(Clock& clock, std::chrono::milliseconds limit, boost::asio::awaitable<T> call) {
    std::optional<T> result;
    auto limited = end_within(clock, limit, keep_result(result, std::move(call)));
    co_await std::move(limited);
    co_return std::move(*result);
}

/// The same with a result; without a limit it is the call itself. `clock` must outlive it.
template <class T>
boost::asio::awaitable<T> within(Clock& clock, std::optional<std::chrono::milliseconds> limit,
                                 boost::asio::awaitable<T> call) {
    if (!limit) return call;
    if constexpr (std::is_void_v<T>)
        return end_within(clock, *limit, std::move(call));
    else
        return result_within(clock, *limit, std::move(call));
}

}  // namespace detail
}  // namespace hf

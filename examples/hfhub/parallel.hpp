#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <vector>

namespace tool {

/// Awaits `f(0)` … `f(n - 1)`, at most `width` at a time. The first exception cancels the others and is
/// thrown. For contexts that run on one thread.
inline boost::asio::awaitable<void> for_each_parallel(std::size_t n, std::size_t width,
                                                      std::function<boost::asio::awaitable<void>(std::size_t)> f) {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    std::size_t next = 0;
    std::exception_ptr first;
    auto worker = [&]() -> asio::awaitable<void> {
        while (!first && next < n) {
            const std::size_t i = next++;
            try {
                co_await f(i);
            } catch (...) {
                if (!first) first = std::current_exception();
                throw;
            }
        }
    };
    using Operation = decltype(asio::co_spawn(executor, worker(), asio::deferred));
    std::vector<Operation> operations;
    for (std::size_t k = 0; k < std::min(n, width); ++k)
        operations.push_back(asio::co_spawn(executor, worker(), asio::deferred));
    if (operations.empty()) co_return;
    auto [order, errors] = co_await asio::experimental::make_parallel_group(std::move(operations))
                               .async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
    if (first) std::rethrow_exception(first);
    for (const auto& error : errors)
        if (error) std::rethrow_exception(error);
}

}  // namespace tool

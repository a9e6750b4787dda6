#pragma once

#include <hf/core/async.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>
#include <vector>

namespace hf {

namespace detail {

/// What runs the strands that `executor` is made of.
inline boost::asio::any_io_executor below_strands(boost::asio::any_io_executor executor) {
    using Strand = boost::asio::strand<boost::asio::any_io_executor>;
    while (const Strand* strand = executor.target<Strand>()) {
        boost::asio::any_io_executor inner = strand->get_inner_executor();
        executor = std::move(inner);
    }
    return executor;
}

// The workers share their state without locks, and parallel_group passes cancellation on from whatever thread the
// first error comes on: all of it on one strand.
template <class F>
boost::asio::awaitable<void> for_each_on_strand(std::size_t n, std::size_t m, F f) {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    const asio::any_io_executor loop = below_strands(executor);
    std::size_t next = 0;
    std::exception_ptr first;
    auto worker = [&]() -> asio::awaitable<void> {
        // A turn of the loop for each beginning: what was posted to a strand meanwhile runs in one.
        co_await asio::post(loop, asio::use_awaitable);
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
    operations.reserve(m);
    for (std::size_t k = 0; k < m; ++k) operations.push_back(asio::co_spawn(executor, worker(), asio::deferred));
    auto [order, errors] = co_await asio::experimental::make_parallel_group(std::move(operations))
                               .async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
    if (first) std::rethrow_exception(first);
    for (const auto& error : errors) {
        if (error) std::rethrow_exception(error);
    }
}

}  // namespace detail

/// Awaits `f(0)` … `f(n - 1)`, at most `m` at a time, started in order. The first error cancels the
/// others, waits for them, and is thrown; so does cancellation. On any executor: the awaitables of `f` run on one
/// strand of it (the current one, if the coroutine is on a strand), so that they may share data without locks.
///
///     std::vector<std::string> paths(names.size());
///     auto fetch = [&](std::size_t i) -> boost::asio::awaitable<void> {
///         paths[i] = co_await api.hf_hub_download("me/model", names[i]);
///     };
///     co_await hf::for_each_bounded(names.size(), 16, fetch);
///
/// What `f` refers to must live until the end.
template <class F>
boost::asio::awaitable<void> for_each_bounded(std::size_t n, std::size_t m, F f) {
    namespace asio = boost::asio;
    static_assert(std::is_trivially_copyable_v<F>, "capture by reference: g++ 12 destroys other captures twice");
    m = std::min(m, n);
    if (m == 0) co_return;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto all = detail::for_each_on_strand(n, m, f);
    if (executor.template target<asio::strand<asio::any_io_executor>>()) {
        co_await std::move(all);
    } else {
        co_await async(executor, std::move(all), asio::use_awaitable);
    }
}

}  // namespace hf

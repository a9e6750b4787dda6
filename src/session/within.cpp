#include "async/on_strand.hpp"

#include <hf/core/error.hpp>
#include <hf/session/session.hpp>
#include <hf/session/within.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hf::detail {
namespace {

namespace asio = boost::asio;

[[noreturn]] void throw_late() {
    ErrorInfo info;
    info.argument = "deadline";
    info.message = "the call did not end within its deadline";
    throw TimeoutError(std::move(info));
}

asio::awaitable<void> race(Clock& clock, std::chrono::milliseconds limit, asio::awaitable<void> call) {
    const auto executor = co_await asio::this_coro::executor;
    // The time first: it runs from before the call begins.
    auto group = asio::experimental::make_parallel_group(asio::co_spawn(executor, clock.sleep(limit), asio::deferred),
                                                         asio::co_spawn(executor, std::move(call), asio::deferred));
    auto [order, interrupted, failure] =
        co_await std::move(group).async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (!failure) co_return;
    // Only a call that was cancelled because of the time has failed because of it.
    if (order[0] == 0 && !interrupted) throw_late();
    std::rethrow_exception(failure);
}

}  // namespace

asio::awaitable<void> end_within(Clock& clock, std::chrono::milliseconds limit, asio::awaitable<void> call) {
    return on_strand(race(clock, limit, std::move(call)));
}

}  // namespace hf::detail

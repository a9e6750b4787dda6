#pragma once

#include <boost/asio/awaitable.hpp>

namespace hf {

/// Lets everything that is ready on this thread have its turn, and goes on in a turn of its own; so do many who give way
/// at once, also on one strand, which would run all that is posted to it in a single turn. Throws
/// system_error(operation_aborted) if the coroutine is cancelled.
boost::asio::awaitable<void> pass_turn();

}  // namespace hf

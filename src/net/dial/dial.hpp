#pragma once

#include "net/pool/transport_state.hpp"

namespace hf::net {

/// Opens a connection for `lease`, which holds a slot: names, TCP, proxy tunnel, TLS, all within the limit
/// `connect`. Throws what Exchange::fail throws, always with `unsent`.
boost::asio::awaitable<void> dial(Lease& lease);

}  // namespace hf::net

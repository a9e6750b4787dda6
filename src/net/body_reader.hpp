#pragma once

#include "chunk_decoder.hpp"
#include "response_head.hpp"
#include "transport_state.hpp"

namespace hf::net {

/// The body of an answer, read from the connection of a lease. The lease ends with the last byte. `reusable`
/// says whether the connection may serve another request then.
std::unique_ptr<ByteSource> read_body(Lease lease, const ResponseHead& head, bool reusable);

}  // namespace hf::net

#pragma once

#include "net/http1/chunk_decoder.hpp"
#include "net/http1/response_head.hpp"
#include "net/pool/transport_state.hpp"

namespace hf::net {

/// The body of an answer, read from the connection of a lease. The lease ends with the last byte. `reusable`
/// says whether the connection may serve another request then.
std::unique_ptr<ByteSource> read_body(Lease lease, const ResponseHead& head, bool reusable);

}  // namespace hf::net

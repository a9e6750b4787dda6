#pragma once

#include "net/http1/inflate.hpp"
#include "net/pool/exchange.hpp"

#include <memory>

namespace hf::net {

/// The body behind a Content-Encoding. Reads `inner` to its end, so that the connection becomes free.
std::unique_ptr<ByteSource> decode_body(std::unique_ptr<ByteSource> inner, Inflater::Encoding encoding,
                                        std::shared_ptr<const Exchange> exchange);

}  // namespace hf::net

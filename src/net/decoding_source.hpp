#pragma once

#include "exchange.hpp"
#include "inflate.hpp"

#include <memory>

namespace hf::net {

/// The body behind a Content-Encoding. Reads `inner` to its end, so that the connection becomes free.
std::unique_ptr<ByteSource> decode_body(std::unique_ptr<ByteSource> inner, Inflater::Encoding encoding,
                                        std::shared_ptr<const Exchange> exchange);

}  // namespace hf::net

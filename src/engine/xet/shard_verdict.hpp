#pragma once

#include <string_view>

namespace hf {

/// Reads to its end what a store says while it looks at a shard: lines of JSON of which the last one is the verdict
/// (specification "Upload protocol", "Progress events"). Returns true if it is accepted and false if it should be sent
/// again. Throws BadRequestError with the store's words if it is refused for good, and InvalidResponseError for what
/// ends without a verdict.
bool read_shard_verdict(std::string_view events);

}  // namespace hf

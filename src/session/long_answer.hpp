#pragma once

#include "async/slice.hpp"

#include <hf/core/json.hpp>

#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace hf {

/// `json::parse` in slices, for answers as long as a repository has files. Without its last pass: numbers too large
/// for a double are infinite here. Throws InvalidResponseError. `storage` must outlive the call: an arena makes freeing
/// the result one step.
boost::asio::awaitable<json::value> parse_in_slices(std::string_view text, boost::json::storage_ptr storage,
                                                    Slice& slice);

}  // namespace hf

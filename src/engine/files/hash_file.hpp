#pragma once

#include "engine/files/content_id.hpp"
#include "engine/files/file.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace hf {

/// Hashes the first `size` bytes of the open file, or all there are, on `worker`; empty: here, in slices that let
/// others run. `file` and `hash` must outlive the call.
boost::asio::awaitable<void> hash_file(const File& file, std::uint64_t size, ContentHash& hash,
                                       boost::asio::any_io_executor worker);

/// What a file hashes to, in the kind of `content`, whose size must be known. As above.
boost::asio::awaitable<std::string> hash_of_file(const File& file, ContentId content,
                                                 boost::asio::any_io_executor worker);

}  // namespace hf

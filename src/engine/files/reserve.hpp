#pragma once

#include "async/slice.hpp"
#include "engine/files/file.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>

namespace hf {

/// Makes sure that `size` bytes fit before they are fetched, in slices: file systems in memory take a quarter of a
/// second for a gigabyte. Throws FileSystemError.
boost::asio::awaitable<void> reserve(const File& file, std::uint64_t size, Slice& slice);

}  // namespace hf

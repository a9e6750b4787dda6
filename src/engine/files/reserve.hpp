#pragma once

#include "async/slice.hpp"
#include "engine/files/file.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>

namespace hf {

/// Makes sure that `size` bytes fit before they are fetched, in slices: some file systems write what they reserve.
/// Throws FileSystemError.
boost::asio::awaitable<void> reserve(const File& file, std::uint64_t size, Slice& slice);

}  // namespace hf

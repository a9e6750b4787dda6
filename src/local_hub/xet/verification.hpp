#pragma once

#include "xet/shard.hpp"
#include "xet/xorb.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace hf::local_hub {

/// What a stored xorb says of its chunks; null: it is not stored.
using XorbIndexPtr = std::shared_ptr<const xet::XorbFooter>;
using FindXorb = std::function<XorbIndexPtr(const xet::Hash&)>;

/// The largest body of a xorb that is accepted: content up to the limit, none of it compressible, and the headers.
inline constexpr std::size_t max_xorb_body = xet::max_xorb_size + xet::max_xorb_chunks * xet::chunk_header_size;

/// Where the content of a chunk begins in that of its xorb; `chunk` may be the number of chunks.
std::uint32_t content_begin(const xet::XorbFooter& xorb, std::uint32_t chunk);
/// The same for its record.
std::uint32_t record_begin(const xet::XorbFooter& xorb, std::uint32_t chunk);

// What clients upload is believed in nothing. Both throw StorageError(invalid) saying what is wrong.

/// Decodes and hashes everything in `body`, which may have a footer of its own.
xet::XorbFooter verified_xorb(xet::Bytes body, const xet::Hash& hash);
/// Xorbs must be stored and listed as they are; files must have verification hashes, consist of stored chunks and hash
/// to their id. What their SHA-256 is only their content tells. Files above `max_file_size` are refused.
xet::Shard verified_shard(xet::Bytes body, const FindXorb& find, std::uint64_t max_file_size);

}  // namespace hf::local_hub

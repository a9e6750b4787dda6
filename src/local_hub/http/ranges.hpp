#pragma once

#include "core/byte_range.hpp"
#include "local_hub/data/file.hpp"
#include "local_hub/http/message.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf::local_hub {

/// Fills `response` with the file, the part that Range asks for (206), or 416; honours If-Range and
/// If-None-Match (304) against the ETag that the response already has.
void serve_ranges(const Request& request, Response& response, std::shared_ptr<const File> file);
/// The same for content in memory.
void serve_ranges(const Request& request, Response& response, std::shared_ptr<const std::string> content);

/// All ranges of a Range field as they stand there, in half-open form; one without an end ends at the largest number.
/// nullopt: something else than ranges of bytes from their begin.
std::optional<std::vector<ByteRange>> byte_ranges(std::string_view field);

/// Fills `response` with pieces of a file, which all lie in it: 206, as multipart/byteranges where they are several.
void serve_pieces(Response& response, const std::shared_ptr<const File>& file, const std::vector<ByteRange>& pieces);

/// The answer to HEAD without the content at hand: Content-Length, or 304.
void serve_head(const Request& request, Response& response, std::uint64_t size);

/// `inline; filename*=UTF-8''...; filename="...";` as the Hub writes it.
std::string content_disposition(std::string_view kind, std::string_view file_name);

}  // namespace hf::local_hub

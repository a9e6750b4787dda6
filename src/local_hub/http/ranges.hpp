#pragma once

#include "local_hub/data/file.hpp"
#include "local_hub/http/message.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hf::local_hub {

/// Fills `response` with the file, the part that Range asks for (206), or 416; honours If-Range and
/// If-None-Match (304) against the ETag that the response already has.
void serve_ranges(const Request& request, Response& response, std::shared_ptr<const File> file);
/// The same for content in memory.
void serve_ranges(const Request& request, Response& response, std::shared_ptr<const std::string> content);

/// The answer to HEAD without the content at hand: Content-Length, or 304.
void serve_head(const Request& request, Response& response, std::uint64_t size);

/// `inline; filename*=UTF-8''...; filename="...";` as the Hub writes it.
std::string content_disposition(std::string_view kind, std::string_view file_name);

}  // namespace hf::local_hub

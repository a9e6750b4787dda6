#include "core/text.hpp"

#include <hf/api/discussions.hpp>
#include <hf/core/error.hpp>
#include <hf/transfer/upload_content.hpp>

#include <algorithm>
#include <array>

namespace hf {

namespace asio = boost::asio;

namespace {

// Those that the Hub takes, as huggingface_hub 2.4.0 lists them.
constexpr std::pair<std::string_view, std::string_view> media_types[] = {
    {".png", "image/png"},   {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"},     {".gif", "image/gif"},
    {".webp", "image/webp"}, {".mp4", "video/mp4"},  {".mov", "video/quicktime"}, {".webm", "video/webm"},
    {".mp3", "audio/mpeg"},  {".wav", "audio/wav"},
};

std::string_view media_type(const std::filesystem::path& path) {
    const std::string suffix = to_lower(path.extension().string());
    const auto* const found = std::ranges::find(media_types, suffix, [](const auto& type) { return type.first; });
    if (found != std::end(media_types)) return found->second;
    std::string known;
    for (const auto& [name, type] : media_types) known.append(known.empty() ? "" : ", ").append(name);
    throw_validation("path", "Cannot upload '" + path.string() + "': the Hub takes " + known);
}

/// A file from its start to its end.
class FileBytes final : public net::ByteSource {
public:
    explicit FileBytes(std::unique_ptr<ContentReader> reader) : reader_(std::move(reader)) {}

    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
        const std::size_t n = reader_->read_at(position_, static_cast<char*>(buffer.data()), buffer.size());
        position_ += n;
        co_return n;
    }

private:
    std::unique_ptr<ContentReader> reader_;
    std::uint64_t position_ = 0;
};

asio::awaitable<std::string> upload_impl(Session session, Request request) {
    const Reply reply = co_await session.send(std::move(request));
    co_return std::string(trim(reply.body, " \t\r\n"));
}

}  // namespace

asio::awaitable<std::string> DiscussionsApi::upload_attachment(const std::filesystem::path& path,
                                                               TokenOptions options) const {
    const std::string type(media_type(path));
    std::error_code failure;
    const std::uint64_t size = std::filesystem::file_size(path, failure);
    if (failure) throw_file_system("cannot read", path.string(), failure);
    const auto source = UploadContent(path).source();
    net::Body body(size, [source] { return std::make_unique<FileBytes>(source->open()); });
    return upload_impl(session_, post("/uploads").body(std::move(body), type).token(options.token));
}

}  // namespace hf

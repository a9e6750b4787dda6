#pragma once

#include "engine/upload/upload_state.hpp"

#include <hf/net/transport.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace hf {

class ProgressSink;

/// Counts the bytes of one piece of an upload, over all attempts to send it.
class SentBytes {
public:
    explicit SentBytes(ProgressSink* progress) : progress_(progress) {}
    void add(std::uint64_t bytes, std::string_view file) { add(bytes, bytes, file); }
    /// `wire` bytes stand for `content` bytes of the file.
    void add(std::uint64_t wire, std::uint64_t content, std::string_view file);
    void take_back();
    /// All of it is there, whether it was sent or not.
    void complete(std::uint64_t content, std::string_view file) { add(0, content - bytes_, file); }

private:
    ProgressSink* progress_;
    std::uint64_t bytes_ = 0;
};

/// The bytes [offset, offset + size) of a hashed content as the body of a PUT. Opened again it starts
/// anew, and what was counted as sent before is taken back. Throws IntegrityError while it is read if the
/// content is shorter or another than it was when it was hashed.
net::Body make_range_body(std::shared_ptr<UploadState> state, std::uint64_t offset, std::uint64_t size,
                          std::shared_ptr<SentBytes> sent);

}  // namespace hf

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hf {

/// A file as the headers of its resolve URL describe it.
class HfFileMetadata {
public:
    HfFileMetadata() = default;

    std::optional<std::string> commit_hash;
    /// Without quotes: git-blob SHA-1 of a regular file, SHA-256 of an LFS file.
    std::optional<std::string> etag;
    std::string location;  ///< where the content is: the URL itself after renames, or signed storage
    std::optional<std::uint64_t> size;
    std::optional<std::string> xet_hash;  ///< its id, if it is in Xet storage: 64 hexadecimal digits

    bool operator==(const HfFileMetadata&) const = default;
};

}  // namespace hf

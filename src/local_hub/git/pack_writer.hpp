#pragma once

#include "local_hub/data/file.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace hf::local_hub {

/// Streams blobs into a git pack file (format version 2) and writes its index. libgit2 can only build
/// packs from objects that it already stores or holds in memory, which would double the work of a
/// commit with tens of thousands of files.
class PackWriter {
public:
    /// `folder` is the repository's objects/pack.
    PackWriter(std::filesystem::path folder, int compression);
    ~PackWriter();  ///< removes the pack if it was not finished
    PackWriter(const PackWriter&) = delete;
    PackWriter& operator=(const PackWriter&) = delete;

    std::string add_blob(std::string_view content);  ///< returns the id in hex
    /// Makes the pack part of the repository.
    void finish();

private:
    struct Object {
        std::string id;  ///< raw
        std::uint32_t crc;
        std::uint64_t offset;
    };
    void append(const void* data, std::size_t size);
    void flush();
    std::string write_trailer();
    void write_index(const std::string& path, const std::string& pack_hash);

    std::filesystem::path folder_;
    std::string temporary_;
    int compression_;
    File file_;
    std::string buffer_;
    std::uint64_t written_ = 0;
    std::vector<Object> objects_;
    std::unordered_set<std::string> known_;
    std::vector<unsigned char> deflated_;
    bool finished_ = false;
};

}  // namespace hf::local_hub

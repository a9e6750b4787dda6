#pragma once

#include "async/slice.hpp"
#include "engine/files/file.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// Reads a text of lines a block at a time: what was kept of many files is long.
class LineReader {
public:
    /// A line that is longer is none of ours: paths have 4,096 bytes, each escaped by three at most.
    static constexpr std::size_t longest_line = 64u << 10;

    /// Of the regular file `path` below the root of `tree`; without lines, not whole, if there is none. Throws
    /// FileSystemError, UnsafePathError.
    LineReader(FolderTree& tree, const std::string& path);

    /// The next line, without its end; valid until the next call. nullopt where no more whole line follows. Throws
    /// FileSystemError.
    std::optional<std::string_view> next();
    /// After the last line: nothing followed it, and there was one.
    bool is_whole() const noexcept { return whole_; }
    std::uint64_t size() const noexcept { return size_; }  ///< of the file, as far as it is read: see `longest_text`

private:
    bool read_block();

    File file_;
    std::uint64_t size_ = 0, offset_ = 0;
    std::string block_;
    std::size_t used_ = 0;
    bool whole_ = false;
};

/// Writes a text a block at a time, beside the one that it is to replace.
class TextWriter {
public:
    /// `path` below the root of `tree`. Throws FileSystemError, UnsafePathError; so do all members.
    TextWriter(FolderTree& tree, const std::string& path);

    void append(std::string_view text);
    /// Puts it into place. Without it nothing has changed.
    void finish();

private:
    void flush();

    File folder_;
    std::string name_;
    TemporaryName temporary_;
    File file_;
    std::string block_;
    std::uint64_t offset_ = 0;
};

/// FolderTree::read_text of a long text.
boost::asio::awaitable<std::optional<std::string>> read_text_in_slices(FolderTree& tree, const std::string& path,
                                                                       Slice& slice);

}  // namespace hf

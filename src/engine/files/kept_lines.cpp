#include "engine/files/kept_lines.hpp"

#include <algorithm>
#include <utility>

namespace hf {

namespace {

constexpr std::size_t block_size = 64u << 10;

/// The folder that `path` is in, made if it is missing, to be kept open.
File folder_of_text(FolderTree& tree, const std::string& path) {
    const auto [folder, name] = tree.parent(path);
    return File::duplicate(folder, tree.full_path(path));
}

/// An empty File if there is no regular file.
File open_text(FolderTree& tree, const std::string& path) {
    const auto [folder, name] = tree.existing_parent(path);
    if (folder < 0) return File();
    return File::try_open_regular_at(folder, name.c_str(), tree.full_path(path));
}

}  // namespace

LineReader::LineReader(FolderTree& tree, const std::string& path) : file_(open_text(tree, path)) {
    if (file_) size_ = std::min<std::uint64_t>(file_.size(), longest_text);
}

std::optional<std::string_view> LineReader::next() {
    for (;;) {
        const auto end = block_.find('\n', used_);
        if (end != block_.npos) {
            const std::string_view line = std::string_view(block_).substr(used_, end - used_);
            used_ = end + 1;
            whole_ = used_ == block_.size() && offset_ >= size_;
            return line;
        }
        if (block_.size() - used_ > longest_line || !read_block()) {
            whole_ = whole_ && used_ == block_.size();
            return std::nullopt;
        }
    }
}

bool LineReader::read_block() {
    if (!file_ || offset_ >= size_) return false;
    block_.erase(0, std::exchange(used_, 0));
    const std::size_t kept = block_.size();
    block_.resize(kept + block_size);
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(block_size, size_ - offset_));
    const std::size_t got = file_.read_at(block_.data() + kept, want, offset_);
    block_.resize(kept + got);
    // A file that has become shorter is at its end, and not whole.
    offset_ = got == 0 ? size_ : offset_ + got;
    whole_ = false;
    return got > 0;
}

TextWriter::TextWriter(FolderTree& tree, const std::string& path)
    : folder_(folder_of_text(tree, path)),
      name_(path.substr(path.find_last_of('/') + 1)),
      temporary_(folder_.fd(), tree.full_path(path)),
      file_(temporary_.create()) {}

void TextWriter::append(std::string_view text) {
    block_ += text;
    if (block_.size() >= block_size) flush();
}

void TextWriter::flush() {
    file_.write_at(block_.data(), block_.size(), offset_);
    offset_ += block_.size();
    block_.clear();
}

void TextWriter::finish() {
    flush();
    file_.close();
    temporary_.move_to(name_);
}

boost::asio::awaitable<std::optional<std::string>> read_text_in_slices(FolderTree& tree, const std::string& path,
                                                                       Slice& slice) {
    const File file = open_text(tree, path);
    if (!file) co_return std::nullopt;
    std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), longest_text)), '\0');
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t got = file.read_at(text.data() + at, std::min(block_size, text.size() - at), at);
        if (got == 0) text.resize(at);
        at += got;
        if (slice.is_over()) co_await slice.pause();
    }
    co_return text;
}

}  // namespace hf

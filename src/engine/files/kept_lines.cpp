#include "engine/files/kept_lines.hpp"

#include <cerrno>
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
    // Not waiting for what turns out to be a FIFO.
    File file = File::adopt(::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK), tree.full_path(path));
    if (!file && (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)) return File();
    if (!file) throw_errno("cannot open", file.path());
    struct stat info {};
    if (::fstat(file.fd(), &info) != 0) throw_errno("cannot examine", file.path());
    if (!S_ISREG(info.st_mode)) return File();
    return file;
}

}  // namespace

LineReader::LineReader(FolderTree& tree, const std::string& path) : file_(open_text(tree, path)) {
    if (file_) size_ = file_.size();
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
    const std::size_t got = file_.read_at(block_.data() + kept, block_size, offset_);
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
    std::string text;
    text.reserve(static_cast<std::size_t>(file.size()));
    for (;;) {
        const std::size_t at = text.size();
        text.resize(at + block_size);
        text.resize(at + file.read_at(text.data() + at, block_size, at));
        if (text.size() < at + block_size) break;
        if (slice.is_over()) co_await slice.pause();
    }
    co_return text;
}

}  // namespace hf

#pragma once

#include "core/path_layout.hpp"
#include "xet/hash.hpp"

#include <hf/core/error.hpp>
#include <hf/core/json.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// A file of a commit, as far as fetching it needs.
class SnapshotFile {
public:
    SnapshotFile(std::string path, std::string etag, std::uint64_t size, bool lfs)
        : path(std::move(path)), etag(std::move(etag)), size(size), lfs(lfs) {}

    std::string path;
    std::string etag;  ///< git-blob SHA-1, or SHA-256 of an LFS file: always a hash
    std::uint64_t size;
    bool lfs;
    std::optional<xet::Hash> xet;  ///< the id in Xet storage of an LFS file that is there

    bool operator==(const SnapshotFile&) const = default;
};

/// What a server says of one file: either all that fetching needs, or why it cannot be fetched. Neither for a
/// folder.
class ListedFile {
public:
    ListedFile() = default;
    ListedFile(SnapshotFile file) : file(std::move(file)) {}
    ListedFile(std::string path, std::string_view problem);

    std::optional<SnapshotFile> file;
    std::optional<FileFailure> odd;
};

/// An entry of /tree, and an element of `siblings` as ?blobs=true gives it. Never throw: an entry that lacks its
/// name, a size or a usable hash is odd. The path is not checked.
ListedFile read_tree_entry(const json::value& entry);
ListedFile read_sibling(const json::value& sibling);

/// All files of one commit.
class SnapshotListing {
public:
    explicit SnapshotListing(std::string commit) : commit(std::move(commit)) {}

    std::string commit;
    std::deque<SnapshotFile> files;  ///< they do not move
    std::vector<FileFailure> odd;    ///< files that are listed, but cannot be fetched for what their entry lacks

    /// Throws UnsafePathError if the file, odd or not, would leave its folder.
    void add(ListedFile entry);

    /// As a text: a head, then a line per file, each with its end. `odd` is left out: such a listing must not be kept.
    std::string head() const;
    static void append_line(std::string& text, const SnapshotFile& file);
    std::string to_text() const;
    /// The same in one. nullopt for what is no such text.
    static std::optional<SnapshotListing> parse(std::string_view text);
};

/// Reads the text of a listing line by line.
class ListingReader {
public:
    /// `size`: of the text. A head that promises more files than fit into it is refused.
    explicit ListingReader(std::uint64_t size) : size_(size) {}

    /// The next line without its end. False: this is no such listing, is not whole, or has what no server may send:
    /// unsafe paths, what is no hash or size, a path twice, a file that is a folder as well. Texts of older versions
    /// are not read: a kept listing only saves requests.
    bool add(std::string_view line);
    /// What was read, if that is all. The layout refers to it.
    std::optional<SnapshotListing> finish();

    const std::string& commit() const noexcept { return listing_.commit; }  ///< after the first line
    PathLayout& layout() noexcept { return layout_; }

private:
    bool begin(std::string_view head);

    std::uint64_t size_;
    SnapshotListing listing_{std::string()};
    std::optional<std::uint64_t> count_;  // after the first line
    PathLayout layout_;
};

/// Throws FileSystemError naming the files that a file system cannot hold: names of more than 255 bytes, a file
/// beside a folder of the same name. InvalidResponseError for a path that is listed twice.
void require_layout(const PathLayout& files);

}  // namespace hf

#pragma once

#include "transfer/owned_token.hpp"

#include <hf/session/session.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
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
    std::string etag;  ///< git-blob SHA-1, or SHA-256 of an LFS file
    std::uint64_t size;
    bool lfs;

    bool operator==(const SnapshotFile&) const = default;
};

/// All files of one commit.
class SnapshotListing {
public:
    explicit SnapshotListing(std::string commit) : commit(std::move(commit)) {}

    std::string commit;
    std::vector<SnapshotFile> files;

    /// As a text, one line per file, and back. nullopt for a text that is no such listing, or not whole.
    std::string to_text() const;
    static std::optional<SnapshotListing> parse(std::string_view text);
};

/// The commit that `revision` is now, and with `siblings` the names of its files. One request. Throws
/// InvalidResponseError for an answer without a commit.
class SnapshotHead {
public:
    SnapshotHead() {}

    std::string commit;
    std::vector<std::string> siblings;
};
boost::asio::awaitable<SnapshotHead> ask_head(Session session, Repo repo, std::string revision, OwnedToken token,
                                              bool siblings);

/// The files of a commit: of the listing kept on this machine if it is of this commit, else from the Hub,
/// which costs a request per thousand files.
boost::asio::awaitable<SnapshotListing> list_snapshot(Session session, Repo repo, std::string commit, OwnedToken token);

/// Throws UnsafePathError if any file would leave its folder.
void require_safe_paths(const SnapshotListing& listing);

/// Where hfhub keeps what it knows of a repository besides the shared cache: HF_HOME/hfhub/<kind>/<hash>.
std::string state_file(const Session& session, const Repo& repo, std::string_view kind, std::string_view more = {});

}  // namespace hf

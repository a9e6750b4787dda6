#pragma once

#include "async/slice.hpp"
#include "engine/transfer_call.hpp"
#include "workflow/snapshot_files.hpp"

#include <hf/session/session.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// What the Hub says of a revision.
class SnapshotHead {
public:
    SnapshotHead() {}

    std::string commit;                 ///< 40 lower-case hexadecimal digits
    bool lists_siblings = false;        ///< the answer has a list of names, perhaps an empty one
    std::vector<std::string> siblings;  ///< the names of all files; not checked
};
/// The commit that the revision of `call` is now, and the names of its files if the server tells them. One request.
/// Throws InvalidResponseError for an answer without the hash of a commit and, where `siblings` are needed, without a
/// whole list of them. All of these take as many steps as there are files, in slices.
boost::asio::awaitable<SnapshotHead> ask_head(std::shared_ptr<const TransferCall> call, bool siblings, Slice& slice);

/// The files of a commit: of the listing kept on this machine if it is of this commit and not to be asked for
/// `anew`, else from the Hub, which costs a request per thousand files. Of a server without /tree the names are
/// taken from its siblings, sizes and hashes too or else from a HEAD per file. Throws UnsafePathError if any name
/// would leave its folder, InvalidResponseError if the server knows no hashes at all.
boost::asio::awaitable<SnapshotListing> list_snapshot(std::shared_ptr<const TransferCall> call, std::string commit,
                                                      bool anew, Slice& slice);

/// The files that the server's answer to the revision names, and its listing lacks: one of both is wrong.
boost::asio::awaitable<std::vector<FileFailure>> find_lacking(const SnapshotHead& head, const SnapshotListing& listing,
                                                              Slice& slice);
/// The same as list_snapshot, but a kept listing that lacks files is asked for anew.
boost::asio::awaitable<SnapshotListing> list_whole_snapshot(std::shared_ptr<const TransferCall> call,
                                                            const SnapshotHead& head, bool anew, Slice& slice);

/// Where hfhub keeps what it knows of a repository besides the shared cache: HF_HOME/hfhub/<kind>/<hash>.
std::string state_file(const Session& session, const Repo& repo, std::string_view kind, std::string_view more = {});

}  // namespace hf

#pragma once

#include "async/slice.hpp"

#include <hf/net/transport.hpp>
#include <hf/transfer/commit_operation.hpp>

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hf {

class SentBytes;

/// SHA-256 of the LFS files that a commit copies, by path and (if given) source revision.
using FilesToCopy = std::map<std::pair<std::string, std::optional<std::string>>, std::string>;

/// The body of a commit: newline-delimited JSON, a header and one line per operation. Regular files are
/// read and encoded while the body is sent; nothing of their content is kept.
class CommitPayload {
public:
    /// The additions are hashed. Those that .gitignore keeps out are left out.
    CommitPayload(std::string summary, std::string description, std::string parent_commit,
                  std::vector<CommitOperation> operations, FilesToCopy files_to_copy);

    /// Of known size. May be opened again, as a redirect demands. Reading it throws IntegrityError for a
    /// file that changed since it was hashed.
    boost::asio::awaitable<net::Body> body(std::shared_ptr<SentBytes> sent, Slice& slice) const;

    /// When no body is read any more.
    std::vector<CommitOperation> take_operations();

    struct Content;

private:
    std::shared_ptr<Content> content_;
};

}  // namespace hf

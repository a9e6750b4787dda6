#pragma once

#include <hf/net/transport.hpp>
#include <hf/transfer/commit_operation.hpp>

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
    CommitPayload(std::string summary, std::string description, std::string parent_commit,
                  std::vector<CommitOperation> operations, FilesToCopy files_to_copy);

    /// Of known size. May be opened again, as a redirect demands. Reading it throws IntegrityError for a
    /// file that changed since it was hashed.
    net::Body body(std::shared_ptr<SentBytes> sent) const;

    struct Content;

private:
    std::shared_ptr<const Content> content_;
};

}  // namespace hf

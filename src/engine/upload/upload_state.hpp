#pragma once

#include <hf/transfer/commit_operation.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// What the handles of one CommitOperationAdd share. Changed by one call at a time.
struct UploadState {
    UploadState(std::string path_in_repo, UploadContent content)
        : path_in_repo(std::move(path_in_repo)), content(std::move(content)) {}

    std::string path_in_repo;
    UploadContent content;
    std::optional<UploadInfo> info;  ///< its sha256 is empty until somebody wants it: see hash_contents
    std::uint64_t version = 0;       ///< of the content when `info` was made
    std::optional<UploadMode> mode;
    std::optional<bool> should_ignore;
    std::string remote_oid;  ///< of the file that the revision has there: SHA-256 if LFS, else that of the git blob
    bool contested = false;  ///< another operation of the commit concerns its path
    bool unchanged = false;  ///< the revision has this very content, so that it can be left out
    bool expected = false;   ///< counted in the progress of a call
    bool uploaded = false;
    bool committed = false;

    bool is_hashed() const noexcept { return info && !info->sha256.empty(); }
    /// The local path if there is one, else the path in the repository: for messages.
    std::string shown_name() const;
};

/// Fills in `info` without `sha256`: reads the begin of the content alone. Blocks. Throws FileSystemError.
void describe(UploadState& state);

/// Adds what the revision has already; adds what .gitignore keeps out. As far as the Hub was asked.
bool is_unchanged(const CommitOperation& operation) noexcept;
bool is_ignored(const CommitOperation& operation) noexcept;

/// Fills in what `info` lacks of a content, which it reads once, in steps.
class ContentHasher {
public:
    /// Describes the content first if nobody did.
    explicit ContentHasher(UploadState& state);
    ~ContentHasher();
    /// Reads up to `size` bytes into `buffer`; false at the end, when `info` is whole. Throws IntegrityError if the
    /// content is not what was described.
    bool step(char* buffer, std::size_t size);

private:
    struct Hash;
    UploadState& state_;
    std::unique_ptr<ContentReader> reader_;
    std::unique_ptr<Hash> hash_;
    std::uint64_t at_ = 0;
};

/// Throws IntegrityError: the content of `name` is not what it was when it was hashed.
[[noreturn]] void throw_changed(const std::string& name);

}  // namespace hf

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
    std::optional<UploadInfo> info;
    std::uint64_t version = 0;  ///< of the content when it was hashed
    std::optional<UploadMode> mode;
    std::optional<bool> should_ignore;
    std::string remote_oid;  ///< of the file that the revision has there: SHA-256 if LFS, else that of the git blob
    bool contested = false;  ///< another operation of the commit concerns its path
    bool unchanged = false;  ///< the revision has this very content, so that it can be left out
    bool expected = false;   ///< counted in the progress of a call
    bool uploaded = false;
    bool committed = false;

    /// The local path if there is one, else the path in the repository: for messages.
    std::string shown_name() const;
};

/// Adds what the revision has already; adds what .gitignore keeps out. As far as the Hub was asked.
bool is_unchanged(const CommitOperation& operation) noexcept;
bool is_ignored(const CommitOperation& operation) noexcept;

/// Reads a content once, in steps, and hashes it.
class ContentHasher {
public:
    explicit ContentHasher(const ContentSource& content);
    ~ContentHasher();
    /// Reads up to `size` bytes into `buffer`; false at the end.
    bool step(char* buffer, std::size_t size);
    UploadInfo finish();
    std::uint64_t version() const noexcept { return version_; }

private:
    struct Hash;
    std::unique_ptr<ContentReader> reader_;
    std::unique_ptr<Hash> hash_;
    UploadInfo info_;
    std::uint64_t version_;
};

/// Throws IntegrityError: the content of `name` is not what it was when it was hashed.
[[noreturn]] void throw_changed(const std::string& name);

}  // namespace hf

#pragma once

#include <hf/core/text_arg.hpp>
#include <hf/transfer/upload_content.hpp>

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hf {

/// How a file enters a commit. The Hub decides, by size, name and content.
enum class UploadMode { regular, lfs };

/// What the Hub wants to know of a file before it is uploaded.
struct UploadInfo {
    std::string sha256;  ///< lower-case hexadecimal
    std::uint64_t size = 0;
    std::string sample;  ///< the first 512 bytes
};

struct UploadState;

/// Adds or replaces a file. A handle: copies share content and state, so that the caller sees what
/// became of an operation that was passed to a call. Do not use the same one in two commits, nor in two
/// calls at a time.
///
///     hf::CommitOperationAdd weights("model.safetensors", "out/model.safetensors");
///     hf::CommitOperationAdd card("README.md", hf::UploadContent::from_bytes(text));
class CommitOperationAdd {
public:
    /// Throws HFValidationError (argument "path_in_repo").
    CommitOperationAdd(std::string_view path_in_repo, UploadContent path_or_fileobj);

    const std::string& path_in_repo() const noexcept;
    const UploadContent& content() const noexcept;
    std::uint64_t size() const;

    /// Size, hash and sample. Reads the content if that was not done yet, which blocks; the calls of the
    /// API do the same without blocking and keep the result here.
    const UploadInfo& upload_info() const;

    std::optional<UploadMode> upload_mode() const noexcept;  ///< empty before the Hub was asked
    std::optional<bool> should_ignore() const noexcept;      ///< .gitignore keeps it out; empty as above
    bool is_uploaded() const noexcept;                       ///< its LFS object is stored
    bool is_committed() const noexcept;                      ///< it cannot be used again

    /// The content as a seekable stream of its own, from the start.
    std::unique_ptr<std::istream> as_file() const;
    /// The whole content in base64. Blocks, and takes memory for all of it.
    std::string b64content() const;

    UploadState& state() const noexcept { return *state_; }  ///< of the library

private:
    std::shared_ptr<UploadState> state_;
};

/// Removes a file or a folder.
class CommitOperationDelete {
public:
    /// A path that ends in '/' is a folder. Throws HFValidationError (argument "path_in_repo").
    explicit CommitOperationDelete(std::string_view path_in_repo);
    CommitOperationDelete(std::string_view path_in_repo, bool is_folder);

    const std::string& path_in_repo() const noexcept { return path_in_repo_; }
    bool is_folder() const noexcept { return is_folder_; }

private:
    std::string path_in_repo_;
    bool is_folder_;
};

/// Copies a file within the repository; if it is LFS, without moving its bytes.
class CommitOperationCopy {
public:
    /// Without `src_revision` the source is looked up in the revision that is committed to. Throws
    /// HFValidationError (arguments "src_path_in_repo", "path_in_repo").
    CommitOperationCopy(std::string_view src_path_in_repo, std::string_view path_in_repo,
                        TextArg src_revision = TextArg());

    const std::string& src_path_in_repo() const noexcept { return src_path_in_repo_; }
    const std::string& path_in_repo() const noexcept { return path_in_repo_; }
    const std::optional<std::string>& src_revision() const noexcept { return src_revision_; }

private:
    std::string src_path_in_repo_;
    std::string path_in_repo_;
    std::optional<std::string> src_revision_;
};

using CommitOperation = std::variant<CommitOperationAdd, CommitOperationDelete, CommitOperationCopy>;

const std::string& path_in_repo(const CommitOperation& operation) noexcept;

/// What will surprise the author of a commit: a path added twice, or added and deleted again. Empty if
/// nothing does. The Hub applies the operations in order.
std::vector<std::string> overwriting_operations(const std::vector<CommitOperation>& operations);

}  // namespace hf

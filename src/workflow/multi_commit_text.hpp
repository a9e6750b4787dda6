#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// What other clients read back from a pull request that is made of several commits: the identifiers of its
/// steps and the wording of its title, description and comments. Both are the reference's to the letter.

/// One commit of a multi-commit, known by an id that depends on its operations only.
class MultiCommitStep {
public:
    MultiCommitStep() = default;

    /// `sha256` in hexadecimal. Throws HFValidationError if it is none.
    void add(std::string_view path_in_repo, std::string_view sha256, std::uint64_t size);
    void remove(std::string_view path_in_repo, bool is_folder);

    bool empty() const noexcept { return additions_ + files_ + folders_ == 0; }
    std::string id() const;    ///< throws HFValidationError for a step without operations
    std::string line() const;  ///< "- [ ] Upload 2 file(s) totalling 1.5K (<id>)"

    bool completed = false;

private:
    std::string hashed_;
    std::uint64_t additions_ = 0, files_ = 0, folders_ = 0, bytes_ = 0;
};

/// All steps, in the order of their lists; deletions are shown and executed first.
class MultiCommitStrategy {
public:
    /// Throws HFValidationError for steps without operations, equal steps, or no steps.
    MultiCommitStrategy(std::vector<MultiCommitStep> additions, std::vector<MultiCommitStep> deletions);

    const std::string& id() const noexcept { return id_; }
    std::vector<MultiCommitStep> additions;
    std::vector<MultiCommitStep> deletions;

    std::string title(std::string_view commit_message) const;
    std::string description(std::string_view commit_message, std::string_view commit_description) const;

private:
    std::string id_;
};

/// The ids of the steps that a description lists, sorted, none twice.
std::vector<std::string> parse_multi_commit_description(std::string_view description);

/// Bytes as people read them: "999.0", "1.5K", "2.5M"; thousands, not 1024.
std::string format_size(std::uint64_t size);

extern const std::string_view multi_commit_completion_comment;
extern const std::string_view multi_commit_merge_comment;
extern const std::string_view multi_commit_no_changes_comment;
std::string multi_commit_bad_request_comment(std::string_view error_message);

}  // namespace hf

#pragma once

#include <hf/core/constants.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// The type itself, "model" for an empty one. Throws HFValidationError for anything but "model",
/// "dataset" and "space".
std::string_view validate_repo_type(std::string_view repo_type, std::string_view argument = "repo_type");

/// Throws HFValidationError unless `repo_id` is "name" or "namespace/name" with names the Hub can have.
void validate_repo_id(std::string_view repo_id, std::string_view argument = "repo_id");

/// Throws HFValidationError where a part of `path` between '/' or '\' is "." or "..": proxies and servers resolve
/// these, some of them behind the percent-encoding, and see another endpoint than the one that is called.
void require_no_dot_segments(std::string_view path, std::string_view argument);

/// What URLs put before the id: "", "datasets/" or "spaces/". `repo_type` must be valid.
std::string_view repo_url_prefix(std::string_view repo_type) noexcept;

/// Address of a file: "https://huggingface.co/datasets/squad/resolve/refs%2Fpr%2F1/data/train.csv".
/// An empty `repo_type` means model, an empty `revision` main. Throws HFValidationError.
std::string hf_hub_url(std::string_view endpoint, std::string_view repo_type, std::string_view repo_id,
                       std::string_view revision, std::string_view filename, std::string_view subfolder = {});

/// A full commit id: 40 lower-case hexadecimal digits.
bool is_commit_hash(std::string_view text) noexcept;

/// What is accepted as `parent_commit`: 5 to 40 hexadecimal digits, either case.
bool is_commit_oid(std::string_view text) noexcept;

/// The address of a repository, taken apart.
class RepoUrl {
public:
    RepoUrl() = default;

    /// Accepts what the reference accepts: "https://huggingface.co/datasets/squad", "hf://user/repo",
    /// "datasets/user/repo", "user/repo", "repo". Throws HFValidationError (argument "url").
    explicit RepoUrl(std::string_view url, std::string_view endpoint = default_endpoint);

    std::string endpoint;
    std::optional<std::string> namespace_;  ///< empty for canonical repositories such as "gpt2"
    std::string repo_name;
    std::string repo_id;
    std::string repo_type;
    std::string url;  ///< the text this was made from

    bool operator==(const RepoUrl&) const = default;
};

}  // namespace hf

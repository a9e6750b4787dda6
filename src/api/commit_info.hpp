#pragma once

#include <hf/api/commits.hpp>
#include <hf/core/json.hpp>

#include <optional>
#include <string>

namespace hf {

/// `pr_url` is that of a discussion, such as "https://huggingface.co/bigscience/bloom/discussions/2"; of anything
/// else throws InvalidResponseError.
CommitInfo make_commit_info(std::string message, std::string description, std::string oid, std::string url,
                            std::optional<std::string> pr_url);

/// From the Hub's answer to a commit, which names a pull request if it was to make one; a commit without address is
/// at `repo_url`. Throws InvalidResponseError.
CommitInfo read_commit_info(std::string message, std::string description, const json::value& answer, bool create_pr,
                            std::string_view repo_url);

}  // namespace hf

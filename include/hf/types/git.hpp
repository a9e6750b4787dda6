#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

namespace hf {

/// A branch, tag or pull request of a repository.
struct GitRefInfo {
    std::string name;           ///< "main"
    std::string ref;            ///< "refs/heads/main"
    std::string target_commit;  ///< full commit id
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(GitRefInfo, (), (name, ref, target_commit))

/// All references of a repository.
struct GitRefs {
    std::vector<GitRefInfo> branches;
    std::vector<GitRefInfo> converts;  ///< made by the Hub, such as "refs/convert/parquet"
    std::vector<GitRefInfo> tags;
    std::optional<std::vector<GitRefInfo>> pull_requests;  ///< only if asked for
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(GitRefs, (), (branches, converts, tags, pull_requests))

/// A commit of a repository's history.
struct GitCommitInfo {
    std::string commit_id;
    std::vector<std::string> authors;  ///< names of accounts; those without one are in `raw`
    Timestamp created_at{};
    std::string title;
    std::string message;
    std::optional<std::string> formatted_title;    ///< HTML, if asked for
    std::optional<std::string> formatted_message;  ///< HTML, if asked for
    json::object raw;                              ///< the answer, with the authors' avatars
};
BOOST_DESCRIBE_STRUCT(GitCommitInfo, (),
                      (commit_id, authors, created_at, title, message, formatted_title, formatted_message))

namespace json {
/// The Hub nests what GitCommitInfo has side by side; written is `raw`.
template <>
struct Codec<GitCommitInfo> {
    static GitCommitInfo from(const value& json);
    static value to(const GitCommitInfo& commit) { return commit.raw; }
};
}  // namespace json

}  // namespace hf

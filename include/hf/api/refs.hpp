#pragma once

#include <hf/api/repo_options.hpp>
#include <hf/types/git.hpp>

namespace hf {

struct ListRepoRefsOptions {
    std::string_view repo_type{};  ///< "model" (default), "dataset" or "space"
    bool include_pull_requests = false;
    TokenArg token{};
};

struct ListRepoCommitsOptions {
    std::string_view repo_type{};
    TokenArg token{};
    std::string_view revision{};  ///< empty: main
    bool formatted = false;       ///< with title and message as HTML
    std::optional<std::int64_t> limit{};
    std::string_view cursor{};  ///< continue where an earlier generator's `cursor()` stood
};

struct CreateBranchOptions {
    std::string_view branch{};    ///< required
    std::string_view revision{};  ///< where it starts; empty: the head of main
    TokenArg token{};
    std::string_view repo_type{};
    bool exist_ok = false;  ///< no error if there is such a branch, wherever it stands
};

struct DeleteBranchOptions {
    std::string_view branch{};  ///< required
    TokenArg token{};
    std::string_view repo_type{};
};

struct CreateTagOptions {
    std::string_view tag{};  ///< required
    TextArg tag_message{};
    std::string_view revision{};  ///< what is tagged; empty: the head of main
    TokenArg token{};
    std::string_view repo_type{};
    bool exist_ok = false;  ///< no error if there is such a tag, wherever it stands
};

struct DeleteTagOptions {
    std::string_view tag{};  ///< required
    TokenArg token{};
    std::string_view repo_type{};
};

struct SuperSquashHistoryOptions {
    std::string_view branch{};          ///< empty: main
    std::string_view commit_message{};  ///< empty: "Super-squash branch '…' using huggingface_hub"
    std::string_view repo_type{};
    TokenArg token{};
};

/// Branches, tags and the history of a repository.
///
/// As in the reference, only super_squash_history checks the type of the repository before it asks the
/// Hub. Calls that change something throw HfHubHTTPError (401) without a token.
class RefsApi {
public:
    explicit RefsApi(Session session) : session_(std::move(session)) {}

    /// The branches, tags, conversions and, if asked for, pull requests, with the commits that they are at. One answer
    /// and no list: the only list_* that is no generator, since it has, as in the reference, several lists of few
    /// entries.
    boost::asio::awaitable<GitRefs> list_repo_refs(std::string_view repo_id, ListRepoRefsOptions options = {}) const;

    /// The commits of a revision, newest first. `next()` throws RevisionNotFoundError.
    AsyncGenerator<GitCommitInfo> list_repo_commits(std::string_view repo_id,
                                                    ListRepoCommitsOptions options = {}) const;

    /// Creates a branch at a revision. One of that name is HfHubHTTPError (409), unless `exist_ok`; a revision that
    /// there is not, RevisionNotFoundError.
    boost::asio::awaitable<void> create_branch(std::string_view repo_id, CreateBranchOptions options) const;

    /// Deletes a branch; its commits may go with it. HfHubHTTPError (404) where there is none, 403 for the default
    /// branch.
    boost::asio::awaitable<void> delete_branch(std::string_view repo_id, DeleteBranchOptions options) const;

    /// Tags a revision. A tag of that name is HfHubHTTPError (409), unless `exist_ok`.
    boost::asio::awaitable<void> create_tag(std::string_view repo_id, CreateTagOptions options) const;

    /// Deletes a tag, and no commit. HfHubHTTPError (404) where there is none.
    boost::asio::awaitable<void> delete_tag(std::string_view repo_id, DeleteTagOptions options) const;

    /// Replaces the history of a branch by a single commit with its content. Cannot be undone.
    boost::asio::awaitable<void> super_squash_history(std::string_view repo_id,
                                                      SuperSquashHistoryOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

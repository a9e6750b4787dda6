#pragma once

#include <hf/api/users.hpp>
#include <hf/types/discussion.hpp>

#include <filesystem>

namespace hf {

struct GetRepoDiscussionsOptions {
    TextArg author{};
    TextArg discussion_type{};     ///< "all", "discussion" or "pull_request"
    TextArg discussion_status{};   ///< "all", "open" or "closed"
    std::string_view repo_type{};  ///< "model" (default), "dataset" or "space"
    TokenArg token{};
};

struct CreateDiscussionOptions {
    TokenArg token{};
    std::string_view description{};  ///< Markdown; empty: a default text
    std::string_view repo_type{};
    bool pull_request = false;
};

struct CreatePullRequestOptions {
    TokenArg token{};
    std::string_view description{};
    std::string_view repo_type{};
};

/// Options of calls that may say why.
struct DiscussionCommentOptions {
    TokenArg token{};
    std::string_view comment{};  ///< Markdown, posted along with the change
    std::string_view repo_type{};
};

/// Discussions and pull requests.
///
/// All calls check their arguments first: HFValidationError for a discussion_num below 1 and an unknown repo_type.
/// Calls that change something throw HfHubHTTPError (401) without a token.
class DiscussionsApi {
public:
    explicit DiscussionsApi(Session session) : session_(std::move(session)) {}

    /// Uploads a picture, film or sound and gives its address, for the text of a discussion. HFValidationError for a
    /// suffix that the Hub does not take.
    boost::asio::awaitable<std::string> upload_attachment(const std::filesystem::path& path,
                                                          TokenOptions options = {}) const;

    /// The discussions and pull requests of a repository, newest first. `next()` throws RepositoryNotFoundError.
    AsyncGenerator<Discussion> get_repo_discussions(std::string_view repo_id,
                                                    GetRepoDiscussionsOptions options = {}) const;

    /// One of them with all that happened in it, and with the changes of a pull request. HfHubHTTPError (404) where
    /// there is none of that number.
    boost::asio::awaitable<DiscussionWithDetails> get_discussion_details(std::string_view repo_id,
                                                                         std::int64_t discussion_num,
                                                                         RepoOptions options = {}) const;

    /// Two requests: creation, then the details. White space around title and description is cut off.
    boost::asio::awaitable<DiscussionWithDetails> create_discussion(std::string_view repo_id, std::string_view title,
                                                                    CreateDiscussionOptions options = {}) const;

    /// Opens an empty pull request in the state "draft"; commits are made to its git_reference.
    boost::asio::awaitable<DiscussionWithDetails> create_pull_request(std::string_view repo_id, std::string_view title,
                                                                      CreatePullRequestOptions options = {}) const;

    /// Posts a comment, in Markdown, and gives it. HfHubHTTPError (404) where there is no such discussion.
    boost::asio::awaitable<DiscussionComment> comment_discussion(std::string_view repo_id, std::int64_t discussion_num,
                                                                 std::string_view comment,
                                                                 RepoOptions options = {}) const;

    /// Gives a new title, for those who may write to the repository or opened the discussion; others get HfHubHTTPError
    /// (403).
    boost::asio::awaitable<DiscussionTitleChange> rename_discussion(std::string_view repo_id,
                                                                    std::int64_t discussion_num,
                                                                    std::string_view new_title,
                                                                    RepoOptions options = {}) const;

    /// Opens or closes. `new_status` is "open" or "closed", HFValidationError else.
    boost::asio::awaitable<DiscussionStatusChange> change_discussion_status(
        std::string_view repo_id, std::int64_t discussion_num, std::string_view new_status,
        DiscussionCommentOptions options = {}) const;

    /// Merges a pull request, which must be open. HfHubHTTPError where it cannot be merged.
    boost::asio::awaitable<void> merge_pull_request(std::string_view repo_id, std::int64_t discussion_num,
                                                    DiscussionCommentOptions options = {}) const;

    /// Replaces the content of a comment and gives it. Only its author may: HfHubHTTPError (403).
    boost::asio::awaitable<DiscussionComment> edit_discussion_comment(std::string_view repo_id,
                                                                      std::int64_t discussion_num,
                                                                      std::string_view comment_id,
                                                                      std::string_view new_content,
                                                                      RepoOptions options = {}) const;

    /// Makes the content of a comment unreadable for ever.
    boost::asio::awaitable<DiscussionComment> hide_discussion_comment(std::string_view repo_id,
                                                                      std::int64_t discussion_num,
                                                                      std::string_view comment_id,
                                                                      RepoOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

#pragma once

#include <hf/api/repo_options.hpp>
#include <hf/types/access_request.hpp>

namespace hf {

/// Which request is meant, where it is not a user's name that says so.
struct HandleAccessRequestOptions {
    TextArg request_id{};  ///< AccessRequest::request_id; HFValidationError (argument "user") beside a user or without
    std::string_view repo_type{};
    TokenArg token{};
};

struct RejectAccessRequestOptions {
    TextArg request_id{};        ///< as in HandleAccessRequestOptions
    TextArg rejection_reason{};  ///< shown to the user
    std::string_view repo_type{};
    TokenArg token{};
};

/// Who may see a gated repository; for those who administer it.
///
/// All calls throw RepositoryNotFoundError, BadRequestError for a repository that is not gated, HfHubHTTPError (403) to
/// whom it does not belong, and, for a user without a request, HfHubHTTPError (404).
class AccessRequestsApi {
public:
    explicit AccessRequestsApi(Session session) : session_(std::move(session)) {}

    /// The requests that nobody has decided about yet; none: an empty list.
    AsyncGenerator<AccessRequest> list_pending_access_requests(std::string_view repo_id,
                                                               RepoOptions options = {}) const;

    /// Those that were accepted, and users who were given access without one.
    AsyncGenerator<AccessRequest> list_accepted_access_requests(std::string_view repo_id,
                                                                RepoOptions options = {}) const;

    /// Those that were rejected.
    AsyncGenerator<AccessRequest> list_rejected_access_requests(std::string_view repo_id,
                                                                RepoOptions options = {}) const;

    /// Makes the request of `user` pending again.
    boost::asio::awaitable<void> cancel_access_request(std::string_view repo_id, std::string_view user = {},
                                                       HandleAccessRequestOptions options = {}) const;

    /// Lets `user` in. HfHubHTTPError (404) also where the request is accepted already.
    boost::asio::awaitable<void> accept_access_request(std::string_view repo_id, std::string_view user = {},
                                                       HandleAccessRequestOptions options = {}) const;

    /// Keeps `user` out, or takes back the access that was given.
    boost::asio::awaitable<void> reject_access_request(std::string_view repo_id, std::string_view user = {},
                                                       RejectAccessRequestOptions options = {}) const;

    /// Gives access to a user who has not asked for it. Gives the Hub's answer.
    boost::asio::awaitable<json::value> grant_access(std::string_view repo_id, std::string_view user,
                                                     RepoOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

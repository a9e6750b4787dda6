#pragma once

#include <hf/api/repo_options.hpp>
#include <hf/types/access_request.hpp>

namespace hf {

/// Who may see a gated repository; for those who administer it. A repository that is not gated gives
/// BadRequestError.
class AccessRequestsApi {
public:
    explicit AccessRequestsApi(Session session) : session_(std::move(session)) {}

    AsyncGenerator<AccessRequest> list_pending_access_requests(std::string_view repo_id,
                                                               RepoOptions options = {}) const;
    AsyncGenerator<AccessRequest> list_accepted_access_requests(std::string_view repo_id,
                                                                RepoOptions options = {}) const;
    AsyncGenerator<AccessRequest> list_rejected_access_requests(std::string_view repo_id,
                                                                RepoOptions options = {}) const;

    /// Makes the request of `user` pending again.
    boost::asio::awaitable<void> cancel_access_request(std::string_view repo_id, std::string_view user,
                                                       RepoOptions options = {}) const;
    boost::asio::awaitable<void> accept_access_request(std::string_view repo_id, std::string_view user,
                                                       RepoOptions options = {}) const;
    boost::asio::awaitable<void> reject_access_request(std::string_view repo_id, std::string_view user,
                                                       RepoOptions options = {}) const;

    /// Gives access to a user who has not asked for it. Gives the Hub's answer.
    boost::asio::awaitable<json::value> grant_access(std::string_view repo_id, std::string_view user,
                                                     RepoOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

#include "api/shared_calls.hpp"

#include <hf/api/access_requests.hpp>

namespace hf {

static_assert(options_struct<HandleAccessRequestOptions> && options_struct<RejectAccessRequestOptions>);

namespace asio = boost::asio;

namespace {

Request list_request(std::string_view repo_id, std::string_view status, const RepoOptions& options) {
    return get("/api/{}/user-access-request/{}", Repo(options.repo_type, repo_id), status).token(options.token);
}

template <class Options>
Request handle_request(std::string_view repo_id, std::string_view user, std::string_view status,
                       const Options& options) {
    if (user.empty() == !options.request_id)
        throw_validation("user", "Either the user or the request_id must be given, and not both");
    json::object body;
    if (options.request_id)
        body["requestId"] = *options.request_id;
    else
        body["user"] = user;
    body["status"] = status;
    if constexpr (requires { options.rejection_reason; }) {
        if (options.rejection_reason) body["rejectionReason"] = *options.rejection_reason;
    }
    return post("/api/{}/user-access-request/handle", Repo(options.repo_type, repo_id)).json(body).token(options.token);
}

}  // namespace

AsyncGenerator<AccessRequest> AccessRequestsApi::list_pending_access_requests(std::string_view repo_id,
                                                                              RepoOptions options) const {
    return session_.list<AccessRequest>(list_request(repo_id, "pending", options), all_readable);
}

AsyncGenerator<AccessRequest> AccessRequestsApi::list_accepted_access_requests(std::string_view repo_id,
                                                                               RepoOptions options) const {
    return session_.list<AccessRequest>(list_request(repo_id, "accepted", options), all_readable);
}

AsyncGenerator<AccessRequest> AccessRequestsApi::list_rejected_access_requests(std::string_view repo_id,
                                                                               RepoOptions options) const {
    return session_.list<AccessRequest>(list_request(repo_id, "rejected", options), all_readable);
}

asio::awaitable<void> AccessRequestsApi::cancel_access_request(std::string_view repo_id, std::string_view user,
                                                               HandleAccessRequestOptions options) const {
    return session_.call<void>(handle_request(repo_id, user, "pending", options));
}

asio::awaitable<void> AccessRequestsApi::accept_access_request(std::string_view repo_id, std::string_view user,
                                                               HandleAccessRequestOptions options) const {
    return session_.call<void>(handle_request(repo_id, user, "accepted", options));
}

asio::awaitable<void> AccessRequestsApi::reject_access_request(std::string_view repo_id, std::string_view user,
                                                               RejectAccessRequestOptions options) const {
    return session_.call<void>(handle_request(repo_id, user, "rejected", options));
}

asio::awaitable<json::value> AccessRequestsApi::grant_access(std::string_view repo_id, std::string_view user,
                                                             RepoOptions options) const {
    json::object body;
    body["user"] = user;
    return detail::call_done<json::value>(
        session_,
        post("/api/{}/user-access-request/grant", Repo(options.repo_type, repo_id)).json(body).token(options.token));
}

}  // namespace hf

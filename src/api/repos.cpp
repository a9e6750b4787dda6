#include "api/shared_calls.hpp"
#include "core/text.hpp"
#include "session/retrying.hpp"

#include <hf/api/repos.hpp>
#include <hf/core/constants.hpp>

#include <algorithm>

namespace hf {

static_assert(options_struct<CreateRepoOptions> && options_struct<DeleteRepoOptions> &&
              options_struct<RepoInfoOptions> && options_struct<UpdateRepoVisibilityOptions> &&
              options_struct<UpdateRepoSettingsOptions> && options_struct<GetFullRepoNameOptions>);

namespace asio = boost::asio;

namespace {

// Another operation of the Hub on the same name is waited for, for a minute.
const net::RetryPolicy conflict_policy{
    .max_attempts = 100,
    .base_delay = std::chrono::milliseconds(100),
    .max_delay = std::chrono::milliseconds(60'000),
    .max_retry_after = std::chrono::milliseconds(60'000),
    .total = std::chrono::milliseconds(60'000),
    .connect_errors = false,
    .statuses = {409},
};

constexpr std::string_view conflict_text = "Cannot create repo: another conflicting operation is in progress";

struct SplitId {
    explicit SplitId(std::string_view repo_id) {
        const auto slash = repo_id.find('/');
        name = repo_id.substr(slash == repo_id.npos ? 0 : slash + 1);
        if (slash != repo_id.npos) organization = repo_id.substr(0, slash);
    }
    std::string_view name;
    std::optional<std::string_view> organization;
};

/// How creation and deletion name a repository.
json::object name_body(std::string_view repo_id, std::string_view repo_type) {
    validate_repo_id(repo_id);
    validate_repo_type(repo_type);
    const SplitId id(repo_id);
    json::object body;
    body["name"] = id.name;
    body["organization"] = nullptr;
    if (id.organization) body["organization"] = *id.organization;
    if (!repo_type.empty()) body["type"] = repo_type;
    return body;
}

json::object create_body(std::string_view repo_id, const CreateRepoOptions& options) {
    json::object body = name_body(repo_id, options.repo_type);
    body["private"] = options.private_;
    if (options.repo_type != "space") return body;
    if (std::ranges::find(space_sdks, options.space_sdk) == space_sdks.end())
        throw_validation("space_sdk", "space_sdk must be gradio, streamlit, docker or static for a Space, not '" +
                                          std::string(options.space_sdk) + "'");
    body["sdk"] = options.space_sdk;
    if (options.space_hardware) body["hardware"] = *options.space_hardware;
    if (options.space_storage) body["storageTier"] = *options.space_storage;
    if (const auto time = options.space_sleep_time.whole_seconds("space_sleep_time")) body["sleepTimeSeconds"] = *time;
    if (options.space_secrets) body["secrets"] = detail::settings_json(*options.space_secrets);
    if (options.space_variables) body["variables"] = detail::settings_json(*options.space_variables);
    return body;
}

// Some servers say it with a 400.
bool says_it_exists(const HfHubHTTPError& error) {
    if (error.status() != 400) return error.status() == 409;
    return to_lower(error.info().body).find("already exist") != std::string::npos;
}

asio::awaitable<RepoUrl> create_impl(Session session, Repo repo, Request create, Request info, bool exist_ok) {
    const auto once = [&] { return session.send(create); };
    const auto judge = [](const Error& error) {
        Failed failed;
        failed.outcome.kind = net::Outcome::Kind::permanent;
        if (error.info().body.find(conflict_text) == std::string::npos) return failed;
        failed.outcome.kind = net::Outcome::Kind::answered;
        failed.outcome.status = error.status();
        return failed;
    };
    std::exception_ptr failure;
    unsigned status = 0;
    bool exists = false;
    std::string body;
    try {
        const Reply reply = co_await retrying(session.clock(), conflict_policy, once, judge);
        co_return detail::created_repo(session, repo, reply.body);
    } catch (const HfHubHTTPError& error) {
        failure = std::current_exception();
        status = error.status();
        exists = says_it_exists(error);
        body = error.info().body;
    }
    if (exist_ok && exists) co_return detail::created_repo(session, repo, body);
    if (!exist_ok || (status != 401 && status != 402 && status != 403)) std::rethrow_exception(failure);
    // Someone who may not create here may still mean a repository that is there.
    bool found = true;
    try {
        co_await session.send(std::move(info));
    } catch (const HfHubHTTPError&) {
        found = false;
    }
    if (!found) std::rethrow_exception(failure);
    co_return detail::created_repo(session, repo, "");
}

asio::awaitable<void> delete_impl(Session session, Request request, bool missing_ok) {
    try {
        co_await session.send(std::move(request));
    } catch (const HfHubHTTPError& error) {
        if (!missing_ok || !detail::is_missing(error)) throw;
    }
}

asio::awaitable<bool> exists_impl(Session session, Request request) {
    try {
        co_await session.send(std::move(request));
    } catch (const GatedRepoError&) {
        co_return true;
    } catch (const HfHubHTTPError& error) {
        if (!detail::is_missing(error)) throw;
        co_return false;
    }
    co_return true;
}

template <class Info>
asio::awaitable<RepoInfo> info_impl(Session session, Request request) {
    Info info = co_await session.call<Info>(std::move(request));
    co_return RepoInfo(std::move(info));
}

// Today's Hub takes "private" as well as "visibility", older ones only the former.
json::object visibility_body(bool private_) {
    json::object body;
    body["private"] = private_;
    return body;
}

json::object settings_body(const UpdateRepoSettingsOptions& options) {
    constexpr std::string_view visibilities[] = {"private", "public", "protected"};
    json::object body;
    if (options.gated) {
        if (*options.gated == Gated::unknown) throw_validation("gated", "gated must be no, automatic or manual");
        body["gated"] = json::to_value(*options.gated);
    }
    if (options.visibility) {
        if (std::ranges::find(visibilities, *options.visibility) == std::end(visibilities))
            throw_validation("visibility", "visibility must be private, public or protected, not '" +
                                               std::string(*options.visibility) + "'");
        body["visibility"] = *options.visibility;
    }
    if (body.empty()) throw_validation("visibility", "At least one setting must be updated.");
    return body;
}

Request settings_request(const Repo& repo, const json::object& body, TokenArg token) {
    return put("/api/{}/settings", repo).json(body).write_token(token);
}

asio::awaitable<json::object> visibility_of_own_repo(Session session, std::string repo_type, std::string name,
                                                     bool private_, OwnedToken token) {
    const std::string account = co_await detail::account_name(session, token);
    const Repo repo(repo_type, account + "/" + name);
    const json::object body = visibility_body(private_);
    co_return co_await detail::call_done<json::object>(session, settings_request(repo, body, token.get()));
}

asio::awaitable<std::string> full_name(Session session, std::string prefix, std::string model_id, OwnedToken token) {
    if (prefix.empty()) prefix = co_await detail::account_name(session, token);
    co_return prefix + "/" + model_id;
}

void require_namespace(std::string_view argument, std::string_view id) {
    if (std::ranges::count(id, '/') != 1)
        throw_validation(
            argument, "Invalid repo_id: " + std::string(id) + ". It should have a namespace (:namespace:/:repo_name:)");
}

}  // namespace

asio::awaitable<RepoUrl> ReposApi::create_repo(std::string_view repo_id, CreateRepoOptions options) const {
    const json::object body = create_body(repo_id, options);
    const Repo repo(options.repo_type, repo_id);
    InfoOptions info;
    info.token = options.token;
    return create_impl(session_, repo, post("/api/repos/create").json(body).write_token(options.token),
                       detail::info_request(repo, info), options.exist_ok);
}

asio::awaitable<void> ReposApi::delete_repo(std::string_view repo_id, DeleteRepoOptions options) const {
    return delete_impl(session_,
                       del("/api/repos/delete").json(name_body(repo_id, options.repo_type)).write_token(options.token),
                       options.missing_ok);
}

asio::awaitable<void> ReposApi::move_repo(std::string_view from_id, std::string_view to_id, RepoOptions options) const {
    require_namespace("from_id", from_id);
    require_namespace("to_id", to_id);
    json::object body;
    body["fromRepo"] = from_id;
    body["toRepo"] = to_id;
    body["type"] = options.repo_type.empty() ? repo_type_model : options.repo_type;
    return session_.call<void>(
        post("/api/repos/move")
            .json(body)
            .write_token(options.token)
            .hint("For additional documentation please see "
                  "https://hf.co/docs/hub/repositories-settings#renaming-or-transferring-a-repo."));
}

asio::awaitable<json::object> ReposApi::update_repo_visibility(std::string_view repo_id, bool private_,
                                                               UpdateRepoVisibilityOptions options) const {
    const Repo repo(options.repo_type, repo_id);
    if (SplitId(repo_id).organization)
        return detail::call_done<json::object>(session_,
                                               settings_request(repo, visibility_body(private_), options.token));
    return visibility_of_own_repo(session_, repo.type(), repo.id(), private_, OwnedToken(options.token));
}

asio::awaitable<json::object> ReposApi::update_repo_settings(std::string_view repo_id,
                                                             UpdateRepoSettingsOptions options) const {
    const Repo repo(options.repo_type, repo_id);
    return detail::call_done<json::object>(session_, settings_request(repo, settings_body(options), options.token));
}

asio::awaitable<RepoInfo> ReposApi::repo_info(std::string_view repo_id, RepoInfoOptions options) const {
    const Repo repo(options.repo_type, repo_id);
    InfoOptions info;
    info.revision = options.revision;
    info.timeout = options.timeout;
    info.deadline = options.deadline;
    info.files_metadata = options.files_metadata;
    info.token = options.token;
    Request request = detail::info_request(repo, info);
    if (repo.type() == repo_type_dataset) return info_impl<DatasetInfo>(session_, std::move(request));
    if (repo.type() == repo_type_space) return info_impl<SpaceInfo>(session_, std::move(request));
    return info_impl<ModelInfo>(session_, std::move(request));
}

asio::awaitable<bool> ReposApi::repo_exists(std::string_view repo_id, RepoOptions options) const {
    return exists_impl(session_, get("/api/{}", Repo(options.repo_type, repo_id)).token(options.token));
}

asio::awaitable<std::string> ReposApi::get_full_repo_name(std::string_view model_id,
                                                          GetFullRepoNameOptions options) const {
    const std::string_view prefix =
        options.organization ? *options.organization : SplitId(model_id).organization.value_or("");
    return full_name(session_, std::string(prefix), std::string(model_id), OwnedToken(options.token));
}

}  // namespace hf

#include "api/shared_calls.hpp"
#include "core/text.hpp"
#include "session/retrying.hpp"

#include <hf/api/repos.hpp>
#include <hf/core/constants.hpp>

#include <algorithm>

namespace hf {

static_assert(options_struct<CreateRepoOptions> && options_struct<DeleteRepoOptions> &&
              options_struct<RepoInfoOptions> && options_struct<UpdateRepoVisibilityOptions> &&
              options_struct<UpdateRepoSettingsOptions> && options_struct<GetFullRepoNameOptions> &&
              options_struct<DuplicateRepoOptions> && options_struct<AuthCheckOptions> &&
              options_struct<PermanentlyDeleteLfsFilesOptions>);

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
    detail::repo_or_kernel(repo_type, repo_id);
    const SplitId id(repo_id);
    json::object body;
    body["name"] = id.name;
    body["organization"] = nullptr;
    if (id.organization) body["organization"] = *id.organization;
    if (!repo_type.empty()) body["type"] = repo_type;
    return body;
}

/// How a Space runs, as its creation and its duplication say it.
template <class Options>
void put_space_settings(json::object& body, const Options& options) {
    if (options.space_hardware) body["hardware"] = *options.space_hardware;
    if constexpr (requires { options.space_storage; }) {
        if (options.space_storage) body["storageTier"] = *options.space_storage;
    }
    if (const auto time = options.space_sleep_time.whole_seconds("space_sleep_time")) body["sleepTimeSeconds"] = *time;
    if (options.space_secrets) body["secrets"] = detail::settings_json(*options.space_secrets);
    if (options.space_variables) body["variables"] = detail::settings_json(*options.space_variables);
    if (options.space_volumes) body["volumes"] = detail::volumes_json(*options.space_volumes);
}

/// Until 2025 a flag said who may see a repository, and was always there.
void put_visibility(json::object& body, std::optional<std::string_view> visibility, bool reference_routes) {
    if (reference_routes)
        body["private"] = visibility == "private";
    else if (visibility)
        body["visibility"] = *visibility;
}

json::object create_body(std::string_view repo_id, const CreateRepoOptions& options, bool reference_routes) {
    json::object body = name_body(repo_id, options.repo_type);
    put_visibility(body, detail::visibility_of(options.private_, options.visibility, options.repo_type),
                   reference_routes);
    if (options.resource_group_id) body["resourceGroupId"] = *options.resource_group_id;
    if (options.region) body["region"] = *options.region;
    if (options.repo_type != "space") return body;
    const bool by_template = options.space_template && options.space_sdk.empty();
    if (!by_template && std::ranges::find(space_sdks, options.space_sdk) == space_sdks.end())
        throw_validation("space_sdk", "space_sdk must be gradio, streamlit, docker or static for a Space, not '" +
                                          std::string(options.space_sdk) + "'");
    if (!by_template) body["sdk"] = options.space_sdk;
    put_space_settings(body, options);
    return body;
}

// Some servers say it with a 400.
bool says_it_exists(const HfHubHTTPError& error) {
    if (error.status() != 400) return error.status() == 409;
    return to_lower(error.info().body).find("already exist") != std::string::npos;
}

/// A repository to create.
struct Creation {
    Creation(Session session_, Repo repo_, json::object body_, Request info_, const CreateRepoOptions& options)
        : session(std::move(session_)),
          repo(std::move(repo_)),
          body(std::move(body_)),
          info(std::move(info_)),
          exist_ok(options.exist_ok),
          token(options.token) {
        if (options.repo_type == repo_type_space && options.space_template) template_ = *options.space_template;
    }

    Session session;
    Repo repo;
    json::object body;
    Request info;  // of what may be there already
    bool exist_ok;
    OwnedToken token;
    std::string template_;
};

/// What the template decides that the caller did not.
asio::awaitable<void> put_template(Creation& creation) {
    const std::string wanted = to_lower(creation.template_);
    const auto templates = co_await detail::call_member<std::vector<SpaceTemplate>>(
        creation.session, get("/api/spaces/templates").token(creation.token.get()), "templates");
    const auto found = std::ranges::find_if(templates, [&](const SpaceTemplate& one) {
        return to_lower(one.name) == wanted || to_lower(one.repo_id) == wanted;
    });
    if (found == templates.end())
        throw_validation("space_template",
                         "There is no template '" + creation.template_ + "': see list_space_templates");
    creation.body["template"] = found->repo_id;
    if (!creation.body.contains("sdk")) creation.body["sdk"] = found->sdk;
    if (!creation.body.contains("visibility") && found->preferred_private) creation.body["visibility"] = "private";
}

asio::awaitable<RepoUrl> create_impl(Creation creation) {
    if (!creation.template_.empty()) co_await put_template(creation);
    const Session session = creation.session;
    const Repo repo = creation.repo;
    const bool exist_ok = creation.exist_ok;
    Request create = post("/api/repos/create").json(creation.body).write_token(creation.token.get());
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
        co_await session.send(creation.info);
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

/// As exists_impl, but whose files the token may not see, of that it sees no revision.
asio::awaitable<bool> revision_exists_impl(Session session, Request request) {
    try {
        co_await session.send(std::move(request));
    } catch (const HfHubHTTPError& error) {
        if (!detail::is_missing(error) && error.code() != make_error_code(Errc::gated_repo)) throw;
        co_return false;
    }
    co_return true;
}

json::object duplicate_body(const DuplicateRepoOptions& options) {
    json::object body;
    body["repository"] = nullptr;
    put_visibility(body, detail::visibility_of(options.private_, options.visibility, options.repo_type), false);
    if (options.resource_group_id) body["resourceGroupId"] = *options.resource_group_id;
    if (options.repo_type == repo_type_space) put_space_settings(body, options);
    return body;
}

asio::awaitable<DuplicatedRepoUrl> duplicate_impl(Session session, Repo from, std::string to_namespace,
                                                  std::string to_name, json::object body, bool exist_ok,
                                                  OwnedToken token) {
    const detail::Duplicate made = co_await detail::duplicate_repository(
        session, std::move(from), std::move(to_namespace), std::move(to_name), std::move(body), exist_ok, token);
    DuplicatedRepoUrl out;
    static_cast<RepoUrl&>(out) = made.url;
    const json::value parsed = json::try_parse(made.answer).value_or(json::value());
    const json::value* pending = parsed.is_object() ? parsed.get_object().if_contains("filesCopyPending") : nullptr;
    out.files_copy_pending = pending && pending->is_bool() && pending->get_bool();
    co_return out;
}

json::object lfs_deletion_body(const std::vector<LFSFileInfo>& files, bool rewrite_history) {
    json::array oids;
    for (const auto& file : files) oids.emplace_back(file.file_oid);
    json::object deletions;
    deletions["sha"] = std::move(oids);
    deletions["rewriteHistory"] = rewrite_history;
    json::object body;
    body["deletions"] = std::move(deletions);
    return body;
}

asio::awaitable<void> nothing_to_do() { co_return; }

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
    json::object body;
    if (options.gated) {
        if (*options.gated == Gated::unknown) throw_validation("gated", "gated must be no, automatic or manual");
        body["gated"] = json::to_value(*options.gated);
    }
    if (const auto visibility = detail::visibility_of(options.private_, options.visibility, options.repo_type))
        body["visibility"] = *visibility;
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
    const json::object body = create_body(repo_id, options, session_.reference_routes());
    const Repo repo = detail::repo_or_kernel(options.repo_type, repo_id);
    InfoOptions info;
    info.token = options.token;
    Creation creation(session_, repo, body, detail::info_request(repo, info), options);
    return create_impl(std::move(creation));
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

asio::awaitable<void> ReposApi::update_repo_settings(std::string_view repo_id,
                                                     UpdateRepoSettingsOptions options) const {
    const Repo repo(options.repo_type, repo_id);
    return session_.call<void>(settings_request(repo, settings_body(options), options.token));
}

asio::awaitable<RepoInfo> ReposApi::repo_info(std::string_view repo_id, RepoInfoOptions options) const {
    const Repo repo = detail::repo_or_kernel(options.repo_type, repo_id);
    InfoOptions info;
    info.revision = options.revision;
    info.timeout = options.timeout;
    info.deadline = options.deadline;
    info.files_metadata = options.files_metadata;
    info.expand = options.expand;
    info.token = options.token;
    Request request = detail::info_request(repo, info);
    if (repo.type() == repo_type_dataset) return info_impl<DatasetInfo>(session_, std::move(request));
    if (repo.type() == repo_type_space) return info_impl<SpaceInfo>(session_, std::move(request));
    if (repo.type() == repo_type_kernel) return info_impl<KernelInfo>(session_, std::move(request));
    return info_impl<ModelInfo>(session_, std::move(request));
}

asio::awaitable<bool> ReposApi::repo_exists(std::string_view repo_id, RepoOptions options) const {
    return exists_impl(session_, get("/api/{}", Repo(options.repo_type, repo_id)).token(options.token));
}

asio::awaitable<bool> ReposApi::revision_exists(std::string_view repo_id, std::string_view revision,
                                                RepoOptions options) const {
    return revision_exists_impl(
        session_, get("/api/{}/revision/{}", Repo(options.repo_type, repo_id), detail::revision_segment(revision))
                      .token(options.token));
}

asio::awaitable<void> ReposApi::auth_check(std::string_view repo_id, AuthCheckOptions options) const {
    return session_.call<void>(get("/api/{}/auth-check{}", Repo(options.repo_type, repo_id),
                                   options.write ? std::string_view("/write") : std::string_view())
                                   .token(options.token));
}

asio::awaitable<DuplicatedRepoUrl> ReposApi::duplicate_repo(std::string_view from_id,
                                                            DuplicateRepoOptions options) const {
    const Repo from(options.repo_type, from_id);
    const SplitId to(options.to_id);
    const std::string name(options.to_id.empty() ? SplitId(from_id).name : to.name);
    validate_repo_id(name, "to_id");
    return duplicate_impl(session_, from, std::string(to.organization.value_or("")), name, duplicate_body(options),
                          options.exist_ok, OwnedToken(options.token));
}

AsyncGenerator<LFSFileInfo> ReposApi::list_lfs_files(std::string_view repo_id, RepoOptions options) const {
    return session_.list<LFSFileInfo>(get("/api/{}/lfs-files", Repo(options.repo_type, repo_id)).token(options.token),
                                      all_readable);
}

asio::awaitable<void> ReposApi::permanently_delete_lfs_files(std::string_view repo_id,
                                                             const std::vector<LFSFileInfo>& lfs_files,
                                                             PermanentlyDeleteLfsFilesOptions options) const {
    const Repo repo(options.repo_type, repo_id);
    if (lfs_files.empty()) return nothing_to_do();
    return session_.call<void>(post("/api/{}/lfs-files/batch", repo)
                                   .json(lfs_deletion_body(lfs_files, options.rewrite_history))
                                   .token(options.token));
}

asio::awaitable<std::string> ReposApi::get_full_repo_name(std::string_view model_id,
                                                          GetFullRepoNameOptions options) const {
    const std::string_view prefix =
        options.organization ? *options.organization : SplitId(model_id).organization.value_or("");
    return full_name(session_, std::string(prefix), std::string(model_id), OwnedToken(options.token));
}

}  // namespace hf

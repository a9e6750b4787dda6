#include "api/log_lines.hpp"
#include "api/patience.hpp"
#include "api/shared_calls.hpp"

#include <hf/api/space_runtime.hpp>

namespace hf {

static_assert(options_struct<AddSpaceSettingOptions> && options_struct<RequestSpaceHardwareOptions> &&
              options_struct<RestartSpaceOptions> && options_struct<DuplicateSpaceOptions> &&
              options_struct<FetchSpaceLogsOptions> && options_struct<WaitForSpaceOptions>);

namespace asio = boost::asio;

namespace {

Repo space(std::string_view repo_id) { return Repo("space", repo_id); }

json::object key_body(std::string_view key) {
    json::object body;
    body["key"] = key;
    return body;
}

json::object setting_body(std::string_view key, std::string_view value, const AddSpaceSettingOptions& options) {
    json::object body = key_body(key);
    body["value"] = value;
    if (options.description) body["description"] = *options.description;
    return body;
}

template <class T>
json::object one(std::string_view name, T value) {
    json::object body;
    body[name] = value;
    return body;
}

/// Variables or secrets, which answers have by their keys.
template <class T>
std::map<std::string, T> read_settings(const Session& session, const Reply& reply) {
    std::map<std::string, T> out;
    std::uint64_t index = 0;
    for (const auto& [key, setting] : session.decode<json::object>(reply)) {
        try {
            T& read = out[std::string(key)] = json::from_value<T>(setting);
            read.key = std::string(key);
        } catch (const InvalidResponseError& error) {
            session.report_left_out(reply.url.to_string(), index, error);
        }
        ++index;
    }
    return out;
}

template <class T>
asio::awaitable<std::map<std::string, T>> settings_impl(Session session, Request request) {
    const Reply reply = co_await session.send(std::move(request));
    co_return read_settings<T>(session, reply);
}

/// The same where the change is made, whatever the answer.
asio::awaitable<SpaceVariables> change_variables(Session session, Request request) {
    const Reply reply = co_await session.send(std::move(request));
    SpaceVariables out;
    try {
        out = read_settings<SpaceVariable>(session, reply);
    } catch (const InvalidResponseError&) {
    }
    co_return out;
}

/// A log of a Space. Whether there will be more nobody says.
class SpaceLog final : public detail::EventOrigin {
public:
    explicit SpaceLog(Request request) : request_(std::move(request)) {}

    asio::awaitable<Request> request() override { co_return request_; }
    asio::awaitable<bool> is_over() override { co_return false; }

private:
    Request request_;
};

bool is_on_its_way(std::string_view stage) {
    return stage == SpaceStage::building || stage == SpaceStage::running_building ||
           stage == SpaceStage::app_starting || stage == SpaceStage::running_app_starting;
}

asio::awaitable<SpaceRuntime> wait_impl(Session session, Request request, std::string repo_id,
                                        detail::Patience patience) {
    Clock& clock = session.clock();
    patience.start(clock.now());
    while (true) {
        SpaceRuntime runtime = co_await session.call<SpaceRuntime>(request);
        if (!is_on_its_way(runtime.stage)) co_return runtime;
        const auto pause = patience.next(clock.now());
        if (!pause) patience.give_up("the Space '" + repo_id + "'", runtime.stage);
        co_await clock.sleep(*pause);
    }
}

json::object duplicate_body(const DuplicateSpaceOptions& options) {
    json::object body;
    body["repository"] = nullptr;
    if (options.private_) body["private"] = *options.private_;
    if (options.hardware) body["hardware"] = *options.hardware;
    if (options.storage) body["storageTier"] = *options.storage;
    if (const auto time = options.sleep_time.whole_seconds("sleep_time")) body["sleepTimeSeconds"] = *time;
    if (options.secrets) body["secrets"] = detail::settings_json(*options.secrets);
    if (options.variables) body["variables"] = detail::settings_json(*options.variables);
    return body;
}

asio::awaitable<RepoUrl> duplicate_impl(Session session, Repo from, std::string to_namespace, std::string to_name,
                                        json::object body, bool exist_ok, OwnedToken token) {
    detail::Duplicate made = co_await detail::duplicate_repository(
        session, std::move(from), std::move(to_namespace), std::move(to_name), std::move(body), exist_ok, token);
    co_return std::move(made.url);
}

}  // namespace

asio::awaitable<void> SpaceRuntimeApi::add_space_secret(std::string_view repo_id, std::string_view key,
                                                        std::string_view value, AddSpaceSettingOptions options) const {
    return session_.call<void>(
        post("/api/{}/secrets", space(repo_id)).json(setting_body(key, value, options)).token(options.token));
}

asio::awaitable<void> SpaceRuntimeApi::delete_space_secret(std::string_view repo_id, std::string_view key,
                                                           TokenOptions options) const {
    return session_.call<void>(del("/api/{}/secrets", space(repo_id)).json(key_body(key)).token(options.token));
}

asio::awaitable<SpaceVariables> SpaceRuntimeApi::get_space_variables(std::string_view repo_id,
                                                                     TokenOptions options) const {
    return settings_impl<SpaceVariable>(session_, get("/api/{}/variables", space(repo_id)).token(options.token));
}

asio::awaitable<SpaceVariables> SpaceRuntimeApi::add_space_variable(std::string_view repo_id, std::string_view key,
                                                                    std::string_view value,
                                                                    AddSpaceSettingOptions options) const {
    return change_variables(
        session_,
        post("/api/{}/variables", space(repo_id)).json(setting_body(key, value, options)).token(options.token));
}

asio::awaitable<SpaceVariables> SpaceRuntimeApi::delete_space_variable(std::string_view repo_id, std::string_view key,
                                                                       TokenOptions options) const {
    return change_variables(session_,
                            del("/api/{}/variables", space(repo_id)).json(key_body(key)).token(options.token));
}

asio::awaitable<SpaceSecrets> SpaceRuntimeApi::get_space_secrets(std::string_view repo_id, TokenOptions options) const {
    return settings_impl<SpaceSecret>(session_, get("/api/{}/secrets", space(repo_id)).token(options.token));
}

asio::awaitable<void> SpaceRuntimeApi::set_space_volumes(std::string_view repo_id, std::span<const Volume> volumes,
                                                         TokenOptions options) const {
    return session_.call<void>(put("/api/{}/volumes", space(repo_id))
                                   .json(one("volumes", detail::volumes_json(volumes)))
                                   .token(options.token));
}

asio::awaitable<void> SpaceRuntimeApi::delete_space_volumes(std::string_view repo_id, TokenOptions options) const {
    return session_.call<void>(del("/api/{}/volumes", space(repo_id)).token(options.token));
}

asio::awaitable<SpaceRuntime> SpaceRuntimeApi::enable_space_dev_mode(std::string_view repo_id,
                                                                     TokenOptions options) const {
    return detail::call_done<SpaceRuntime>(
        session_, post("/api/{}/dev-mode", space(repo_id)).json(one("enabled", true)).token(options.token));
}

asio::awaitable<SpaceRuntime> SpaceRuntimeApi::disable_space_dev_mode(std::string_view repo_id,
                                                                      TokenOptions options) const {
    return detail::call_done<SpaceRuntime>(
        session_, post("/api/{}/dev-mode", space(repo_id)).json(one("enabled", false)).token(options.token));
}

asio::awaitable<std::vector<JobHardwareInfo>> SpaceRuntimeApi::list_spaces_hardware(TokenOptions options) const {
    return session_.call<std::vector<JobHardwareInfo>>(get("/api/spaces/hardware").token(options.token));
}

asio::awaitable<std::vector<SpaceTemplate>> SpaceRuntimeApi::list_space_templates(TokenOptions options) const {
    return detail::call_member<std::vector<SpaceTemplate>>(session_, get("/api/spaces/templates").token(options.token),
                                                           "templates");
}

asio::awaitable<ZeroGpuQuota> SpaceRuntimeApi::get_zero_gpu_quota(TokenOptions options) const {
    return session_.call<ZeroGpuQuota>(get("/api/spaces/zero-gpu/quota").token(options.token));
}

asio::awaitable<SpaceRuntime> SpaceRuntimeApi::get_space_runtime(std::string_view repo_id, TokenOptions options) const {
    return session_.call<SpaceRuntime>(get("/api/{}/runtime", space(repo_id)).token(options.token));
}

AsyncGenerator<std::string> SpaceRuntimeApi::fetch_space_logs(std::string_view repo_id,
                                                              FetchSpaceLogsOptions options) const {
    Request request =
        get("/api/{}/logs/{}", space(repo_id), segment(options.build ? "build" : "run")).token(options.token);
    return detail::log_lines(session_, detail::log_settings(options.follow, false),
                             std::make_unique<SpaceLog>(std::move(request)));
}

asio::awaitable<SpaceRuntime> SpaceRuntimeApi::wait_for_space(std::string_view repo_id,
                                                              WaitForSpaceOptions options) const {
    const detail::Patience patience(options.timeout, options.poll_interval);
    return wait_impl(session_, get("/api/{}/runtime", space(repo_id)).token(options.token), std::string(repo_id),
                     patience);
}

asio::awaitable<SpaceRuntime> SpaceRuntimeApi::request_space_hardware(std::string_view repo_id,
                                                                      std::string_view hardware,
                                                                      RequestSpaceHardwareOptions options) const {
    json::object body = one("flavor", hardware);
    if (const auto time = options.sleep_time.whole_seconds("sleep_time")) body["sleepTimeSeconds"] = *time;
    return detail::call_done<SpaceRuntime>(session_,
                                           post("/api/{}/hardware", space(repo_id)).json(body).token(options.token));
}

asio::awaitable<SpaceRuntime> SpaceRuntimeApi::set_space_sleep_time(std::string_view repo_id, DurationArg sleep_time,
                                                                    TokenOptions options) const {
    const auto time = sleep_time.whole_seconds("sleep_time");
    if (!time) throw_validation("sleep_time", "`sleep_time` must be given");
    return detail::call_done<SpaceRuntime>(
        session_, post("/api/{}/sleeptime", space(repo_id)).json(one("seconds", *time)).token(options.token));
}

asio::awaitable<SpaceRuntime> SpaceRuntimeApi::pause_space(std::string_view repo_id, TokenOptions options) const {
    return detail::call_done<SpaceRuntime>(session_, post("/api/{}/pause", space(repo_id)).token(options.token));
}

asio::awaitable<SpaceRuntime> SpaceRuntimeApi::restart_space(std::string_view repo_id,
                                                             RestartSpaceOptions options) const {
    Request request = post("/api/{}/restart", space(repo_id)).token(options.token);
    if (options.factory_reboot) request.query("factory", "true");
    return detail::call_done<SpaceRuntime>(session_, std::move(request));
}

asio::awaitable<SpaceRuntime> SpaceRuntimeApi::request_space_storage(std::string_view repo_id, std::string_view storage,
                                                                     TokenOptions options) const {
    return detail::call_done<SpaceRuntime>(
        session_, post("/api/{}/storage", space(repo_id)).json(one("tier", storage)).token(options.token).maybe_gone());
}

asio::awaitable<SpaceRuntime> SpaceRuntimeApi::delete_space_storage(std::string_view repo_id,
                                                                    TokenOptions options) const {
    return detail::call_done<SpaceRuntime>(session_,
                                           del("/api/{}/storage", space(repo_id)).token(options.token).maybe_gone());
}

asio::awaitable<RepoUrl> SpaceRuntimeApi::duplicate_space(std::string_view from_id,
                                                          DuplicateSpaceOptions options) const {
    const Repo from = space(from_id);
    const RepoUrl to(options.to_id.empty() ? from_id : options.to_id, session_.endpoint());
    const bool own = options.to_id.empty() || !to.namespace_;
    return duplicate_impl(session_, from, own ? std::string() : *to.namespace_, to.repo_name, duplicate_body(options),
                          options.exist_ok, OwnedToken(options.token));
}

}  // namespace hf

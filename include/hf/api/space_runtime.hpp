#pragma once

#include <hf/api/users.hpp>
#include <hf/core/repo.hpp>
#include <hf/types/space.hpp>

#include <map>
#include <span>
#include <string>
#include <vector>

namespace hf {

struct AddSpaceSettingOptions {
    TextArg description{};
    TokenArg token{};
};

struct RequestSpaceHardwareOptions {
    TokenArg token{};
    DurationArg sleep_time{};  ///< whole seconds without a visitor, -1: never; not on "cpu-basic"
};

struct RestartSpaceOptions {
    TokenArg token{};
    bool factory_reboot = false;  ///< build anew, without caches
};

struct FetchSpaceLogsOptions {
    bool build = false;   ///< of its build instead of its run
    bool follow = false;  ///< until the Hub ends the stream; otherwise what there is now
    TokenArg token{};
};

struct WaitForSpaceOptions {
    DurationArg timeout{};          ///< not given: as long as it takes
    DurationArg poll_interval = 1;  ///< between two looks; not given: 1 s
    TokenArg token{};
};

struct DuplicateSpaceOptions {
    std::string_view to_id{};  ///< empty: the same name; without namespace: below the token's account
    std::optional<bool> private_{};
    TokenArg token{};
    bool exist_ok = false;
    TextArg hardware{};        ///< see SpaceHardware
    TextArg storage{};         ///< see SpaceStorage
    DurationArg sleep_time{};  ///< whole seconds without a visitor, -1: never
    std::optional<std::span<const SpaceSetting>> secrets{};
    std::optional<std::span<const SpaceSetting>> variables{};
};

using SpaceSecrets = std::map<std::string, SpaceSecret>;      ///< by key
using SpaceVariables = std::map<std::string, SpaceVariable>;  ///< by key

/// How Spaces run: settings, hardware, storage, and whether they run at all. As in the reference, all but
/// duplicate_space leave it to the Hub to demand a token.
class SpaceRuntimeApi {
public:
    explicit SpaceRuntimeApi(Session session) : session_(std::move(session)) {}

    /// Sets a secret, which cannot be read again, and restarts the Space.
    boost::asio::awaitable<void> add_space_secret(std::string_view repo_id, std::string_view key,
                                                  std::string_view value, AddSpaceSettingOptions options = {}) const;

    /// Deletes a secret, if there is one, and restarts the Space.
    boost::asio::awaitable<void> delete_space_secret(std::string_view repo_id, std::string_view key,
                                                     TokenOptions options = {}) const;

    /// All variables by key; none: an empty map.
    boost::asio::awaitable<SpaceVariables> get_space_variables(std::string_view repo_id,
                                                               TokenOptions options = {}) const;
    /// Sets a variable and gives all of them.
    boost::asio::awaitable<SpaceVariables> add_space_variable(std::string_view repo_id, std::string_view key,
                                                              std::string_view value,
                                                              AddSpaceSettingOptions options = {}) const;

    /// Deletes a variable, if there is one, and gives those that are left.
    boost::asio::awaitable<SpaceVariables> delete_space_variable(std::string_view repo_id, std::string_view key,
                                                                 TokenOptions options = {}) const;

    /// How the Space runs now. What the Hub does not tell is empty.
    boost::asio::awaitable<SpaceRuntime> get_space_runtime(std::string_view repo_id, TokenOptions options = {}) const;

    /// The lines of its log. With `follow` a stream that breaks is opened again, at most five times in a row, and goes
    /// on behind the last line given.
    AsyncGenerator<std::string> fetch_space_logs(std::string_view repo_id, FetchSpaceLogsOptions options = {}) const;

    /// Returns when it is neither built nor started any more: it runs, sleeps, or cannot. TimeoutError (argument
    /// "timeout") if it is not by then.
    boost::asio::awaitable<SpaceRuntime> wait_for_space(std::string_view repo_id,
                                                        WaitForSpaceOptions options = {}) const;

    /// Asks for a machine; it may take a while to become `hardware` of the runtime.
    boost::asio::awaitable<SpaceRuntime> request_space_hardware(std::string_view repo_id, std::string_view hardware,
                                                                RequestSpaceHardwareOptions options = {}) const;

    /// `sleep_time`: whole seconds without a visitor, -1: never. Spaces on "cpu-basic" sleep after 48 hours.
    boost::asio::awaitable<SpaceRuntime> set_space_sleep_time(std::string_view repo_id, DurationArg sleep_time,
                                                              TokenOptions options = {}) const;

    /// Stops the Space until it is restarted. Static Spaces give BadRequestError.
    boost::asio::awaitable<SpaceRuntime> pause_space(std::string_view repo_id, TokenOptions options = {}) const;

    /// Starts the Space anew, also one that was paused.
    boost::asio::awaitable<SpaceRuntime> restart_space(std::string_view repo_id,
                                                       RestartSpaceOptions options = {}) const;

    /// Adds persistent storage; it can become larger, but not smaller. Removed from clients since, as
    /// delete_space_storage: an answer that the Hub no longer has it says so.
    boost::asio::awaitable<SpaceRuntime> request_space_storage(std::string_view repo_id, std::string_view storage,
                                                               TokenOptions options = {}) const;
    /// Deletes the storage with all its data.
    boost::asio::awaitable<SpaceRuntime> delete_space_storage(std::string_view repo_id,
                                                              TokenOptions options = {}) const;

    /// Copies a Space, without its secrets.
    boost::asio::awaitable<RepoUrl> duplicate_space(std::string_view from_id, DuplicateSpaceOptions options = {}) const;

    /// All secrets by key, without their values; none: an empty map.
    boost::asio::awaitable<SpaceSecrets> get_space_secrets(std::string_view repo_id, TokenOptions options = {}) const;

    /// Puts these folders in place of those that the Space has, and restarts it.
    boost::asio::awaitable<void> set_space_volumes(std::string_view repo_id, std::span<const Volume> volumes,
                                                   TokenOptions options = {}) const;
    /// Takes all of them away.
    boost::asio::awaitable<void> delete_space_volumes(std::string_view repo_id, TokenOptions options = {}) const;

    /// Lets an editor change the running program, or no longer. Throws HfHubHTTPError (403) where the plan of the owner
    /// does not have that.
    boost::asio::awaitable<SpaceRuntime> enable_space_dev_mode(std::string_view repo_id,
                                                               TokenOptions options = {}) const;
    boost::asio::awaitable<SpaceRuntime> disable_space_dev_mode(std::string_view repo_id,
                                                                TokenOptions options = {}) const;

    /// The machines that Spaces can have.
    boost::asio::awaitable<std::vector<JobHardwareInfo>> list_spaces_hardware(TokenOptions options = {}) const;

    /// What new Spaces can start from.
    boost::asio::awaitable<std::vector<SpaceTemplate>> list_space_templates(TokenOptions options = {}) const;

    /// What the token's account may still use of shared GPUs. HfHubHTTPError (401) without a token.
    boost::asio::awaitable<ZeroGpuQuota> get_zero_gpu_quota(TokenOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

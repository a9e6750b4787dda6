#pragma once

#include <hf/api/commits.hpp>
#include <hf/core/string_list.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace hf {

struct CommitSchedulerOptions {
    std::chrono::milliseconds every = std::chrono::minutes(5);  ///< from the end of a push to the next
    std::string_view path_in_repo{};
    std::string_view repo_type{};
    std::string_view revision{};
    bool private_ = false;  ///< of a repository that is created
    TokenArg token{};
    StringList allow_patterns{};
    StringList ignore_patterns{};  ///< `.git` folders are always left out
    bool squash_history = false;   ///< make one commit of the branch after each push
};

/// Uploads a folder to which files are added, or appended, at regular intervals. Only files whose time of
/// modification has changed are sent, each up to the size that it had when the push began.
///
///     hf::CommitScheduler scheduler(api.session(), "user/logs", "logs", {.every = std::chrono::minutes(10)});
///     co_await scheduler.start();
///     …
///     co_await scheduler.finish();
///
/// Works on the session's executor. Destroying it stops it. All members may be called from any thread.
class CommitScheduler {
public:
    /// Creates the folder if it is missing. Throws HFValidationError (arguments "folder_path", "every",
    /// "repo_id", "repo_type"), FileSystemError.
    CommitScheduler(Session session, std::string_view repo_id, const std::filesystem::path& folder_path,
                    CommitSchedulerOptions options = {});
    ~CommitScheduler();
    CommitScheduler(CommitScheduler&&) noexcept;
    CommitScheduler& operator=(CommitScheduler&&) noexcept;

    /// Creates the repository if it is missing. Needed once before anything is pushed; start() does it too.
    boost::asio::awaitable<void> open();
    /// Opens, and pushes in the background: at once, and then at every interval. Once only.
    boost::asio::awaitable<void> start();

    /// Pushes what has changed; nothing if nothing has. Pushes never overlap: this waits for one under way.
    boost::asio::awaitable<std::optional<CommitInfo>> push_to_hub();
    /// As push_to_hub, and squashes the history if asked to. Does nothing after stop().
    boost::asio::awaitable<std::optional<CommitInfo>> trigger();
    /// Waits for the push under way and gives the outcome of the last one of the background: its commit,
    /// nothing, or its exception.
    boost::asio::awaitable<std::optional<CommitInfo>> last_push();

    /// No further push begins in the background; one under way goes on.
    void stop();
    /// Stops, and pushes a last time.
    boost::asio::awaitable<std::optional<CommitInfo>> finish();

    /// Called after each push of the background, with the exception or the commit. Set before start().
    /// Must not throw.
    void on_push(std::function<void(std::exception_ptr, const std::optional<CommitInfo>&)> observer);

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace hf

#include "async/semaphore.hpp"
#include "async/slice.hpp"
#include "core/glob.hpp"
#include "engine/files/local_path.hpp"
#include "workflow/folder_listing.hpp"
#include "workflow/partial_file.hpp"

#include <hf/api/refs.hpp>
#include <hf/api/repos.hpp>
#include <hf/core/repo.hpp>
#include <hf/core/token_arg.hpp>
#include <hf/workflow/commit_scheduler.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <map>

namespace hf {
namespace asio = boost::asio;
namespace fs = std::filesystem;

static_assert(options_struct<CommitSchedulerOptions>);

namespace {

constexpr int max_listings = 4;

FolderFilter make_filter(const CommitSchedulerOptions& options) {
    return FolderFilter(patterns_of(options.allow_patterns), options.ignore_patterns.to_vector());
}

}  // namespace

class CommitScheduler::State : public std::enable_shared_from_this<State> {
public:
    State(Session session, std::string_view repo_id, fs::path folder, const CommitSchedulerOptions& options)
        : session(std::move(session)),
          commits(this->session),
          strand(asio::make_strand(this->session.executor())),
          repo_id(repo_id),
          folder(std::move(folder)),
          prefix(repo_folder_prefix(options.path_in_repo)),
          repo_type(options.repo_type),
          revision(options.revision),
          token(options.token),
          filter(make_filter(options)),
          every(options.every),
          is_private(options.private_),
          squash_history(options.squash_history),
          turn(std::make_shared<Semaphore>(1)) {}

    asio::awaitable<void> open();
    asio::awaitable<void> start();
    asio::awaitable<std::optional<CommitInfo>> push();
    asio::awaitable<std::optional<CommitInfo>> push_and_squash();
    asio::awaitable<std::optional<CommitInfo>> last_push();
    asio::awaitable<std::optional<CommitInfo>> finish();
    void stop();

    Session session;
    CommitsApi commits;
    asio::strand<asio::any_io_executor> strand;  // of the background
    std::string repo_id;
    fs::path folder;
    std::string prefix;
    std::string repo_type;
    std::string revision;
    OwnedToken token;
    FolderFilter filter;
    std::chrono::milliseconds every;
    bool is_private;
    bool squash_history;
    std::shared_ptr<Semaphore> turn;  // one push at a time; guards what follows
    bool opened = false;
    bool started = false;
    std::map<std::string, fs::file_time_type> last_uploaded;
    std::exception_ptr last_error;
    std::optional<CommitInfo> last_commit;
    std::function<void(std::exception_ptr, const std::optional<CommitInfo>&)> observer;

private:
    struct Changed {
        std::string path;  // relative to the folder
        fs::file_time_type modified;
        std::uint64_t size;
    };

    asio::awaitable<std::vector<Changed>> changed_files() const;
    asio::awaitable<std::optional<CommitInfo>> push_in_turn();
    asio::awaitable<std::optional<CommitInfo>> push_once();
    asio::awaitable<void> squash() const;
    asio::awaitable<void> run(Semaphore::Ticket first_turn);
    asio::awaitable<void> push_in_background(Semaphore::Ticket turn_taken);

    std::atomic<bool> stopped_{false};
    asio::cancellation_signal sleep_;  // on the strand
    bool sleeping_ = false;            // on the strand
};

asio::awaitable<void> CommitScheduler::State::open() {
    const auto self = shared_from_this();
    const auto ticket = co_await turn->take(1);
    if (opened) co_return;
    CreateRepoOptions options;
    options.token = token.get();
    if (is_private) options.private_ = true;
    options.repo_type = repo_type;
    options.exist_ok = true;
    const RepoUrl url = co_await ReposApi(session).create_repo(repo_id, options);
    repo_id = url.repo_id;  // complete, where only a name was given
    opened = true;
}

asio::awaitable<void> CommitScheduler::State::start() {
    const auto self = shared_from_this();
    co_await open();
    auto ticket = co_await turn->take(1);
    if (started) throw_validation("start", "the scheduler was started before");
    started = true;
    // The first push holds its turn from now on, so that last_push() waits for it.
    auto background = run(std::move(ticket));
    const auto done = [self](std::exception_ptr) {};
    asio::co_spawn(strand, std::move(background), asio::bind_cancellation_slot(sleep_.slot(), done));
}

asio::awaitable<void> CommitScheduler::State::run(Semaphore::Ticket first_turn) {
    const auto self = shared_from_this();
    co_await push_in_background(std::move(first_turn));
    while (!stopped_) {
        sleeping_ = true;
        try {
            co_await session.clock().sleep(every);
        } catch (const boost::system::system_error&) {
            // stop() woke us
        }
        sleeping_ = false;
        if (stopped_) break;
        auto ticket = co_await turn->take(1);
        co_await push_in_background(std::move(ticket));
    }
}

asio::awaitable<void> CommitScheduler::State::push_in_background([[maybe_unused]] Semaphore::Ticket turn_taken) {
    last_error = nullptr;
    last_commit.reset();
    try {
        last_commit = co_await push_in_turn();
        if (last_commit && squash_history) co_await squash();
    } catch (...) {
        last_error = std::current_exception();
    }
    if (observer) observer(last_error, last_commit);
}

asio::awaitable<std::vector<CommitScheduler::State::Changed>> CommitScheduler::State::changed_files() const {
    FolderListing listing = co_await list_folder(folder, filter);
    std::vector<Changed> changed;
    Slice slice;
    for (auto& name : listing.files) {
        if (slice.is_over()) co_await slice.pause();
        std::error_code error;
        Changed file;
        file.modified = fs::last_write_time(folder / name, error);
        if (!error) file.size = fs::file_size(folder / name, error);
        if (error) continue;  // removed since it was listed
        const auto known = last_uploaded.find(name);
        if (known != last_uploaded.end() && known->second == file.modified) continue;
        file.path = std::move(name);
        changed.push_back(std::move(file));
    }
    co_return changed;
}

asio::awaitable<std::optional<CommitInfo>> CommitScheduler::State::push_in_turn() {
    // Files come and go beside us: what vanished since it was listed is not listed again.
    for (int attempt = 1;; ++attempt) {
        try {
            std::optional<CommitInfo> info = co_await push_once();
            co_return info;
        } catch (const FileSystemError& error) {
            if (error.info().cause != boost::system::errc::no_such_file_or_directory || attempt == max_listings) throw;
        }
    }
}

asio::awaitable<std::optional<CommitInfo>> CommitScheduler::State::push_once() {
    const std::vector<Changed> changed = co_await changed_files();
    if (changed.empty()) co_return std::nullopt;
    std::vector<CommitOperation> operations;
    for (const auto& file : changed) {
        auto content = UploadContent::from_source(make_partial_file((folder / file.path).string(), file.size));
        operations.emplace_back(std::in_place_type<CommitOperationAdd>, prefix + file.path, std::move(content));
    }
    CommitOptions options;
    options.commit_message = "Scheduled Commit";
    options.token = token.get();
    options.repo_type = repo_type;
    options.revision = revision;
    CommitInfo info = co_await commits.create_commit(repo_id, std::move(operations), options);
    for (const auto& file : changed) last_uploaded[file.path] = file.modified;
    co_return info;
}

asio::awaitable<void> CommitScheduler::State::squash() const {
    SuperSquashHistoryOptions options;
    options.branch = revision;
    options.repo_type = repo_type;
    options.token = token.get();
    return RefsApi(session).super_squash_history(repo_id, options);
}

asio::awaitable<std::optional<CommitInfo>> CommitScheduler::State::push() {
    const auto self = shared_from_this();
    const auto ticket = co_await turn->take(1);
    std::optional<CommitInfo> info = co_await push_in_turn();
    co_return info;
}

asio::awaitable<std::optional<CommitInfo>> CommitScheduler::State::push_and_squash() {
    const auto self = shared_from_this();
    const auto ticket = co_await turn->take(1);
    if (stopped_) co_return std::nullopt;
    std::optional<CommitInfo> info = co_await push_in_turn();
    if (squash_history) co_await squash();
    co_return info;
}

asio::awaitable<std::optional<CommitInfo>> CommitScheduler::State::last_push() {
    const auto self = shared_from_this();
    const auto ticket = co_await turn->take(1);
    if (last_error) std::rethrow_exception(last_error);
    co_return last_commit;
}

asio::awaitable<std::optional<CommitInfo>> CommitScheduler::State::finish() {
    stop();
    return push();
}

void CommitScheduler::State::stop() {
    stopped_ = true;
    asio::post(strand, [self = shared_from_this()] {
        if (self->sleeping_) self->sleep_.emit(asio::cancellation_type::terminal);
    });
}

namespace {

fs::path prepare_folder(const fs::path& folder_path) {
    const fs::path folder = expand_home(folder_path);
    std::error_code error;
    if (fs::exists(folder, error) && !fs::is_directory(folder, error))
        throw_validation("folder_path", "'folder_path' must be a directory, not a file: '" + folder.string() + "'.");
    fs::create_directories(folder, error);
    if (error) throw_file_system("cannot create", folder.string(), {error.value(), boost::system::system_category()});
    return fs::canonical(folder);
}

}  // namespace

CommitScheduler::CommitScheduler(Session session, std::string_view repo_id, const fs::path& folder_path,
                                 CommitSchedulerOptions options) {
    if (options.every <= options.every.zero())
        throw_validation("every", "'every' must be positive, not " + std::to_string(options.every.count()) + " ms.");
    validate_repo_type(options.repo_type);
    validate_repo_id(repo_id);
    state_ = std::make_shared<State>(std::move(session), repo_id, prepare_folder(folder_path), options);
}

CommitScheduler::~CommitScheduler() {
    if (state_) state_->stop();
}

CommitScheduler::CommitScheduler(CommitScheduler&&) noexcept = default;
CommitScheduler& CommitScheduler::operator=(CommitScheduler&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}

asio::awaitable<void> CommitScheduler::open() { return state_->open(); }
asio::awaitable<void> CommitScheduler::start() { return state_->start(); }
asio::awaitable<std::optional<CommitInfo>> CommitScheduler::push_to_hub() { return state_->push(); }
asio::awaitable<std::optional<CommitInfo>> CommitScheduler::trigger() { return state_->push_and_squash(); }
asio::awaitable<std::optional<CommitInfo>> CommitScheduler::last_push() { return state_->last_push(); }
asio::awaitable<std::optional<CommitInfo>> CommitScheduler::finish() { return state_->finish(); }
void CommitScheduler::stop() { state_->stop(); }

void CommitScheduler::on_push(std::function<void(std::exception_ptr, const std::optional<CommitInfo>&)> observer) {
    state_->observer = std::move(observer);
}

}  // namespace hf

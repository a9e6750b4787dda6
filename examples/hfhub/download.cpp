#include "failure.hpp"
#include "progress.hpp"
#include "text.hpp"

#include <hf/core/for_each_bounded.hpp>

#include <fmt/core.h>

#include <optional>

namespace tool {
namespace {

constexpr const char* footer = R"(
Fetches files into the cache, which is shared with the Python client, and prints where they are. Without a
FILE it fetches the whole repository. Run it again after an interruption to go on. A file that cannot be
fetched does not keep the others from coming: those that failed are listed, and --json gives them as
"failures". Without the Hub the cache answers, with --local-dir too, if it is known to have all that was asked for.
Patterns are those of the shell, for the whole path: '*' matches slashes too, and 'folder/' means all below it.

Examples:
  hfhub download openai-community/gpt2 config.json
  hfhub download openai-community/gpt2 --include '*.json' --revision main
  hfhub download --repo-type dataset rajpurkar/squad README.md --local-dir .)";

struct Options {
    std::string repo, repo_type = "model", revision, local_dir;
    std::vector<std::string> files, include, exclude;
    unsigned jobs = 64;
    bool force = false, verify = false, all_or_nothing = false;
};

asio::awaitable<std::string> fetch_snapshot(Context& context, const Options& options, Progress& progress) {
    hf::SnapshotDownloadOptions snapshot;
    snapshot.repo_type = options.repo_type;
    snapshot.revision = options.revision;
    snapshot.local_dir = options.local_dir;
    if (!options.local_dir.empty()) snapshot.local_dir_use_symlinks = false;
    snapshot.allow_patterns = patterns(options.include);
    snapshot.ignore_patterns = patterns(options.exclude);
    snapshot.force_download = options.force;
    snapshot.verify = options.verify;
    snapshot.all_or_nothing = options.all_or_nothing;
    snapshot.max_workers = options.jobs;
    snapshot.progress = &progress;
    return context.api.snapshot_download(options.repo, snapshot);
}

asio::awaitable<hf::DownloadedFile> fetch_file(Context& context, const Options& options, const std::string& file,
                                               Progress& progress) {
    hf::HfHubDownloadOptions download;
    download.repo_type = options.repo_type;
    download.revision = options.revision;
    download.local_dir = options.local_dir;
    if (!options.local_dir.empty()) download.local_dir_use_symlinks = false;
    download.force_download = options.force;
    download.verify = options.verify;
    download.progress = &progress;
    return context.api.download_file(options.repo, file, download);
}

/// The files of one command. One that cannot be fetched does not keep the others from coming.
class Files {
public:
    Files(Context& context, const Options& options, Progress& progress)
        : context_(context), options_(options), progress_(progress), fetched_(options.files.size()) {}

    /// With an empty path where one could not be fetched.
    const std::vector<hf::DownloadedFile>& fetched() const { return fetched_; }

    asio::awaitable<void> fetch() {
        const auto one = [this](std::size_t i) { return fetch_one(i); };
        co_await hf::for_each_bounded(fetched_.size(), options_.jobs, one);
    }
    /// Throws what the first that failed threw, with the list of all.
    void raise() const {
        if (!first_) return;
        hf::ErrorInfo info = first_->info();
        if (fetched_.size() > 1) {
            info.failures = failures_;
            info.message = fmt::format("{} of {} files could not be fetched: {}: {}", failures_.size(), fetched_.size(),
                                       failures_[0].path, failures_[0].message);
        }
        throw hf::Error(first_->code(), std::move(info));
    }

private:
    asio::awaitable<void> fetch_one(std::size_t i) {
        try {
            fetched_[i] = co_await fetch_file(context_, options_, options_.files[i], progress_);
        } catch (const hf::Error& error) {
            if (options_.all_or_nothing) throw;
            if (!first_) first_ = error;
            failures_.push_back(hf::FileFailure{options_.files[i], error.code(), error.message()});
        }
    }

    Context& context_;
    const Options& options_;
    Progress& progress_;
    std::vector<hf::DownloadedFile> fetched_;
    std::optional<hf::Error> first_;
    std::vector<hf::FileFailure> failures_;
};

void print_path(const Context& context, const std::string& path) {
    if (path.empty()) return;
    if (context.globals.json)
        print_json(hf::json::object{{"path", path}});
    else
        print_line(path);
}

void print_file(const Context& context, const hf::DownloadedFile& fetched, const std::string& file) {
    if (fetched.path.empty()) return;
    if (!fetched.verified && !context.globals.quiet)
        fmt::print(stderr, "hfhub: {}: not verified, for nothing says what its hash should be\n", printable(file));
    if (context.globals.json)
        print_json(hf::json::object{{"path", fetched.path}, {"file", file}, {"verified", fetched.verified}});
    else
        print_line(fetched.path);
}

asio::awaitable<int> download(Context& context, std::shared_ptr<const Options> options) {
    context.about(options->repo_type, options->repo);
    Progress progress("download", context.globals.quiet);
    Files files(context, *options, progress);
    std::string snapshot;
    std::exception_ptr thrown;
    try {
        if (options->files.empty())
            snapshot = co_await fetch_snapshot(context, *options, progress);
        else
            co_await files.fetch();
    } catch (...) {
        thrown = std::current_exception();
    }
    progress.clear();
    context.subject.missing_bytes = progress.missing_bytes();
    if (thrown) std::rethrow_exception(thrown);
    print_path(context, snapshot);
    for (std::size_t i = 0; i < options->files.size(); ++i) print_file(context, files.fetched()[i], options->files[i]);
    files.raise();
    co_return success;
}

}  // namespace

void add_download(CLI::App& app, const Globals& globals, Action& action) {
    auto options = std::make_shared<Options>();
    CLI::App& command = *app.add_subcommand("download", "Fetch files into the cache or a folder");
    command.footer(footer);
    command.add_option("REPO", options->repo, "repository, such as openai-community/gpt2")->required();
    command.add_option("FILE", options->files, "paths in the repository; all files if none is named");
    add_repo_options(command, options->repo_type, options->revision);
    command.add_option("--local-dir", options->local_dir, "put plain files here instead of into the cache");
    add_list(command, "--include", options->include, "only files that match this pattern (repeatable)");
    add_list(command, "--exclude", options->exclude, "no files that match this pattern (repeatable)");
    command.add_option("--jobs", options->jobs, "files at once (64)")->check(CLI::Range(1, 1024));
    command.add_flag("--force", options->force, "fetch again what is there");
    command.add_flag("--verify", options->verify, "hash what the cache has, and fetch again what is damaged");
    command.add_flag("--all-or-nothing", options->all_or_nothing, "stop at the first file that cannot be fetched");
    command.callback([options, &globals, &action] {
        if (!options->files.empty() && !(options->include.empty() && options->exclude.empty()))
            throw CLI::ValidationError("FILE", "not together with --include or --exclude");
        action = [options, &globals] {
            return run_command(globals, [options](Context& context) { return download(context, options); });
        };
    });
}

}  // namespace tool

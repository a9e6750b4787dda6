#include "failure.hpp"
#include "progress.hpp"
#include "text.hpp"

#include <hf/core/for_each_bounded.hpp>

namespace tool {
namespace {

constexpr const char* footer = R"(
Fetches files into the cache, which is shared with the Python client, and prints where they are. Without a
FILE it fetches the whole repository. Run it again after an interruption to go on.

Examples:
  hfhub download openai-community/gpt2 config.json
  hfhub download openai-community/gpt2 --include '*.json' --revision main
  hfhub download --repo-type dataset rajpurkar/squad README.md --local-dir .)";

struct Options {
    std::string repo, repo_type = "model", revision, local_dir;
    std::vector<std::string> files, include, exclude;
    unsigned jobs = 64;
    bool force = false;
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
    snapshot.max_workers = options.jobs;
    snapshot.progress = &progress;
    return context.api.snapshot_download(options.repo, snapshot);
}

asio::awaitable<std::string> fetch_file(Context& context, const Options& options, const std::string& file,
                                        Progress& progress) {
    hf::HfHubDownloadOptions download;
    download.repo_type = options.repo_type;
    download.revision = options.revision;
    download.local_dir = options.local_dir;
    if (!options.local_dir.empty()) download.local_dir_use_symlinks = false;
    download.force_download = options.force;
    download.progress = &progress;
    return context.api.hf_hub_download(options.repo, file, download);
}

asio::awaitable<int> download(Context& context, std::shared_ptr<const Options> options) {
    context.about(options->repo_type, options->repo);
    Progress progress("download", context.globals.quiet);
    std::vector<std::string> paths(std::max<std::size_t>(options->files.size(), 1));
    std::exception_ptr thrown;
    try {
        if (options->files.empty()) {
            paths[0] = co_await fetch_snapshot(context, *options, progress);
        } else {
            auto one = [&](std::size_t i) -> asio::awaitable<void> {
                paths[i] = co_await fetch_file(context, *options, options->files[i], progress);
            };
            co_await hf::for_each_bounded(options->files.size(), options->jobs, one);
        }
    } catch (...) {
        thrown = std::current_exception();
    }
    progress.clear();
    context.subject.missing_bytes = progress.missing_bytes();
    if (thrown) std::rethrow_exception(thrown);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (!context.globals.json) {
            print_line(paths[i]);
            continue;
        }
        hf::json::object line{{"path", paths[i]}};
        if (!options->files.empty()) line["file"] = options->files[i];
        print_json(line);
    }
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
    command.callback([options, &globals, &action] {
        if (!options->files.empty() && !(options->include.empty() && options->exclude.empty()))
            throw CLI::ValidationError("FILE", "not together with --include or --exclude");
        action = [options, &globals] {
            return run_command(globals, [options](Context& context) { return download(context, options); });
        };
    });
}

}  // namespace tool

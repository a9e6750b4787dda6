#include "program.hpp"
#include "progress.hpp"
#include "text.hpp"

#include <fmt/core.h>

#include <filesystem>

namespace tool {
namespace {

namespace fs = std::filesystem;

constexpr const char* footer = R"(
Commits a file or the files below a folder, in one commit. The Hub decides what is stored as LFS. What it has
already is not sent again, so the same command continues what was interrupted; with nothing new it makes no
commit. The repository is created if there is none.

Examples:
  hfhub upload me/model ./out
  hfhub upload me/model ./out/model.safetensors weights/model.safetensors --message "New weights"
  hfhub upload --repo-type dataset me/data . data --include '*.parquet' --delete '*.csv' --private
  hfhub upload me/model ./out --create-pr
  hfhub upload --repo-type dataset me/huge ./data --split-commits)";

struct Options {
    std::string repo, path, path_in_repo, repo_type = "model", revision, message, description, space_sdk = "static";
    std::vector<std::string> include, exclude, remove;
    unsigned jobs = 8;
    bool private_repo = false, create_pr = false, no_create = false, split_commits = false;
};

/// A repository that exists is fine, also where the token may not create any.
asio::awaitable<void> create(Context& context, const Options& options) {
    hf::CreateRepoOptions create;
    create.exist_ok = true;
    create.repo_type = options.repo_type;
    if (options.private_repo) create.private_ = true;
    if (options.repo_type == "space") create.space_sdk = options.space_sdk;
    co_await context.api.create_repo(options.repo, create);
}

asio::awaitable<hf::CommitInfo> upload_folder(Context& context, const Options& options, Progress& progress) {
    hf::UploadFolderOptions upload;
    upload.path_in_repo = options.path_in_repo;
    upload.commit_message = options.message;
    upload.commit_description = options.description;
    upload.repo_type = options.repo_type;
    upload.revision = options.revision;
    upload.create_pr = options.create_pr;
    upload.split_commits = options.split_commits;
    upload.allow_patterns = patterns(options.include);
    upload.ignore_patterns = patterns(options.exclude);
    upload.delete_patterns = patterns(options.remove);
    upload.num_threads = options.jobs;
    upload.progress = &progress;
    return context.api.upload_folder(options.repo, fs::path(options.path), upload);
}

asio::awaitable<hf::CommitInfo> upload_file(Context& context, const Options& options, Progress& progress) {
    const std::string name =
        options.path_in_repo.empty() ? fs::path(options.path).filename().string() : options.path_in_repo;
    hf::CommitOptions upload;
    if (!options.message.empty()) upload.commit_message = options.message;
    upload.commit_description = options.description;
    upload.repo_type = options.repo_type;
    upload.revision = options.revision;
    upload.create_pr = options.create_pr;
    upload.num_threads = options.jobs;
    upload.progress = &progress;
    return context.api.upload_file(options.path, name, options.repo, upload);
}

void print_result(Context& context, const Options& options, const hf::CommitInfo& commit, const Progress& progress) {
    const auto done = progress.counters();
    if (context.globals.json) {
        hf::json::value out = hf::json::to_value(commit);
        out.as_object()["files"] = done.files_done;
        out.as_object()["bytes"] = done.bytes_total;
        out.as_object()["bytes_sent"] = done.bytes_received;
        out.as_object()["seconds"] = progress.seconds();
        out.as_object()["requests"] = context.requests;
        out.as_object()["peak_memory"] = peak_memory();
        print_json(out);
        return;
    }
    if (options.create_pr && !commit.pr_url)
        fmt::print(stderr, "no pull request was made; {} is at {}\n", printable(options.repo), printable(commit.oid));
    else
        print_line(printable(commit.pr_url ? *commit.pr_url : commit.commit_url));
    if (!context.globals.quiet)
        fmt::print(stderr, "{} files, {}, {} sent, in {}\n", grouped(done.files_done),
                   human_bytes(static_cast<double>(done.bytes_total)),
                   human_bytes(static_cast<double>(done.bytes_received)), human_time(progress.seconds()));
}

asio::awaitable<int> upload(Context& context, std::shared_ptr<const Options> options) {
    context.about(options->repo_type, options->repo);
    Progress progress("upload", context.globals.quiet);
    if (!fs::exists(options->path))
        hf::throw_validation("PATH", "there is no file or folder " + options->path + " to upload");
    if (!options->no_create) co_await create(context, *options);
    hf::CommitInfo commit;
    if (fs::is_directory(options->path))
        commit = co_await upload_folder(context, *options, progress);
    else
        commit = co_await upload_file(context, *options, progress);
    progress.clear();
    print_result(context, *options, commit, progress);
    co_return success;
}

}  // namespace

void add_upload(CLI::App& app, const Globals& globals, Action& action) {
    auto options = std::make_shared<Options>();
    CLI::App& command = *app.add_subcommand("upload", "Commit a file or folder to a repository");
    command.footer(footer);
    command.add_option("REPO", options->repo, "repository, such as me/model")->required();
    command.add_option("PATH", options->path, "file or folder to upload")->required();
    command.add_option("PATH_IN_REPO", options->path_in_repo, "where it goes; by default the root, or the file's name");
    add_repo_options(command, options->repo_type, options->revision);
    command.add_option("-m,--message", options->message, "first line of the commit's message");
    command.add_option("--description", options->description, "the rest of it");
    add_list(command, "--include", options->include, "only files that match this pattern (repeatable)");
    add_list(command, "--exclude", options->exclude, "no files that match this pattern (repeatable)");
    add_list(command, "--delete", options->remove, "delete files of the repository that match (repeatable)");
    command.add_flag("--private", options->private_repo, "if the repository has to be created, make it private");
    command.add_flag("--no-create", options->no_create, "fail if there is no such repository");
    command.add_option("--space-sdk", options->space_sdk, "of a Space that has to be created: static, gradio, docker");
    command.add_flag("--create-pr", options->create_pr, "propose it as a pull request");
    command.add_flag("--split-commits", options->split_commits,
                     "make several commits, each as large as the Hub takes: for folders too large for one");
    command.add_option("--jobs", options->jobs, "LFS uploads at once (8)")->check(CLI::Range(1, 256));
    command.callback([options, &globals, &action] {
        action = [options, &globals] {
            return run_command(globals, [options](Context& context) { return upload(context, options); });
        };
    });
}

}  // namespace tool

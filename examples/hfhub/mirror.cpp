#include "failure.hpp"
#include "listing.hpp"
#include "progress.hpp"
#include "repo_spec.hpp"
#include "shard.hpp"
#include "text.hpp"

#include <hf/core/for_each_bounded.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <utility>

namespace tool {
namespace {

constexpr const char* footer = R"(
Makes a folder (or the cache) hold the files of repositories. Run it again to bring it up to date: what is
there already is not fetched, an unchanged repository costs one request, and interrupted files go on where
they stopped. Every file is checked against its hash before it appears under its name.

With one REPO, --local-dir is its folder. With several, each gets its own below: owner/name,
datasets/owner/name, spaces/owner/name. A repository that fails does not stop the others; the exit code is
then 9. A file that cannot be fetched does not stop the others either: those that failed are listed, --json
gives them as "failures", and nothing is deleted in such a run. Patterns are those of the shell, for the whole
path: '*' matches slashes too, and 'folder/' means all below it.

--delete deletes only what an earlier mirror of the same repository has put there and nobody has changed; what was
mirrored is noted in FOLDER/.cache/huggingface, which goes with the folder. It refuses, with exit code 11 and
before anything is changed, to delete more than half of the files (but at least ten), and to believe a list of files
that is empty or lacks what the commit names. Of a repository that is gone or closed the files stay: exit code 10.
Files named .cache or .cache/huggingface/... are left out, because such belong to clients of the Hub.

Several processes share the work with --shard: each repository belongs to one of the N parts, whoever asks, by a hash of
its type and id. Each part is mirrored as if it were the whole list; all may write below one shared folder.

Examples:
  hfhub mirror openai-community/gpt2 --local-dir gpt2 --exclude '*.h5' --exclude '*.ot'
  hfhub mirror dataset:rajpurkar/squad google/gemma-2b --local-dir mirror --delete
  hfhub mirror --author me --repo-type dataset --local-dir backup
  hfhub mirror --from-file repos.txt            # one [dataset:|space:]ID a line, into the cache
  hfhub mirror --from-file repos.txt --local-dir mirror --shard 2/8     # the second of eight machines
  srun ... hfhub mirror --author me --local-dir mirror --shard auto     # of a Slurm array, sbatch --array=1-8)";

struct Options {
    std::vector<std::string> repos;
    std::string from_file, repo_type = "model", revision, local_dir;
    std::vector<std::string> include, exclude;
    ListFilter filter;
    Shard shard;
    unsigned jobs = 64, repos_at_once = 4;
    bool remove_deleted = false, verify = false, all_or_nothing = false;
    std::optional<std::uint64_t> max_delete;

    /// One repository that was named itself, and not a list that happens to hold one.
    bool single() const { return repos.size() == 1 && from_file.empty() && !filter.given(); }
};

void read_repos(std::istream& in, const Options& options, std::vector<RepoSpec>& out) {
    bool first = true;
    for (std::string line; std::getline(in, line);) {
        if (std::exchange(first, false) && line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
        line.erase(0, line.find_first_not_of(" \t"));
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (!line.empty() && line[0] != '#') out.push_back(RepoSpec::parse(line, options.repo_type));
    }
}

asio::awaitable<std::vector<RepoSpec>> find_repos(const hf::Session& session, const Options& options) {
    std::vector<RepoSpec> out;
    for (const auto& repo : options.repos) out.push_back(RepoSpec::parse(repo, options.repo_type));
    if (options.from_file == "-") {
        read_repos(std::cin, options, out);
    } else if (!options.from_file.empty()) {
        std::ifstream file(options.from_file);
        read_repos(file, options, out);
    }
    if (options.filter.given()) {
        hf::ListOptions list;
        list.skip_unreadable = true;
        if (options.filter.limit > 0) list.limit = options.filter.limit;
        auto found = session.list_with<std::string>(
            options.filter.request(options.repo_type),
            [](const hf::json::value& repo) {
                const hf::json::value* id = repo.is_object() ? repo.get_object().if_contains("id") : nullptr;
                return hf::json::from_value<std::string>(id ? *id : hf::json::value());
            },
            list);
        while (auto id = co_await found.next()) out.push_back(RepoSpec{options.repo_type, std::move(*id)});
    }
    std::erase_if(out, [&](const RepoSpec& repo) { return !options.shard.has(repo); });
    co_return out;
}

std::string folder_of(const RepoSpec& repo, const Options& options) {
    if (options.single()) return options.local_dir;
    return options.local_dir + "/" + hf::Repo(repo.type, repo.id).url_path();
}

/// Mirrors the repositories of one command.
class Mirror {
public:
    Mirror(Context& context, const Options& options) : context_(context), options_(options) {}

    asio::awaitable<int> run() {
        repos_ = co_await find_repos(context_.api.session(), options_);
        if (options_.single() && !repos_.empty()) {
            context_.about(repos_[0].type, repos_[0].id);
            context_.subject.mirrored = is_mirrored(repos_[0]);
            co_await mirror(repos_[0]);
            tell_unmatched();
            co_return success;
        }
        co_await hf::for_each_bounded(repos_.size(), options_.repos_at_once,
                                      [this](std::size_t i) { return mirror_one_of_many(repos_[i]); });
        progress_.clear();
        tell_unmatched();
        if (!context_.globals.quiet)
            fmt::print(stderr, "{} repositories mirrored, {} failed\n", grouped(repos_.size() - failed_), failed_);
        co_return failed_ == 0 ? success : partly;
    }

private:
    bool is_mirrored(const RepoSpec& repo) const {
        try {
            return !options_.local_dir.empty() &&
                   std::filesystem::is_directory(folder_of(repo, options_) + "/.cache/huggingface/hfhub");
        } catch (const hf::Error&) {
            return false;  // no name of a repository
        }
    }

    asio::awaitable<void> mirror_one_of_many(RepoSpec repo) {
        std::exception_ptr thrown;
        try {
            co_await mirror(repo);
            co_return;
        } catch (...) {
            thrown = std::current_exception();
        }
        Context::Subject subject = context_.subject;
        subject.page = context_.api.session().endpoint() + "/" + repo.id;
        subject.missing_bytes = progress_.missing_bytes();
        subject.mirrored = is_mirrored(repo);
        const Failure failure = explain(thrown, subject);
        if (failure.code == interrupted) std::rethrow_exception(thrown);
        ++failed_;
        progress_.clear();
        complain(repo.text() + ": " + failure.line);
        list_files(failure);
        if (!context_.globals.json) co_return;
        hf::json::object line{{"repo_type", repo.type}, {"repo_id", repo.id}};
        for (const auto& [name, value] : failure.json()) line[name] = value;
        print_json(line);
    }

    asio::awaitable<void> mirror(const RepoSpec& repo) {
        const Stopwatch watch;
        const std::uint64_t requests = context_.requests, received = progress_.counters().bytes_received;
        hf::json::object report{{"repo_type", repo.type}, {"repo_id", repo.id}};
        try {
            if (options_.local_dir.empty())
                co_await into_cache(repo, report);
            else
                co_await into_folder(repo, report);
        } catch (...) {
            context_.subject.missing_bytes = progress_.missing_bytes();
            progress_.clear();
            throw;
        }
        report["seconds"] = watch.seconds();
        // Of all repositories meanwhile.
        report["requests"] = context_.requests - requests;
        report["bytes_received"] = progress_.counters().bytes_received - received;
        report["peak_memory"] = peak_memory();
        progress_.clear();
        if (context_.globals.json) print_json(report);
        flush_output();
    }

    asio::awaitable<void> into_cache(const RepoSpec& repo, hf::json::object& report) {
        hf::SnapshotDownloadOptions options;
        options.repo_type = repo.type;
        options.revision = options_.revision;
        options.allow_patterns = patterns(options_.include);
        options.ignore_patterns = patterns(options_.exclude);
        options.max_workers = options_.jobs;
        options.verify = options_.verify;
        options.all_or_nothing = options_.all_or_nothing;
        options.progress = &progress_;
        const std::string folder = co_await context_.api.snapshot_download(repo.id, options);
        report["folder"] = folder;
        if (!context_.globals.json) print_line(folder);
    }

    asio::awaitable<void> into_folder(const RepoSpec& repo, hf::json::object& report) {
        const Stopwatch watch;
        const std::string folder = folder_of(repo, options_);
        hf::MirrorOptions options;
        options.repo_type = repo.type;
        options.revision = options_.revision;
        options.allow_patterns = patterns(options_.include);
        options.ignore_patterns = patterns(options_.exclude);
        options.max_workers = options_.jobs;
        options.remove_deleted = options_.remove_deleted;
        options.max_delete = options_.max_delete;
        options.verify = options_.verify;
        options.all_or_nothing = options_.all_or_nothing;
        options.progress = &progress_;
        const hf::MirrorResult done = co_await context_.api.mirror(repo.id, folder, options);
        report["folder"] = folder;
        report["commit"] = done.commit_hash;
        report["files"] = done.files;
        report["fetched"] = done.fetched;
        report["removed"] = done.removed;
        report["bytes"] = done.bytes;
        report["bytes_fetched"] = done.bytes_fetched;
        if (!done.unmatched.empty()) report["unmatched"] = hf::json::to_value(done.unmatched);
        if (!done.left_out.empty()) report["left_out"] = hf::json::to_value(done.left_out);
        tell(repo, done);
        if (!context_.globals.json && !context_.globals.quiet) describe(repo, folder, done, watch.seconds());
    }

    void tell(const RepoSpec& repo, const hf::MirrorResult& done) {
        for (const std::string& name : done.left_out)
            progress_.note(repo.text() + ": " + name + " is left out: its name belongs to clients of the Hub");
        if (done_++ == 0)
            unmatched_ = done.unmatched;
        else
            std::erase_if(unmatched_, [&](const std::string& pattern) {
                return std::ranges::find(done.unmatched, pattern) == done.unmatched.end();
            });
    }

    /// Of several repositories a pattern needs to match in one only.
    void tell_unmatched() {
        for (const std::string& pattern : unmatched_) progress_.note("no file matches the pattern '" + pattern + "'");
    }

    void describe(const RepoSpec& repo, const std::string& folder, const hf::MirrorResult& done, double seconds) {
        progress_.clear();
        std::string line =
            fmt::format("{} at {} in {}: {} files, {}", printable(repo.text()), done.commit_hash.substr(0, 8), folder,
                        grouped(done.files), human_bytes(static_cast<double>(done.bytes)));
        if (done.fetched == 0)
            line += "; nothing new";
        else
            line += fmt::format("; {} fetched, {} in {} ({:.0f} files/s, {}/s)", grouped(done.fetched),
                                human_bytes(static_cast<double>(done.bytes_fetched)), human_time(seconds),
                                static_cast<double>(done.fetched) / seconds,
                                human_bytes(static_cast<double>(done.bytes_fetched) / seconds));
        if (done.removed > 0) line += fmt::format("; {} removed", grouped(done.removed));
        print_line(line);
    }

    Context& context_;
    const Options& options_;
    std::vector<RepoSpec> repos_;
    Progress progress_{"mirror", context_.globals.quiet};
    std::size_t done_ = 0, failed_ = 0;
    std::vector<std::string> unmatched_;
};

asio::awaitable<int> mirror(Context& context, std::shared_ptr<const Options> options) {
    Mirror mirror(context, *options);
    const int code = co_await mirror.run();
    co_return code;
}

void check(const Options& options) {
    if (options.repos.empty() && options.from_file.empty() && !options.filter.given())
        throw CLI::ValidationError("mirror", "name a REPO, --from-file, --author, --search or --filter");
    if (options.remove_deleted && options.local_dir.empty())
        throw CLI::ValidationError("--delete", "needs --local-dir");
    if (options.max_delete && !options.remove_deleted) throw CLI::ValidationError("--max-delete", "needs --delete");
}

}  // namespace

void add_mirror(CLI::App& app, const Globals& globals, Action& action) {
    auto options = std::make_shared<Options>();
    CLI::App& command = *app.add_subcommand("mirror", "Keep local copies of whole repositories up to date");
    command.footer(footer);
    command.add_option("REPO", options->repos, "repositories: ID, dataset:ID or space:ID");
    command.add_option("--from-file", options->from_file, "file that names one repository a line; - is standard input");
    add_repo_options(command, options->repo_type, options->revision);
    options->filter.add_options(command);
    options->shard.add_options(command);
    command.add_option("--local-dir", options->local_dir, "folder for the files; the cache of HF_HOME by default");
    add_list(command, "--include", options->include, "only files that match this pattern (repeatable)");
    add_list(command, "--exclude", options->exclude, "no files that match this pattern (repeatable)");
    command.add_option("--jobs", options->jobs, "files at once, per repository (64)")->check(CLI::Range(1, 1024));
    command.add_option("--repos-at-once", options->repos_at_once, "repositories at once (4)")->check(CLI::Range(1, 64));
    command.add_flag("--delete", options->remove_deleted,
                     "delete files that were mirrored before and are gone from the repository");
    command.add_option("--max-delete", options->max_delete,
                       "most files that --delete may delete; half of them, or ten");
    command.add_flag("--verify", options->verify, "hash all local files again instead of trusting size and time");
    command.add_flag("--all-or-nothing", options->all_or_nothing, "stop at the first file that cannot be fetched");
    command.callback([options, &globals, &action] {
        check(*options);
        options->shard.resolve(&std::getenv);
        action = [options, &globals] {
            if (!options->from_file.empty() && options->from_file != "-" && !std::ifstream(options->from_file)) {
                complain("--from-file: cannot read " + options->from_file);
                return static_cast<int>(usage);
            }
            return run_command(globals, [options](Context& context) { return mirror(context, options); });
        };
    });
}

}  // namespace tool

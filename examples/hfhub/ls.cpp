#include "program.hpp"
#include "text.hpp"

#include <fmt/core.h>

namespace tool {
namespace {

constexpr const char* footer = R"(
Examples:
  hfhub ls openai-community/gpt2
  hfhub ls --repo-type dataset rajpurkar/squad plain_text
  hfhub ls openai-community/gpt2 -r --json | jq -r 'select(.lfs) | .path')";

struct Options {
    std::string repo, path, repo_type = "model", revision;
    bool recursive = false;
};

void print_entry(const hf::RepoTreeEntry& entry, bool json) {
    if (json) {
        print_json(hf::json::to_value(entry));
    } else if (const hf::RepoFile* file = entry.file()) {
        print_line(fmt::format("{:>15} {} {}", grouped(static_cast<std::uint64_t>(file->size)),
                               file->lfs ? "lfs" : "   ", printable(file->path)));
    } else {
        print_line(fmt::format("{:>15}     {}/", "", printable(entry.path())));
    }
}

asio::awaitable<int> ls(Context& context, std::shared_ptr<const Options> options) {
    context.about(options->repo_type, options->repo);
    hf::ListRepoTreeOptions list;
    list.path_in_repo = options->path;
    list.recursive = options->recursive;
    list.revision = options->revision;
    list.repo_type = options->repo_type;
    auto entries = context.api.list_repo_tree(options->repo, list);
    while (auto entry = co_await entries.next()) print_entry(*entry, context.globals.json);
    co_return success;
}

}  // namespace

void add_ls(CLI::App& app, const Globals& globals, Action& action) {
    auto options = std::make_shared<Options>();
    CLI::App& command = *app.add_subcommand("ls", "List the files of a repository");
    command.footer(footer);
    command.add_option("REPO", options->repo, "repository, such as openai-community/gpt2")->required();
    command.add_option("PATH", options->path, "folder in the repository");
    add_repo_options(command, options->repo_type, options->revision);
    command.add_flag("-r,--recursive", options->recursive, "with all folders below");
    command.callback([options, &globals, &action] {
        action = [options, &globals] {
            return run_command(globals, [options](Context& context) { return ls(context, options); });
        };
    });
}

}  // namespace tool

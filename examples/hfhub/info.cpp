#include "program.hpp"
#include "text.hpp"

#include <fmt/core.h>

namespace tool {
namespace {

constexpr const char* footer = R"(
Examples:
  hfhub info openai-community/gpt2
  hfhub info --repo-type dataset rajpurkar/squad --json | jq .sha
  hfhub info openai-community/gpt2 --files --json | jq '.siblings[].size')";

struct Options {
    std::string repo, repo_type = "model", revision;
    bool files = false;
};

void line(std::string_view name, std::string_view value) {
    if (!value.empty()) print_line(fmt::format("{:<14}{}", name, printable(value)));
}

template <class Info>
void print_info(const Info& info) {
    line("id", info.id);
    line("commit", info.sha.value_or(""));
    if (info.last_modified)
        line("last modified", std::string_view(hf::json::to_value(*info.last_modified).as_string()));
    line("visibility", info.private_.value_or(false) ? "private" : "public");
    if (info.gated && *info.gated != hf::Gated::no) line("gated", "yes: access must be requested");
    if (info.likes) line("likes", grouped(static_cast<std::uint64_t>(*info.likes)));
    if constexpr (requires { info.downloads; })
        if (info.downloads) line("downloads", grouped(static_cast<std::uint64_t>(*info.downloads)));
    if constexpr (requires { info.sdk; }) line("sdk", info.sdk.value_or(""));
    if constexpr (requires { info.pipeline_tag; }) line("task", info.pipeline_tag.value_or(""));
    std::string tags;
    if constexpr (requires { info.tags; })
        for (const auto& tag : info.tags.value_or(std::vector<std::string>())) tags += (tags.empty() ? "" : ", ") + tag;
    line("tags", tags);
    if constexpr (requires { info.siblings; })
        if (info.siblings) line("files", grouped(info.siblings->size()));
}

asio::awaitable<int> info(Context& context, std::shared_ptr<const Options> options) {
    context.about(options->repo_type, options->repo);
    hf::RepoInfoOptions wanted;
    wanted.revision = options->revision;
    wanted.repo_type = options->repo_type;
    wanted.files_metadata = options->files;
    const hf::RepoInfo found = co_await context.api.repo_info(options->repo, wanted);
    if (context.globals.json)
        print_json(std::visit([](const auto& info) { return hf::json::to_value(info); }, found));
    else
        std::visit([](const auto& info) { print_info(info); }, found);
    co_return success;
}

}  // namespace

void add_info(CLI::App& app, const Globals& globals, Action& action) {
    auto options = std::make_shared<Options>();
    CLI::App& command = *app.add_subcommand("info", "Show what the Hub knows of a repository");
    command.footer(footer);
    command.add_option("REPO", options->repo, "repository, such as openai-community/gpt2")->required();
    add_repo_options(command, options->repo_type, options->revision);
    command.add_flag("--files", options->files, "with size and hash of each file (in the JSON)");
    command.callback([options, &globals, &action] {
        action = [options, &globals] {
            return run_command(globals, [options](Context& context) { return info(context, options); });
        };
    });
}

}  // namespace tool

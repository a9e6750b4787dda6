#pragma once

#include <hf/hf_api.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tool {

namespace asio = boost::asio;

/// What the tool's exit code means. `hfhub --help` lists the same.
enum ExitCode : int {
    success = 0,
    failure = 1,    ///< none of the others
    usage = 2,      ///< a wrong argument
    not_found = 3,  ///< no such repository (or not visible), revision or file
    access = 4,     ///< a token is missing, wrong or not allowed to do this
    network = 5,    ///< the Hub could not be reached, TLS and timeouts included
    disk = 6,       ///< a local file or folder could not be read or written
    refused = 7,    ///< the Hub answered another error
    content = 8,    ///< what came is wrong, or its names are dangerous
    partly = 9,     ///< some of several repositories failed
    gone = 10,      ///< a repository that was mirrored is gone or closed; its mirror keeps the files
    deletions = 11,  ///< a mirror would delete more than it may
    interrupted = 130,
    terminated = 143,
};

/// Options that every subcommand has.
struct Globals {
    std::string endpoint;
    std::string token_file;
    std::string ca_file;
    std::uint64_t limit_rate = 0;  ///< bytes per second, each way
    bool anonymous = false;
    bool quiet = false;
    bool json = false;
    bool verbose = false;
    bool durable = false;
    bool require_hash = false;
};

/// What one command works with.
class Context {
public:
    Context(const Globals& globals, hf::HfApi api);

    /// What a failure is about, for its explanation: a repository's page, whether a token is sent, whether there is a
    /// mirror of it already, and bytes still to be written.
    struct Subject {
        std::string page;
        bool with_token = false;
        bool mirrored = false;
        std::uint64_t missing_bytes = 0;
    };
    void about(std::string_view repo_type, std::string_view repo_id);

    const Globals& globals;
    hf::HfApi api;
    Subject subject;
    std::uint64_t requests = 0;  ///< attempts, of all kinds

private:
    void tell_wait(const hf::WaitEvent& event);

    std::chrono::steady_clock::time_point told_until_{};
};

/// What a subcommand does after its options were read; gives the exit code.
using Action = std::function<int()>;
using Command = std::function<asio::awaitable<int>(Context&)>;

/// Runs `command` on one thread. SIGINT and SIGTERM cancel it, a second one ends the process at once.
/// Failures are explained on standard error, and with --json told on standard output.
int run_command(const Globals& globals, const Command& command);

// One per subcommand: declares its options, and sets `action` when it was chosen.
void add_download(CLI::App& app, const Globals& globals, Action& action);
void add_mirror(CLI::App& app, const Globals& globals, Action& action);
void add_upload(CLI::App& app, const Globals& globals, Action& action);
void add_crawl(CLI::App& app, const Globals& globals, Action& action);
void add_ls(CLI::App& app, const Globals& globals, Action& action);
void add_info(CLI::App& app, const Globals& globals, Action& action);
void add_whoami(CLI::App& app, const Globals& globals, Action& action);
void add_local_hub(CLI::App& app, const Globals& globals, Action& action);

/// Adds --repo-type and --revision.
void add_repo_options(CLI::App& app, std::string& repo_type, std::string& revision);

/// Adds `name` as a repeatable option with one value each, so that what follows is free for arguments.
CLI::Option* add_list(CLI::App& app, std::string name, std::vector<std::string>& values, std::string description);

/// A list as a call option; an empty one is not given.
inline hf::StringList patterns(const std::vector<std::string>& values) {
    return values.empty() ? hf::StringList() : hf::StringList(values);
}

}  // namespace tool

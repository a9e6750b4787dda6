#include "program.hpp"

#include "failure.hpp"
#include "text.hpp"

#include <hf/session/stats.hpp>

#include <fmt/core.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/system_executor.hpp>

#include <unistd.h>
#include <csignal>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>

namespace tool {
namespace {

std::string read_token(const std::string& path) {
    std::ifstream file(path);
    std::string token((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file.good() && !file.eof())
        hf::throw_file_system("cannot read", path, boost::system::error_code(errno, boost::system::system_category()));
    const auto first = token.find_first_not_of(" \t\r\n");
    if (first == token.npos) hf::throw_validation("token-file", path + " holds no token");
    return token.substr(first, token.find_last_not_of(" \t\r\n") + 1 - first);
}

hf::HfApi make_api(asio::io_context& context, const Globals& globals) {
    hf::SessionConfig config;
    config.library_name = "hfhub-tool";
    config.endpoint = globals.endpoint;
    config.ca_file = globals.ca_file;
    config.max_download_rate = config.max_upload_rate = globals.limit_rate;
    std::string token;
    if (globals.anonymous) {
        config.token = false;
    } else if (!globals.token_file.empty()) {
        token = read_token(globals.token_file);
        config.token = token;
    }
    hf::HfApi api(context.get_executor(), config);
    hf::TransferConfig transfers;
    transfers.durable = globals.durable;
    transfers.require_hash = globals.require_hash;
    // Where there is a second core, hashing goes there and leaves the first to the network.
    if (std::thread::hardware_concurrency() > 1) transfers.worker = asio::system_executor();
    api.configure_transfers(transfers);
    return api;
}

bool sends_token(const hf::Session& session) {
    try {
        return !session.authorization(hf::TokenArg()).empty();
    } catch (const hf::Error&) {
        return false;  // a token that cannot be read fails the request that needs it
    }
}

void log_request(const hf::RequestEvent& event) {
    const std::string line =
        fmt::format("{} {}{} {} {:.1f} ms{}{}", hf::net::to_string(event.method), event.host, event.path, event.status,
                    std::chrono::duration<double, std::milli>(event.duration).count(),
                    event.attempt > 1 ? fmt::format(", attempt {}", event.attempt) : "",
                    event.error.empty() ? "" : ": " + event.error);
    fmt::print(stderr, "{}\n", printable(line));
}

/// Turns the first signal into a cancellation.
class Interruption {
public:
    explicit Interruption(asio::io_context& context) : signals_(context, SIGINT, SIGTERM) { wait(); }

    asio::cancellation_slot slot() { return stop_.slot(); }
    int caught() const { return caught_; }
    void end() { signals_.cancel(); }

private:
    void wait() {
        signals_.async_wait([this](boost::system::error_code error, int signal) {
            if (error) return;
            if (caught_ != 0) ::_exit(128 + signal);
            caught_ = signal;
            complain("stopping; once more to quit at once");
            wait();
            stop_.emit(asio::cancellation_type::terminal);
        });
    }

    asio::signal_set signals_;
    asio::cancellation_signal stop_;
    int caught_ = 0;
};

}  // namespace

Context::Context(const Globals& globals_, hf::HfApi api_) : globals(globals_), api(std::move(api_)) {
    subject.with_token = sends_token(api.session());
    api.session().on_request([this](const hf::RequestEvent& event) {
        ++requests;
        if (globals.verbose) log_request(event);
    });
    api.session().on_warning([this](std::string_view sentence) {
        if (!globals.quiet) complain(sentence);
    });
    api.session().on_wait([this](const hf::WaitEvent& event) { tell_wait(event); });
}

// Many requests wait for the same: one of them speaks for all, unless -v asks for each.
void Context::tell_wait(const hf::WaitEvent& event) {
    constexpr std::chrono::seconds long_wait{5};
    const auto now = std::chrono::steady_clock::now();
    if (!globals.verbose && (globals.quiet || event.planned < long_wait || now < told_until_)) return;
    told_until_ = now + event.planned;
    const std::string reason =
        event.status == 0 ? fmt::format("the quota \"{}\" of {} is used up", hf::to_string(event.bucket), event.host)
                          : fmt::format("{} answered {}", event.host, event.status);
    fmt::print(stderr, "waiting {}: {}\n", human_time(static_cast<double>(event.planned.count()) / 1000), reason);
}

void Context::about(std::string_view repo_type, std::string_view repo_id) {
    subject.page = api.session().endpoint() + "/" + hf::Repo(repo_type, repo_id).url_path();
}

int run_command(const Globals& globals, const Command& command) {
    std::signal(SIGXFSZ, SIG_IGN);  // a limit of file sizes is an error like a full disk
    try {
        asio::io_context io(1);
        Context context(globals, make_api(io, globals));
        Interruption interruption(io);
        std::exception_ptr thrown;
        int code = failure;
        asio::co_spawn(io, command(context),
                       asio::bind_cancellation_slot(interruption.slot(), [&](std::exception_ptr error, int result) {
                           thrown = error;
                           code = result;
                           interruption.end();
                       }));
        io.run();
        flush_output();
        if (!thrown) return code;
        Failure failed = explain(thrown, context.subject);
        if (failed.code == interrupted && interruption.caught() != 0) failed.code = 128 + interruption.caught();
        return report(failed, globals);
    } catch (...) {
        return report(explain(std::current_exception(), Context::Subject()), globals);
    }
}

CLI::Option* add_list(CLI::App& app, std::string name, std::vector<std::string>& values, std::string description) {
    return app.add_option(std::move(name), values, std::move(description))->type_size(1)->allow_extra_args(false);
}

void add_repo_options(CLI::App& app, std::string& repo_type, std::string& revision) {
    app.add_option("--repo-type", repo_type, "model (default), dataset or space")
        ->check(CLI::IsMember({"model", "dataset", "space"}));
    app.add_option("--revision", revision, "branch, tag or commit; main by default");
}

}  // namespace tool

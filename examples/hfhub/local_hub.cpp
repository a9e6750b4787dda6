#include "failure.hpp"
#include "repo_spec.hpp"
#include "text.hpp"

#include <hf/local_hub.hpp>

#include <fmt/core.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <fstream>
#include <iterator>

namespace tool {
namespace {

constexpr const char* footer = R"(
Runs a Hub of your own on this machine, for tests and experiments: git repositories, Xet, LFS, accounts, all below
--root and still there at the next start. Any client of the Hub works with it; large files take the disk twice, for
clients that speak Xet and for those that do not. It prints the lines to export, and ends on Ctrl-C or SIGTERM.

Examples:
  hfhub local-hub --root hub --import dataset:me/data=FOLDER
  hfhub local-hub --root hub --port 8080 --user alice --token alice-secret
  hfhub local-hub --root hub --https --cert cert.pem --key key.pem --host hub.test

In another shell:
  export HF_ENDPOINT=http://127.0.0.1:8080 HF_TOKEN=alice-secret
  hfhub ls --repo-type dataset me/data
  python3 -c 'import huggingface_hub as h; print(h.snapshot_download("me/data", repo_type="dataset"))')";

struct Options {
    std::string root, address = "127.0.0.1", host, lfs_host, cert, key, user = "me", token = "hf_local", control_token,
                      xet_cas;
    std::uint16_t port = 0, lfs_port = 0;
    std::vector<std::string> imports;
    bool https = false, control = false, private_imports = false, no_xet = false;
};

struct Import {
    RepoSpec repo;
    std::string folder;
};

Import parse_import(const std::string& text) {
    const auto mark = text.find('=');
    if (mark == text.npos || mark == 0 || mark + 1 == text.size())
        throw CLI::ValidationError("--import", text + ": should be TYPE:ID=FOLDER, as in dataset:me/data=./data");
    return Import{RepoSpec::parse(text.substr(0, mark), "model"), text.substr(mark + 1)};
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        hf::throw_file_system("cannot read", path, boost::system::error_code(errno, boost::system::system_category()));
    return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

hf::LocalHubConfig configure(const Options& options, const Globals& globals) {
    hf::LocalHubConfig config{options.root};
    config.address = options.address;
    config.host = options.host;
    config.port = options.port;
    config.lfs_port = options.lfs_port;
    config.lfs_host = options.lfs_host;
    config.control_endpoint = options.control || !options.control_token.empty();
    config.control_token = options.control_token;
    config.xet = !options.no_xet;
    config.xet_cas = options.xet_cas;
    if (options.https) {
        config.certificate_pem = read_file(options.cert);
        config.private_key_pem = read_file(options.key);
    }
    if (globals.verbose) {
        config.on_request = [](const hf::LocalHubRequest& request) {
            fmt::print(stderr, "{} {} {} {}{} {:.1f} ms\n", request.status, request.method, printable(request.target),
                       request.route, request.user.empty() ? "" : " by " + std::string(request.user),
                       static_cast<double>(request.duration.count()) / 1000);
        };
    } else if (!globals.quiet) {
        config.on_request = [](const hf::LocalHubRequest& request) {
            if (request.route == "unknown")
                fmt::print(stderr, "the Hub has no route for {} {}\n", request.method, printable(request.target));
        };
    }
    return config;
}

void announce(const hf::LocalHub& hub, const Options& options, const Globals& globals) {
    if (globals.json) {
        hf::json::object out{{"endpoint", hub.endpoint()},
                             {"lfs_endpoint", hub.lfs_endpoint()},
                             {"user", options.user},
                             {"token", options.token}};
        if (!hub.control_token().empty()) out["control_token"] = hub.control_token();
        print_json(out);
    } else {
        print_line("export HF_ENDPOINT=" + hub.endpoint());
        print_line("export HF_TOKEN=" + options.token);
        if (options.no_xet) print_line("export HF_HUB_DISABLE_XET=1");
        if (options.https) print_line("export SSL_CERT_FILE=" + options.cert);
    }
    flush_output();
    if (!globals.quiet) fmt::print(stderr, "serving {} for {}; Ctrl-C ends it\n", options.root, options.user);
}

int serve(const Options& options, const Globals& globals) {
    try {
        // Before the hub has threads, so that no signal is missed.
        asio::io_context signals_context(1);
        asio::signal_set signals(signals_context, SIGINT, SIGTERM);
        signals.async_wait([](boost::system::error_code, int) {});
        hf::LocalHub hub(configure(options, globals));
        hub.add_user(options.user, options.token);
        for (const auto& text : options.imports) {
            const Import import = parse_import(text);
            const std::string commit =
                hub.import_folder(import.repo.type, import.repo.id, import.folder, options.private_imports);
            if (!globals.quiet)
                fmt::print(stderr, "imported {} as {} at {}\n", import.folder, import.repo.text(), commit.substr(0, 8));
        }
        hub.start();
        announce(hub, options, globals);
        signals_context.run();
        hub.stop();
        return success;
    } catch (...) {
        return report(explain(std::current_exception(), Context::Subject()), globals);
    }
}

}  // namespace

void add_local_hub(CLI::App& app, const Globals& globals, Action& action) {
    auto options = std::make_shared<Options>();
    CLI::App& command = *app.add_subcommand("local-hub", "Run a Hub of your own on this machine");
    command.footer(footer);
    command.add_option("--root", options->root, "folder of everything it stores; created if missing")->required();
    command.add_option("--port", options->port, "port of the Hub; free choice by default");
    command.add_option("--lfs-port", options->lfs_port, "port of the LFS contents; free choice by default");
    command.add_option("--address", options->address, "address to listen on; 127.0.0.1 by default");
    command.add_option("--host", options->host, "name of this host in URLs, if not the address");
    command.add_option("--lfs-host", options->lfs_host, "name of this host in the URLs of LFS contents, if another");
    auto* https = command.add_flag("--https", options->https, "serve HTTPS; needs --cert and --key");
    auto* cert = command.add_option("--cert", options->cert, "certificate chain, PEM")->check(CLI::ExistingFile);
    auto* key = command.add_option("--key", options->key, "its private key, PEM")->check(CLI::ExistingFile);
    https->needs(cert)->needs(key);
    cert->needs(https);
    key->needs(https);
    auto* no_xet =
        command.add_flag("--no-xet", options->no_xet, "be a Hub without Xet: large files go through LFS alone");
    command
        .add_option("--xet-cas", options->xet_cas,
                    "URL of another CAS to send Xet clients to; what is stored there the Hub does not know")
        ->excludes(no_xet);
    command.add_option("--user", options->user, "account to create; me by default");
    command.add_option("--token", options->token, "its token, of this Hub only; hf_local by default");
    add_list(command, "--import", options->imports, "TYPE:ID=FOLDER: commit the files of FOLDER (repeatable)");
    command.add_flag("--private", options->private_imports, "make the imported repositories private");
    command.add_flag("--control", options->control,
                     "serve /_local_hub/ (counters, faults, users) to who sends the token in ROOT/control_token");
    command.add_option("--control-token", options->control_token, "the same, with this token");
    command.callback([options, &globals, &action] {
        for (const auto& text : options->imports) parse_import(text);
        action = [options, &globals] { return serve(*options, globals); };
    });
}

}  // namespace tool

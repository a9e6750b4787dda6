#include "failure.hpp"
#include "program.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace {

constexpr const char* footer = R"(
Examples:
  hfhub download openai-community/gpt2 config.json
  hfhub mirror google/gemma-2b openai-community/gpt2 --local-dir mirror --include '*.json'
  hfhub crawl datasets --author HuggingFaceFW > datasets.jsonl
  hfhub upload me/model ./out --message "First version"
  hfhub local-hub --root hub --import dataset:me/data=FOLDER
hfhub COMMAND --help says more.

Environment, as of the Python client: HF_TOKEN (else the token file: HF_TOKEN_PATH, ~/.cache/huggingface/token),
  HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, ...

Exit codes:
  0 done                              6 a local file or folder could not be read or written
  1 another failure                   7 the Hub refused for another reason
  2 wrong arguments                   8 content is wrong, or its names are dangerous
  3 not found, or not visible         9 some of several repositories failed
  4 token missing or not sufficient   10 gone or closed; the mirror of it keeps its files
  5 the Hub could not be reached, or  11 a mirror would delete too many files
    the cache lacks files offline     130, 143 interrupted; run again to go on
If several files could not be fetched, that of the first.)";

void add_globals(CLI::App& app, tool::Globals& globals) {
    app.add_option("--endpoint", globals.endpoint, "URL of the Hub; HF_ENDPOINT, else https://huggingface.co");
    app.add_option("--token-file", globals.token_file, "file that holds the token to use; HF_TOKEN otherwise")
        ->check(CLI::ExistingFile);
    app.add_flag("--anonymous", globals.anonymous, "send no token at all")->excludes("--token-file");
    app.add_option("--ca-file", globals.ca_file, "certificate authorities to trust, as PEM")->check(CLI::ExistingFile);
    app.add_option("--limit-rate", globals.limit_rate, "most bytes per second, up and down: 500k, 20MB")
        ->transform(CLI::AsSizeValue(true));
    app.add_flag("--durable", globals.durable, "have data on the disk before it gets its name, against power cuts");
    app.add_flag("--require-hash", globals.require_hash, "fetch no file that the Hub gives no hash of");
    app.add_flag("-q,--quiet", globals.quiet, "print results and errors only, no progress");
    app.add_flag("--json", globals.json, "results as JSON, one value a line; a failure as {\"error\", \"code\"}");
    app.add_flag("-v,--verbose", globals.verbose, "log each request on standard error");
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("The Hugging Face Hub from the command line.", "hfhub");
    tool::Globals globals;
    tool::Action action;
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(footer);
    app.set_version_flag("--version", "hfhub 0.1.0");
    add_globals(app, globals);
    tool::add_download(app, globals, action);
    tool::add_mirror(app, globals, action);
    tool::add_upload(app, globals, action);
    tool::add_crawl(app, globals, action);
    tool::add_ls(app, globals, action);
    tool::add_info(app, globals, action);
    tool::add_whoami(app, globals, action);
    tool::add_local_hub(app, globals, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        // What stands behind the mistake was not parsed.
        globals.json = std::any_of(argv, argv + argc, [](std::string_view word) { return word == "--json"; });
        const auto chosen = app.get_subcommands();
        if (chosen.empty() && argc > 1 && argv[1][0] != '-')
            return report({tool::usage, fmt::format("there is no command '{}'; see hfhub --help", argv[1])}, globals);
        return report({tool::usage, fmt::format("{}; see hfhub {}--help", error.what(),
                                                chosen.empty() ? "" : chosen.front()->get_name() + " ")},
                      globals);
    }
    return action();
}

#include "crawl_output.hpp"
#include "failure.hpp"
#include "listing.hpp"
#include "shard.hpp"
#include "text.hpp"

#include <fmt/core.h>

#include <cstdlib>

namespace tool {
namespace {

constexpr const char* footer = R"(
Writes one JSON object a line, as the Hub gives it. With --cursor, a crawl that was interrupted (or ended by
--limit) goes on where it stopped when the same command is run again. Together with --output not a line is
lost or written twice, even if the process is killed; to standard output a kill may repeat some lines.

With --shard K/N each of N processes asks for the whole list and writes its part of it.

Examples:
  hfhub crawl models --author google > google.jsonl
  hfhub crawl datasets --output datasets.jsonl --cursor datasets.cursor --full
  hfhub crawl spaces --sort likes --limit 100 --expand sdk --expand likes)";

struct Options {
    std::string what, output, cursor_file;
    std::vector<std::string> expand;
    ListFilter filter;
    Shard shard;
    bool full = false, card_data = false;

    std::string repo_type() const { return what.substr(0, what.size() - 1); }

    hf::Request request() const {
        hf::Request request = filter.request(repo_type());
        if (full) request.query("full", true);
        if (card_data) request.query("cardData", true);
        for (const auto& name : expand) request.query("expand[]", name);
        // The size of a page, too: no more than is wanted, and the most that the Hub gives.
        request.query("limit", filter.limit > 0 ? std::min<std::int64_t>(filter.limit, 1000) : 1000);
        return request;
    }
    std::string text() const {
        std::string out = filter.text(repo_type()) + (full ? " full" : "") + (card_data ? " cardData" : "");
        for (const auto& name : expand) out += " expand=" + name;
        if (shard.given()) out += " shard " + shard.text();
        return out;
    }
};

/// What is to be written of an item; empty for what another part of the work has.
std::string as_line(const hf::json::value& item, const Options& options) {
    if (options.shard.given()) {
        const hf::json::value* id = item.is_object() ? item.get_object().if_contains("id") : nullptr;
        const std::string name = hf::json::from_value<std::string>(id ? *id : hf::json::value());
        if (!options.shard.has({options.repo_type(), name})) return {};
    }
    return json_text(item);
}

asio::awaitable<int> crawl(Context& context, std::shared_ptr<const Options> options) {
    CrawlOutput output(options->output, options->cursor_file, context.api.session().endpoint() + " " + options->text(),
                       "/api/" + options->what);
    if (output.complete()) {
        fmt::print(stderr, "{} says that this crawl is complete; delete it to crawl anew\n", options->cursor_file);
        co_return success;
    }
    const std::string start = output.cursor();
    hf::ListOptions list;
    if (options->filter.limit > 0) list.limit = options->filter.limit;
    list.cursor = start;
    list.skip_unreadable = true;
    const auto read = [options](const hf::json::value& item) { return as_line(item, *options); };
    auto items = context.api.session().list_with<std::string>(options->request(), read, list);
    const Stopwatch watch;
    double next_note = 5;
    std::int64_t lines = 0;
    std::exception_ptr thrown;
    try {
        while (auto item = co_await items.next()) {
            ++lines;
            if (item->empty())
                output.pass(items.cursor());
            else
                output.write(*item, items.cursor());
            if (context.globals.quiet || watch.seconds() < next_note) continue;
            next_note = watch.seconds() + 5;
            fmt::print(stderr, "crawl {}: {} lines, {:.0f}/s\n", options->what, grouped(output.lines()),
                       static_cast<double>(lines) / watch.seconds());
        }
    } catch (...) {
        thrown = std::current_exception();
    }
    output.save(!thrown && lines != options->filter.limit);
    if (thrown) std::rethrow_exception(thrown);
    if (!context.globals.quiet && !options->output.empty())
        fmt::print(stderr, "{} lines in {}\n", grouped(output.lines()), options->output);
    co_return success;
}

}  // namespace

void add_crawl(CLI::App& app, const Globals& globals, Action& action) {
    auto options = std::make_shared<Options>();
    CLI::App& command = *app.add_subcommand("crawl", "Stream the metadata of many repositories as JSON lines");
    command.footer(footer);
    command.add_option("WHAT", options->what, "models, datasets or spaces")
        ->required()
        ->check(CLI::IsMember({"models", "datasets", "spaces"}));
    options->filter.add_options(command);
    options->shard.add_options(command);
    command.add_flag("--full", options->full, "with all that the Hub tells in lists: commit, files, ...");
    command.add_flag("--card-data", options->card_data, "with the metadata of the card");
    add_list(command, "--expand", options->expand, "only this member, such as downloads or siblings (repeatable)");
    command.add_option("-o,--output", options->output, "file to write to; standard output by default");
    command.add_option("--cursor", options->cursor_file, "file that remembers where the crawl is");
    command.callback([options, &globals, &action] {
        options->shard.resolve(&std::getenv);
        action = [options, &globals] {
            return run_command(globals, [options](Context& context) { return crawl(context, options); });
        };
    });
}

}  // namespace tool

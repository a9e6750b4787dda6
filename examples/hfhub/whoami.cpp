#include "program.hpp"
#include "text.hpp"

namespace tool {
namespace {

constexpr const char* footer = R"(
Examples:
  hfhub whoami
  HF_TOKEN=$(cat token) hfhub whoami --json)";

std::string_view name_of(const hf::json::value& account) {
    const auto* object = account.if_object();
    const auto* name = object ? object->if_contains("name") : nullptr;
    const auto* text = name ? name->if_string() : nullptr;
    return text ? std::string_view(*text) : std::string_view();
}

asio::awaitable<int> whoami(Context& context) {
    if (context.globals.anonymous)
        hf::throw_validation("anonymous", "--anonymous: nobody is asked for without a token");
    const hf::json::object account = co_await context.api.whoami();
    if (context.globals.json) {
        print_json(account);
        co_return success;
    }
    print_line(printable(name_of(account)));
    std::string names;
    if (const auto* orgs = account.if_contains("orgs"); orgs && orgs->is_array())
        for (const auto& org : orgs->get_array())
            names.append(names.empty() ? "" : ", ").append(printable(name_of(org)));
    if (!names.empty()) print_line("organisations: " + names);
    co_return success;
}

}  // namespace

void add_whoami(CLI::App& app, const Globals& globals, Action& action) {
    CLI::App& command = *app.add_subcommand("whoami", "Show whose token is used");
    command.footer(footer);
    command.callback([&globals, &action] { action = [&globals] { return run_command(globals, whoami); }; });
}

}  // namespace tool

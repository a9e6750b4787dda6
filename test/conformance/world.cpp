#include "world.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>

namespace hf::conformance {

namespace asio = boost::asio;

asio::awaitable<void> FakeClock::sleep(std::chrono::milliseconds duration) {
    sleeps_.push_back(duration);
    slept_ += duration;
    co_await asio::post(asio::use_awaitable);
}

namespace {
/// A text, or a dictionary of them: "name/value; name/value".
std::string user_agent(const json::value& given) {
    if (given.is_string()) return std::string(given.get_string());
    std::string out;
    const json::object none;
    for (const auto& [name, value] : given.is_object() ? given.get_object() : none) {
        if (!out.empty()) out += "; ";
        out.append(name).append("/").append(value.is_string() ? value.get_string() : "");
    }
    return out;
}
}  // namespace

World::World(asio::any_io_executor executor, std::filesystem::path folder, Mode mode, bool reference_routes)
    : executor_(std::move(executor)), folder_(std::move(folder)), mode_(mode), reference_routes_(reference_routes) {
    std::filesystem::create_directories(folder_);
    placeholders_["tmp"] = folder_.string();
    for (const auto* name : {"endpoint", "lfs", "inference_endpoints", "inference_catalog", "datasets_server"})
        placeholders_[name] = start_server();
}

std::string World::start_server() {
    const std::size_t index = servers_.size();
    servers_.push_back(std::make_unique<test::ScriptedServer>(
        executor_,
        [this, index](const test::ReceivedRequest& request) { return responder_(servers_[index]->url(), request); }));
    return servers_.back()->url();
}

void World::make_api(const json::object& data) {
    const json::object& call = data.at("call").as_object();
    json::object variables{{"HF_ENDPOINT", placeholders_["endpoint"]}, {"HF_HOME", folder_.string() + "/hf_home"}};
    if (const json::value* env = member(call, "env")) {
        for (const auto& [name, value] : env->as_object()) variables[name] = value;
    }
    const Environment environment = make_environment(variables, folder_);

    SessionConfig config;
    config.environment = &environment;
    config.inference_endpoints = placeholders_["inference_endpoints"];
    config.inference_catalog = placeholders_["inference_catalog"];
    config.datasets_server = placeholders_["datasets_server"];
    // As the reference: only uploads are repeated, and quotas are not looked at.
    config.retry.max_attempts = 1;
    // Today's repeats pages, too.
    if (!reference_routes_) config.page_retry = config.upload_retry;
    config.obey_quota = false;
    config.reference_routes = reference_routes_;
    Arena arena;
    if (const json::value* client = member(call, "client")) {
        for (const auto& [name, value] : client->as_object()) {
            if (name == "endpoint")
                config.endpoint = to_argument<std::string_view>(value, {arena, *this});
            else if (name == "token")
                config.token = to_argument<TokenArg>(value, {arena, *this});
            else if (name == "inference_endpoints")
                config.inference_endpoints = to_argument<std::string_view>(value, {arena, *this});
            else if (name == "library_name" && value.is_string())
                config.library_name = to_argument<std::string_view>(value, {arena, *this});
            else if (name == "library_version" && value.is_string())
                config.library_version = to_argument<std::string_view>(value, {arena, *this});
            else if (name == "user_agent")
                config.user_agent = arena.keep(user_agent(value));
            else if (name == "reference_routes")
                config.reference_routes = value.as_bool();
            else if (value.is_null())
                continue;
            else
                throw std::runtime_error("the client has no option '" + std::string(name) + "'");
        }
    }
    api_.emplace(Session(executor_, config, nullptr, clock_));
}

void World::make_objects(const json::object& data) {
    const json::value* objects = member(data.at("call").as_object(), "vars");
    if (!objects) return;
    Arena arena;
    for (const auto& [name, notation] : objects->as_object()) {
        save(std::string(name), to_argument<SavedObject>(notation, {arena, *this}));
    }
}

void World::close() {
    if (api_) api_->session().close();
    servers_.clear();
}

SavedObject& World::saved(const std::string& name) {
    const auto it = objects_.find(name);
    if (it == objects_.end()) throw std::runtime_error("no object is called '" + name + "'");
    return it->second;
}

Environment make_environment(const json::object& variables, const std::filesystem::path& folder) {
    const auto lookup = [&variables](const std::string& name) -> std::optional<std::string> {
        const json::value* value = member(variables, name);
        return value ? std::optional<std::string>(value->as_string()) : std::nullopt;
    };
    return Environment(lookup, (folder / "home").string());
}

}  // namespace hf::conformance

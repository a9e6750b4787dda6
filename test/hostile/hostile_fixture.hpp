#pragma once

#include "hasty_clock.hpp"
#include "request_log.hpp"
#include "scripted_server.hpp"
#include "temporary_folder.hpp"

#include <hf/core/hash.hpp>
#include <hf/hf_api.hpp>
#include <hf/session/environment.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <filesystem>
#include <functional>
#include <string>

namespace hf::test {

/// An endpoint whose answers are decided by `answer`, and clients of it whose HF_HOME is `home`. All on one
/// io_context; waits between attempts are cut short.
class HostileFixture : private TemporaryFolder {
public:
    HostileFixture() : home(path() / "home") {}

    using TemporaryFolder::path;
    std::string endpoint() const { return server.url(); }

    /// A client with nothing in memory, as in a new process.
    HfApi client(const std::function<void(SessionConfig&)>& adjust = nullptr) {
        const Environment variables(
            [this](const std::string& name) -> std::optional<std::string> {
                if (name == "HF_HOME") return home.string();
                return std::nullopt;
            },
            home.string());
        SessionConfig config;
        const std::string url = endpoint();
        config.endpoint = url;
        config.token = token;
        config.environment = &variables;
        if (adjust) adjust(config);
        Session session(context.get_executor(), config, nullptr, std::make_shared<HastyClock>());
        session.on_request([this](const RequestEvent& event) { events.add(event); });
        return HfApi(std::move(session));
    }

    template <class T>
    T run(boost::asio::awaitable<T> operation) {
        // Destroyed or not, the server's sockets keep the context busy: it is run until the answer is there.
        auto future = boost::asio::co_spawn(context, std::move(operation), boost::asio::use_future);
        context.restart();
        while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready) context.run_one();
        return future.get();
    }

    static ScriptedAnswer json(std::string body, unsigned status = 200) {
        ScriptedAnswer out;
        out.status = status;
        out.headers = {{"Content-Type", "application/json"}};
        out.body = std::move(body);
        return out;
    }
    static ScriptedAnswer error(unsigned status, std::string code = {}) {
        ScriptedAnswer out = json(R"({"error":"no"})", status);
        if (!code.empty()) out.headers.emplace_back("X-Error-Code", std::move(code));
        return out;
    }
    static std::string git_oid(std::string_view content) {
        GitBlobSha1 hash(content.size());
        hash.update(content.data(), content.size());
        return hash.hex();
    }
    /// A tree entry of a regular file that holds `content`.
    static std::string entry(const std::string& name, std::string_view content) {
        return R"({"type":"file","path":")" + name + R"(","oid":")" + git_oid(content) + R"(","size":)" +
               std::to_string(content.size()) + "}";
    }

    static constexpr const char* token = "hf_SECRETTOKEN";
    static constexpr const char* commit = "0123456789abcdef0123456789abcdef01234567";

    std::filesystem::path home;
    boost::asio::io_context context;
    RequestLog events;
    std::function<ScriptedAnswer(const ReceivedRequest&)> answer = [](const ReceivedRequest&) { return error(404); };
    ScriptedServer server{context.get_executor(), [this](const ReceivedRequest& request) { return answer(request); }};
};

}  // namespace hf::test

#pragma once

#include "files.hpp"
#include "hasty_clock.hpp"
#include "request_log.hpp"
#include "temporary_folder.hpp"

#include <hf/hf_api.hpp>
#include <hf/local_hub.hpp>
#include <hf/session/environment.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hf::test {

/// Bytes that look random and are the same for the same seed.
inline std::string noise(std::size_t size, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::string out(size, '\0');
    for (std::size_t begin = 0; begin < size; begin += sizeof(std::uint64_t)) {
        const std::uint64_t bytes = generator();
        std::memcpy(out.data() + begin, &bytes, std::min(sizeof bytes, size - begin));
    }
    return out;
}

/// A running embedded Hub with the user "julien", and a client of it on an io_context of its own.
class HubFixture {
public:
    /// The root of `config` must outlive the fixture. `ca`: certificates as PEM text that the client trusts.
    explicit HubFixture(LocalHubConfig config, std::string ca = {})
        : hub(std::move(config)), endpoint(start()), ca(std::move(ca)) {}
    ~HubFixture() {
        check_storage();
        api.session().close();
        hub.stop();
    }

    Session session() {
        SessionConfig config;
        config.endpoint = endpoint;
        config.token = token;
        config.environment = &environment;
        config.ca_pem = ca;
        Session out(context.get_executor(), config, nullptr, std::make_shared<HastyClock>());
        out.on_request([this](const RequestEvent& event) {
            events.add(event);
            if (after) after(event);
        });
        return out;
    }
    /// How often the client sent a request to a path that contains `part`, whatever became of it.
    std::size_t attempts(std::string_view part) const {
        return events.count([&](const RequestEvent& event) { return event.path.find(part) != event.path.npos; });
    }

    template <class T>
    T run(boost::asio::awaitable<T> operation) {
        auto future = boost::asio::co_spawn(context, std::move(operation), boost::asio::use_future);
        context.restart();
        context.run();
        return future.get();
    }

    /// The content of a file of the repository, as the Hub gives it to anyone.
    std::string content(std::string_view repo_id, std::string_view path, std::string_view revision = "main") {
        Request request = get("/{}/resolve/{}/{}", repo_id, segment(revision), path);
        request.bucket(Bucket::resolvers);
        return run(api.session().send(std::move(request))).body;
    }
    std::vector<std::string> files(std::string_view repo_id, std::string_view revision = "main") {
        FilesOptions options;
        options.revision = revision;
        auto out = run(api.list_repo_files(repo_id, options).collect());
        std::ranges::sort(out);
        return out;
    }
    /// How many commits the default branch has.
    std::size_t history(std::string_view repo_id) {
        auto list = api.list_repo_commits(repo_id);
        return run(count(list));
    }
    void break_down(Fault fault) {
        Scenario scenario;
        scenario.faults.push_back(std::move(fault));
        hub.set_scenario(std::move(scenario));
        count_anew();
    }
    /// What the Hub counted, once it has counted all that the client saw answered.
    LocalHubCounters counters() {
        for (int i = 0; i < 500 && hub.counters().total < events.size(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        return hub.counters();
    }
    std::uint64_t requests(const std::string& route) { return counters().requests[route]; }
    std::uint64_t requests() { return counters().total; }
    void count_anew() {
        check_storage();
        counters();
        hub.reset_counters();
        events.clear();
    }

    static constexpr const char* token = "hf_julien";

    boost::asio::io_context context;
    LocalHub hub;
    std::string endpoint;
    std::string ca;
    RequestLog events;
    std::function<void(const RequestEvent&)> after;  ///< called when the client has seen an answer
    Environment environment{[](const std::string&) { return std::optional<std::string>(); }, "/nowhere"};
    HfApi api{session()};

private:
    // The token goes to the Hub alone, whatever a test is about.
    void check_storage() { BOOST_TEST(hub.counters().storage_authorizations == 0u); }

    static boost::asio::awaitable<std::size_t> count(AsyncGenerator<GitCommitInfo>& list) {
        std::size_t n = 0;
        while (co_await list.next()) ++n;
        co_return n;
    }
    std::string start() {
        hub.start();
        hub.add_user("julien", token);
        return hub.endpoint();
    }
};

}  // namespace hf::test

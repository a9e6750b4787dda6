// How to test a program of yours against a real Hub in the same process, without network and without mocks:
// link hfhub::local_hub, start a LocalHub, give your code its endpoint. No test framework is needed for it.

#include <hf/hf_api.hpp>
#include <hf/local_hub.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <unistd.h>
#include <filesystem>
#include <iostream>
#include <string>

namespace asio = boost::asio;

// The code under test: publishes a report, and says what the newest one is.
asio::awaitable<void> publish(hf::HfApi api, std::string repo_id, std::string text) {
    co_await api.create_repo(repo_id, {.repo_type = "dataset", .exist_ok = true});
    auto content = hf::UploadContent::from_bytes(std::move(text));
    co_await api.upload_file(content, "report.md", repo_id, {.repo_type = "dataset"});
}
asio::awaitable<std::int64_t> size_of_newest(hf::HfApi api, std::string repo_id) {
    const auto entries = co_await api.get_paths_info(repo_id, {"report.md"}, {.repo_type = "dataset"});
    co_return entries.empty() ? -1 : entries.at(0).file()->size;
}

template <class T>
T run(asio::io_context& context, asio::awaitable<T> operation) {
    auto future = asio::co_spawn(context, std::move(operation), asio::use_future);
    context.restart();
    context.run();
    return future.get();
}

int passed = 0, failed = 0;
void check(bool good, const char* what) {
    ++(good ? passed : failed);
    if (!good) std::cout << "failed: " << what << '\n';
}

int main() {
    const auto root = std::filesystem::temp_directory_path() / ("own_test." + std::to_string(::getpid()));
    {
        hf::LocalHub hub{hf::LocalHubConfig(root)};
        hub.add_user("me", "hf_test");
        hub.start();
        asio::io_context context;
        const std::string endpoint = hub.endpoint();
        hf::HfApi api(context.get_executor(), {.endpoint = endpoint, .token = "hf_test"});

        check(!run(context, api.repo_exists("me/reports", {.repo_type = "dataset"})), "the hub starts empty");
        run(context, publish(api, "me/reports", "one"));
        run(context, publish(api, "me/reports", "two, longer"));
        check(run(context, size_of_newest(api, "me/reports")) == 11, "the newest report is found");

        // Faults on request: the Hub is overloaded once, and the client tries again.
        hf::Fault overload(hf::FaultKind::status);
        overload.status = 503;
        hf::Scenario trouble;
        trouble.faults.push_back(overload);
        hub.set_scenario(trouble);
        check(run(context, size_of_newest(api, "me/reports")) == 11, "an overloaded Hub is asked again");
        check(hub.counters().faults_injected == 1, "it was overloaded");
    }
    std::filesystem::remove_all(root);
    std::cout << passed << " passed, " << failed << " failed\n";
    return failed == 0 ? 0 : 1;
}

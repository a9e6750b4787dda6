#include <hf/hf_api.hpp>
#include <hf/local_hub.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fstream>
#include <iostream>

namespace asio = boost::asio;

asio::awaitable<void> round_trip(hf::HfApi api, std::string folder) {
    co_await api.create_repo("me/model");
    co_await api.upload_folder("me/model", folder + "/out");
    auto result = co_await api.mirror("me/model", folder + "/back");
    auto config = co_await api.hf_hub_download("me/model", "config.json", {.cache_dir = folder + "/cache"});
    int unused_by_hfhub;  // a warning here is the consumer's business
    std::ifstream in(config);
    std::string text;
    std::getline(in, text);
    std::cout << result.files << " files, " << text << '\n';
}

int main(int, char** argv) {
    const std::string folder = argv[1];
    hf::LocalHub hub{hf::LocalHubConfig(folder + "/hub")};
    hub.add_user("me", "hf_mine");
    hub.start();
    const std::string endpoint = hub.endpoint();
    asio::io_context context;
    hf::HfApi api(context.get_executor(), {.endpoint = endpoint, .token = "hf_mine"});
    asio::co_spawn(context, round_trip(api, folder), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    context.run();
}

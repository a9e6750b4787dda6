#include "names.hpp"

#include <hf/hf_api.hpp>

#include <boost/asio/thread_pool.hpp>

std::string newer_name(const std::string& endpoint) {
    boost::asio::thread_pool pool(1);
    hf::HfApi api(pool.get_executor(), {.endpoint = endpoint, .token = "hf_mine"});
    return std::string(api.run_as_future(api.whoami()).get().at("name").as_string());
}

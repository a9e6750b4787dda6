#include <hf/core/as_result.hpp>
#include <hf/hf_api.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>

namespace asio = boost::asio;

// HF_HUB_OFFLINE=1: the whole client is linked, and nobody is asked.
asio::awaitable<void> show(hf::HfApi api) {
    auto me = co_await hf::as_result(api.whoami());
    std::cout << (me ? "online" : me.error().code() == hf::Errc::offline ? "offline" : me.error().what()) << '\n';
}

int main() {
    asio::io_context context;
    asio::co_spawn(context, show(hf::HfApi(context.get_executor())), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    context.run();
}

// hf::async makes an asynchronous operation of any call, for whatever your program is written in: callbacks, futures,
// deferred operations, errors as values, coroutines with another executor type than Asio's default.
//
//     ./8_completion_tokens openai-community/gpt2

#include <hf/core/async.hpp>
#include <hf/hf_api.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <future>
#include <iostream>
#include <string>

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
constexpr asio::use_awaitable_t<Executor> use_awaitable;

// A coroutine that cannot await the library's own awaitables: its executor is not any_io_executor.
asio::awaitable<void, Executor> in_a_coroutine(hf::HfApi api, std::string repo_id) {
    auto [failure, exists] = co_await hf::async(api.repo_exists(repo_id), asio::as_tuple(use_awaitable));
    if (!failure) std::cout << "as_tuple: " << (exists ? "it exists\n" : "there is no such repository\n");
    auto info = co_await hf::async(api.model_info(repo_id), use_awaitable);
    std::cout << "use_awaitable: " << info.id << '\n';
}

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: 8_completion_tokens REPO_ID\n";
        return 2;
    }
    const std::string repo_id = argv[1];
    asio::io_context context;
    const auto executor = context.get_executor();
    const hf::HfApi api(executor);

    hf::async(executor, api.model_info(repo_id), [](std::exception_ptr failure, hf::ModelInfo info) {
        std::cout << "callback: " << (failure ? "failed" : info.id) << '\n';
    });

    std::future<hf::ModelInfo> info = hf::async(executor, api.model_info(repo_id), asio::use_future);

    auto later = hf::async(executor, api.repo_exists(repo_id), asio::deferred);  // nothing is sent before it is called
    std::move(later)([](std::exception_ptr failure, bool exists) {
        if (!failure) std::cout << "deferred: " << exists << '\n';
    });

    // The slot of a token cancels the call, as that of any other operation of Asio.
    asio::cancellation_signal stop;
    auto report = [](std::exception_ptr failure, std::string) {
        std::cout << "cancelled: " << (failure != nullptr) << '\n';
    };
    hf::async(executor, api.snapshot_download(repo_id), asio::bind_cancellation_slot(stop.slot(), report));
    asio::post(context, [&] { stop.emit(asio::cancellation_type::terminal); });

    asio::co_spawn(context, in_a_coroutine(api, repo_id), asio::detached);
    context.run();
    try {
        std::cout << "use_future: " << info.get().id << '\n';
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}

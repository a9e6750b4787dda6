// The first call: what the Hub knows of a model, and one of its files.
//
//     ./1_first_call openai-community/gpt2 config.json
//
// HF_ENDPOINT, HF_TOKEN and the other variables of the Python client are honoured.

#include <hf/hf_api.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>
#include <string>

boost::asio::awaitable<void> show(hf::HfApi api, std::string repo_id, std::string file) {
    const hf::ModelInfo info = co_await api.model_info(repo_id, {.revision = "main"});
    std::cout << info.id << " is at commit " << info.sha.value_or("?") << ", has " << info.likes.value_or(0)
              << " likes and " << (info.siblings ? info.siblings->size() : 0) << " files\n";

    // Into the cache that the Python client uses, too; a second run fetches nothing.
    const std::string path = co_await api.hf_hub_download(repo_id, file);
    std::cout << file << " is here: " << path << '\n';
}

int main(int argc, char** argv) {
    const std::string repo_id = argc > 1 ? argv[1] : "openai-community/gpt2";
    const std::string file = argc > 2 ? argv[2] : "config.json";
    try {
        boost::asio::io_context context;
        hf::HfApi api(context.get_executor());
        boost::asio::co_spawn(context, show(api, repo_id, file), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);  // out of run()
        });
        context.run();
    } catch (const hf::RepositoryNotFoundError& error) {
        std::cerr << "no such repository, or a private one: " << error.what() << '\n';
        return 1;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}

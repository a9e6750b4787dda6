// Lists arrive page by page while you read them, and can be continued by another process.
//
//     ./2_list_models google 5            five models of google
//     ./2_list_models google 5 CURSOR     the next five

#include <hf/hf_api.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>
#include <string>

boost::asio::awaitable<void> list(hf::HfApi api, std::string author, int limit, std::string cursor) {
    auto models =
        api.list_models({.author = author, .sort = "downloads", .direction = -1, .limit = limit, .cursor = cursor});
    while (auto model = co_await models.next()) {
        std::cout << model->id;
        if (model->pipeline_tag) std::cout << "  (" << *model->pipeline_tag << ')';
        std::cout << '\n';
        // What has no member of its own is kept as JSON under its name on the wire.
        if (const auto* score = model->extra.if_contains("trendingScore"))
            std::cout << "    trending: " << *score << '\n';
    }
    std::cout << "cursor: " << models.cursor() << '\n';
}

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: 2_list_models AUTHOR LIMIT [CURSOR]\n";
        return 2;
    }
    try {
        boost::asio::io_context context;
        hf::HfApi api(context.get_executor());
        boost::asio::co_spawn(context, list(api, argv[1], std::stoi(argv[2]), argc > 3 ? argv[3] : ""),
                              [](std::exception_ptr failure) {
                                  if (failure) std::rethrow_exception(failure);
                              });
        context.run();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}

// A web server that answers by asking the Hub, on one io_context and one thread. While an answer of the Hub is
// under way the server goes on with its other clients.
//
//     ./5_web_server 8080
//     curl http://127.0.0.1:8080/openai-community/gpt2     the model in JSON, or the Hub's error

#include <hf/hf_api.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <csignal>
#include <iostream>
#include <string>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Response = http::response<http::string_body>;

Response make_response(http::status status, boost::json::object body) {
    Response response(status, 11);
    response.set(http::field::content_type, "application/json");
    response.body() = boost::json::serialize(body) + "\n";
    return response;
}

http::status status_of(const hf::Error& error) {
    if (error.code() == hf::ErrorCondition::not_found) return http::status::not_found;
    if (error.code() == hf::ErrorCondition::value_error) return http::status::bad_request;
    return http::status::bad_gateway;
}

/// What the model of `repo_id` is, in few words.
asio::awaitable<Response> answer(hf::HfApi api, std::string repo_id) {
    try {
        const auto info = co_await api.model_info(repo_id, {.timeout = 10.0});
        boost::json::object body{{"id", info.id}, {"commit", info.sha.value_or("")}, {"likes", info.likes.value_or(0)}};
        body["files"] = info.siblings ? info.siblings->size() : 0;
        co_return make_response(http::status::ok, std::move(body));
    } catch (const hf::Error& error) {
        co_return make_response(status_of(error), boost::json::object{{"error", error.message()}});
    }
}

asio::awaitable<void> serve(tcp::socket socket, hf::HfApi api) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    bool keep_alive = true;
    while (keep_alive) {
        stream.expires_after(std::chrono::seconds(30));
        http::request<http::empty_body> request;
        boost::system::error_code error;
        co_await http::async_read(stream, buffer, request, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return;  // the client is done
        stream.expires_never();
        Response response = co_await answer(api, std::string(request.target().substr(1)));
        keep_alive = request.keep_alive();
        response.keep_alive(keep_alive);
        response.prepare_payload();
        co_await http::async_write(stream, response, asio::use_awaitable);
    }
}

asio::awaitable<void> listen(tcp::acceptor& acceptor, hf::HfApi api) {
    while (true) {
        tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
        asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), api), asio::detached);
    }
}

int main(int argc, char** argv) {
    try {
        asio::io_context context(1);
        hf::HfApi api(context.get_executor());  // one for all clients: they share its connections
        const auto port = static_cast<unsigned short>(argc > 1 ? std::stoi(argv[1]) : 8080);
        tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), port));
        std::cout << "http://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
        asio::signal_set signals(context, SIGINT, SIGTERM);
        signals.async_wait([&](boost::system::error_code, int) { context.stop(); });
        asio::co_spawn(context, listen(acceptor, api), asio::detached);
        context.run();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}

// A round trip to the Hub that the environment names, the way the environment says: HF_ENDPOINT, HF_TOKEN,
// the proxy and the certificate variables. Prints "ok NAME" or "error KIND STATUS MESSAGE".
//
//     hfhub_proxy_client [NAME=ADDRESS]...
//
// Names that are given are not looked up. With none the round trip writes and reads files as well.

#include <hf/hf_api.hpp>
#include <hf/net/http_transport.hpp>
#include <hf/session/environment.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <iostream>
#include <stdexcept>
#include <string>

namespace {

namespace asio = boost::asio;

asio::awaitable<std::string> content(const hf::HfApi& api, std::string path) {
    hf::Request request = hf::get("/julien/proxied/resolve/main/{}", path);
    request.bucket(hf::Bucket::resolvers);
    const hf::Reply reply = co_await api.session().send(std::move(request));
    co_return reply.body;
}

asio::awaitable<std::string> round_trip(const hf::HfApi& api, bool files) {
    const auto user = co_await api.whoami();
    const std::string name(user.at("name").as_string());
    if (!files) co_return name;
    hf::CreateRepoOptions options;
    options.exist_ok = true;
    co_await api.create_repo("julien/proxied", options);
    const std::string small = "a small file", large(3'000'000, 'x');
    auto first = api.upload_file(hf::UploadContent::from_bytes(small), "small.txt", "julien/proxied");
    co_await std::move(first);
    auto second = api.upload_file(hf::UploadContent::from_bytes(large), "large.bin", "julien/proxied");
    co_await std::move(second);
    const std::string small_back = co_await content(api, "small.txt");
    const std::string large_back = co_await content(api, "large.bin");
    if (small_back != small || large_back != large) throw std::runtime_error("what came back is not what was sent");
    co_return name;
}

}  // namespace

int main(int argc, char** argv) {
    const auto fail = [](std::string_view kind, unsigned status, std::string_view message) {
        std::cout << "error " << kind << ' ' << status << ' ' << message << '\n';
        return 1;
    };
    try {
        asio::io_context context;
        const auto environment = hf::Environment::of_process();
        hf::SessionConfig config;
        config.environment = &environment;
        config.retry.max_attempts = 1;
        std::shared_ptr<hf::net::Transport> transport;  // null: as the session makes it
        if (argc > 1) {
            hf::net::TransportConfig settings;
            settings.proxy.http = environment.http_proxy;
            settings.proxy.https = environment.https_proxy;
            settings.proxy.no_proxy = environment.no_proxy;
            settings.tls.ca_file = environment.ssl_cert_file;
            for (int i = 1; i < argc; ++i) {
                const std::string argument = argv[i];
                const auto mark = argument.find('=');
                settings.hosts.emplace_back(argument.substr(0, mark),
                                            std::vector<std::string>{argument.substr(mark + 1)});
            }
            transport = hf::net::make_transport(context.get_executor(), std::move(settings));
        }
        const hf::HfApi api(hf::Session(context.get_executor(), config, std::move(transport), nullptr));
        auto name = asio::co_spawn(context, round_trip(api, argc == 1), asio::use_future);
        context.run();
        const std::string text = name.get();
        std::cout << "ok " << text << '\n';
        return 0;
    } catch (const hf::TlsError& error) {
        return fail("tls", error.status(), error.what());
    } catch (const hf::ConnectionError& error) {
        return fail("connection", error.status(), error.what());
    } catch (const hf::Error& error) {
        return fail("hub", error.status(), error.what());
    } catch (const std::exception& error) {
        return fail("other", 0, error.what());
    }
}

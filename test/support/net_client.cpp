#include "net_client.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace hf::test {

namespace asio = boost::asio;

asio::awaitable<WireAnswer> fetch(std::shared_ptr<net::Transport> transport, net::Request request) {
    auto response = co_await transport->send(std::move(request));
    WireAnswer answer;
    answer.status = response.status;
    answer.fields = std::move(response.fields);
    answer.timings = response.timings;
    answer.body = co_await net::read_all(std::move(response.body), 1u << 30);
    co_return answer;
}

namespace {

unsigned threads() {
    const char* text = std::getenv("HFHUB_TEST_THREADS");
    return text ? static_cast<unsigned>(std::stoul(text)) : 1;
}

}  // namespace

Client::Client(net::TransportConfig config)
    : transport(net::make_transport(context.get_executor(), std::move(config))) {}

Client::~Client() { transport.reset(); }

void Client::run(std::function<asio::awaitable<void>()> work) {
    std::exception_ptr failure;
    bool ended = false;
    context.restart();
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr error) {
        failure = error;
        ended = true;
    });
    std::vector<std::thread> others;
    for (unsigned i = 1; i < threads(); ++i) others.emplace_back([this] { context.run(); });
    context.run();
    for (auto& thread : others) thread.join();
    if (failure) std::rethrow_exception(failure);
    if (!ended) throw std::logic_error("the work was not done when the context ran out of it");
}

WireAnswer Client::send(net::Request request) {
    WireAnswer answer;
    run([&]() -> asio::awaitable<void> { answer = co_await fetch(transport, std::move(request)); });
    return answer;
}

WireAnswer Client::get(const std::string& url) { return send(request(net::Method::get, url)); }

net::Request request(net::Method method, const std::string& url, std::string body) {
    net::Request out(method, Url::parse(url));
    if (!body.empty()) out.body = net::Body(std::move(body));
    return out;
}

namespace {

class PieceSource final : public net::ByteSource {
public:
    explicit PieceSource(std::shared_ptr<const std::string> content) : content_(std::move(content)) {}

    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
        const std::size_t count = std::min({buffer.size(), content_->size() - used_, std::size_t(100'000)});
        std::memcpy(buffer.data(), content_->data() + used_, count);
        used_ += count;
        co_return count;
    }

private:
    std::shared_ptr<const std::string> content_;
    std::size_t used_ = 0;
};

}  // namespace

net::Body stream_body(std::string content, bool sized, std::shared_ptr<int> opened) {
    const auto shared = std::make_shared<const std::string>(std::move(content));
    const auto size = sized ? std::optional<std::uint64_t>(shared->size()) : std::nullopt;
    return net::Body(size, [shared, opened]() -> std::unique_ptr<net::ByteSource> {
        if (opened) ++*opened;
        return std::make_unique<PieceSource>(shared);
    });
}

bool eventually(const std::function<bool()>& done, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!done()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

}  // namespace hf::test

#include <hf/net/http_transport.hpp>

#include "net/dial/dial.hpp"
#include "net/http1/body_reader.hpp"
#include "net/http1/conversation.hpp"
#include "net/http1/decoding_source.hpp"
#include "net/http1/request_head.hpp"
#include "net/pool/transport_state.hpp"

#include <boost/asio/error.hpp>

namespace hf::net {

namespace asio = boost::asio;

namespace {

using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

// Bodies up to this size are sent in one piece with the head: copying them costs less than a second call.
constexpr std::size_t largest_joined_body = 16 * 1024;

/// The bytes of a request that are known beforehand.
class RequestText {
public:
    RequestText(const Request& request, const ProxyConfig& config) {
        if (request.url.origin().scheme == "http") {
            const auto proxy = select_proxy(config, request.url.origin());
            joined = proxy ? request_head(request, true, proxy->authorization) : request_head(request);
            only_once = proxy && !is_idempotent(request.method);
        } else {
            joined = request_head(request);
        }
        const std::string* text = request.body.text();
        if (text && text->size() <= largest_joined_body)
            joined += *text;
        else if (text)
            rest = *text;
    }

    std::string joined;
    std::string_view rest;  ///< of the request's body
    /// Must not meet a connection that its peer is about to close. Proxies (tinyproxy 1.11) keep the answer's
    /// keep-alive of the origin and close all the same.
    bool only_once = false;
};

microseconds since(Clock::time_point start) { return std::chrono::duration_cast<microseconds>(Clock::now() - start); }

/// Gives `lease` a connection that can be used; without `may_reuse` a new one.
asio::awaitable<void> get_connection(Lease& lease, bool fresh, bool may_reuse, Timings& timings) {
    auto start = Clock::now();
    co_await lease.acquire(fresh);
    timings.queue += since(start);
    if (lease.connection() && (!may_reuse || !lease.connection()->stream.is_quiet())) lease.drop_connection();
    timings.reused = lease.connection() != nullptr;
    if (timings.reused) {
        lease.state().counters.reused.fetch_add(1, std::memory_order_relaxed);
        co_return;
    }
    start = Clock::now();
    co_await dial(lease);
    timings.connect += since(start);
}

asio::awaitable<Response> perform(std::shared_ptr<TransportState> state, Request request) {
    const RequestText text(request, state->config().proxy);
    Lease lease(state, state->begin(request.method, std::move(request.url), request.timeouts));
    Timings timings;
    bool again = false;
    for (;;) {
        co_await get_connection(lease, again, !text.only_once, timings);
        const auto start = Clock::now();
        Conversation conversation(lease);
        std::unique_ptr<ByteSource> source;
        if (!request.body.empty() && !request.body.text()) source = request.body.open();
        const bool answered = co_await conversation.run(text.joined, text.rest, std::move(source), !request.body.size(),
                                                        request.body.size());
        if (!answered) {
            // The peer may close a kept-alive connection while the request is on its way.
            const bool repeatable = is_idempotent(request.method) || conversation.unsent();
            if (again || !timings.reused || !repeatable || !conversation.died_silently()) conversation.fail();
            lease.give_up_slot();
            state->counters.resent.fetch_add(1, std::memory_order_relaxed);
            again = true;
            continue;
        }
        timings.first_byte = since(start);
        ResponseHead& head = conversation.head();
        std::optional<std::uint64_t> size;
        if (head.framing == ResponseHead::Framing::length) size = head.content_length;
        if (head.framing == ResponseHead::Framing::none) size = 0;
        const bool reusable = head.keep_alive && conversation.request_complete();
        const auto exchange = lease.shared_exchange();
        auto body = read_body(std::move(lease), head, reusable);
        if (request.decompress && size != 0u) {
            const auto coding = Inflater::encoding_of(head.fields.find("Content-Encoding").value_or(""));
            if (coding) {
                body = decode_body(std::move(body), *coding, exchange);
                size.reset();
                head.fields.erase("Content-Encoding");
                head.fields.erase("Content-Length");
            }
        }
        Response response(head.status, std::move(head.fields), size, std::move(body));
        response.timings = timings;
        response.bytes_sent = conversation.sent();
        co_return response;
    }
}

class BeastTransport final : public Transport {
public:
    explicit BeastTransport(std::shared_ptr<TransportState> state) : state_(std::move(state)) {}
    ~BeastTransport() override { state_->close(); }

    asio::awaitable<Response> send(Request request) override { return perform(state_, std::move(request)); }
    void close() noexcept override { state_->close(); }
    TransportStats stats() const override { return state_->stats(); }

private:
    std::shared_ptr<TransportState> state_;
};

}  // namespace

std::shared_ptr<Transport> make_transport(asio::any_io_executor executor, TransportConfig config) {
    if (!config.proxy.http.empty()) Proxy::parse(config.proxy.http, "proxy.http");
    if (!config.proxy.https.empty()) Proxy::parse(config.proxy.https, "proxy.https");
    const TlsConfig& tls = config.tls;
    const bool own_tls = !tls.ca_file.empty() || !tls.ca_dir.empty() || !tls.ca_pem.empty() ||
                         !tls.certificate_file.empty() || !tls.key_file.empty();
    const auto state = std::make_shared<TransportState>(std::move(executor), std::move(config));
    // The built-in trust anchors take 20 ms to load and cannot be wrong; what the user names can.
    if (own_tls) state->tls();
    return std::make_shared<BeastTransport>(state);
}

}  // namespace hf::net

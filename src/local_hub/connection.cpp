#include "connection.hpp"

#include "control.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>

namespace hf::local_hub {

namespace http = beast::http;
using boost::system::error_code;

namespace {

// Large enough that system calls and worker switches do not count against disk and hashing.
constexpr std::size_t chunk_size = 256u << 10;
// As much as Beast reads at once.
constexpr std::size_t received_step = 64u << 10;
// A refused body up to this size is read to its end, so that the answer is not lost in a reset.
constexpr std::uint64_t drained_body = 4u << 20;
// How long a peer may go on sending after its answer.
constexpr std::chrono::seconds lingering{5};

const Fault* find(const std::vector<Fault>& faults, FaultKind kind) {
    const auto it = std::ranges::find(faults, kind, &Fault::kind);
    return it == faults.end() ? nullptr : &*it;
}

// With a null context the TLS layer is never used, but the stream type needs one.
asio::ssl::context& unused_tls() {
    static asio::ssl::context context(asio::ssl::context::tls_server);
    return context;
}

}  // namespace

Connection::Connection(std::shared_ptr<ServerContext> context, Workers& workers, asio::ip::tcp::socket socket,
                       asio::ssl::context* tls, bool lfs_origin)
    : shared_context_(std::move(context)),
      context_(*shared_context_),
      workers_(workers),
      stream_(beast::tcp_stream(std::move(socket)), tls ? *tls : unused_tls()),
      encrypted_(tls != nullptr),
      lfs_origin_(lfs_origin),
      timer_(executor()) {
    error_code ignored;
    auto& tcp = beast::get_lowest_layer(stream_).socket();
    remote_ = tcp.remote_endpoint(ignored).address().to_string();
    tcp.set_option(asio::ip::tcp::no_delay(true), ignored);
    context_.counters.connection_opened();
}

Connection::~Connection() { context_.counters.connection_closed(); }

void Connection::close() {
    closed_ = true;
    timer_.cancel();
    beast::get_lowest_layer(stream_).close();
}

void Connection::reset() {
    error_code ignored;
    auto& tcp = beast::get_lowest_layer(stream_).socket();
    tcp.set_option(asio::socket_base::linger(true, 0), ignored);
    tcp.close(ignored);
}

asio::awaitable<void> Connection::serve() {
    const auto self = shared_from_this();
    try {
        co_await serve_all();
    } catch (const boost::system::system_error&) {
        // The peer left, or was too slow: nobody is there to be told.
    }
    close();
}

asio::awaitable<void> Connection::serve_all() {
    auto& tcp = beast::get_lowest_layer(stream_);
    tcp.expires_after(context_.hub.config.idle_timeout);
    if (encrypted_) co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    while (co_await serve_one()) {
    }
    error_code ignored;
    if (encrypted_) {
        tcp.expires_after(lingering);
        co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
    }
    tcp.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    if (unread_) co_await linger();
}

// Closing a socket with unread bytes resets the connection, which can take the answer from the peer. What it still
// sends is dropped until it has seen the answer and leaves.
asio::awaitable<void> Connection::linger() {
    auto& tcp = beast::get_lowest_layer(stream_);
    tcp.expires_after(lingering);
    if (chunk_.empty()) chunk_.resize(chunk_size);
    error_code failed;
    while (!failed)
        co_await tcp.async_read_some(asio::buffer(chunk_), asio::redirect_error(asio::use_awaitable, failed));
}

asio::awaitable<void> Connection::sleep(std::chrono::nanoseconds duration) {
    if (closed_) throw boost::system::system_error(asio::error::operation_aborted);
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(duration));
    co_await timer_.async_wait(asio::use_awaitable);
}

asio::awaitable<void> Connection::pace(std::uint64_t bytes) {
    if (!context_.scenario.paced()) co_return;
    const auto wait = context_.scenario.pace(pacer_, bytes, lfs_origin_);
    if (wait.count() > 0) co_await sleep(wait);
}

asio::awaitable<void> Connection::write(std::string_view bytes) {
    beast::get_lowest_layer(stream_).expires_after(context_.hub.config.idle_timeout);
    if (encrypted_)
        co_await asio::async_write(stream_, asio::buffer(bytes), asio::use_awaitable);
    else
        co_await asio::async_write(stream_.next_layer(), asio::buffer(bytes), asio::use_awaitable);
    sent_ += bytes.size();
}

asio::awaitable<bool> Connection::read_head(Parser& parser) {
    beast::get_lowest_layer(stream_).expires_after(context_.hub.config.idle_timeout);
    error_code failed;
    if (encrypted_)
        co_await http::async_read_header(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, failed));
    else
        co_await http::async_read_header(stream_.next_layer(), buffer_, parser,
                                         asio::redirect_error(asio::use_awaitable, failed));
    if (!failed) co_return true;
    const bool malformed = failed.category() == make_error_code(http::error::bad_method).category() &&
                           failed != http::error::end_of_stream && failed != http::error::partial_message;
    if (failed == http::error::header_limit)
        co_await refuse({431, "Request Header Fields Too Large"});
    else if (malformed)
        co_await refuse({400, "Bad Request: " + failed.message()});
    co_return false;
}

// What is no request at all still gets an answer in the Hub's format.
asio::awaitable<void> Connection::refuse(HttpError error) {
    Handling handling(context_.hub, context_.router, context_.quotas, Request());
    handling.answer(error);
    unread_ = true;
    const std::vector<Fault> none;
    co_await send(handling, none, false);
    LocalHubRequest event;
    event.route = handling.route();
    event.status = error.status;
    context_.counters.answered(event);
    if (context_.hub.config.on_request) context_.hub.config.on_request(event);
}

Request Connection::make_request(const Parser& parser) const {
    const auto& head = parser.get();
    Request out;
    out.method = std::string(head.method_string());
    out.target = std::string(head.target());
    const auto mark = out.target.find('?');
    out.path = out.target.substr(0, mark);
    if (mark != out.target.npos) out.query = Query::parse(std::string_view(out.target).substr(mark + 1));
    for (const auto& field : head)
        out.fields.emplace_back(std::string(field.name_string()), std::string(field.value()));
    if (const auto length = parser.content_length()) out.content_length = *length;
    out.remote = remote_;
    out.lfs_origin = lfs_origin_;
    return out;
}

asio::awaitable<std::size_t> Connection::read_body(Parser& parser, asio::mutable_buffer buffer) {
    // Beast reads into what room there is, and 512 bytes at a time if there is none.
    if (buffer.size() > received_step && buffer_.capacity() < received_step) buffer_.reserve(received_step);
    auto& body = parser.get().body();
    body.data = buffer.data();
    body.size = buffer.size();
    error_code failed;
    while (body.size == buffer.size() && !parser.is_done()) {
        beast::get_lowest_layer(stream_).expires_after(context_.hub.config.idle_timeout);
        if (encrypted_)
            co_await http::async_read_some(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, failed));
        else
            co_await http::async_read_some(stream_.next_layer(), buffer_, parser,
                                           asio::redirect_error(asio::use_awaitable, failed));
        if (failed && failed != http::error::need_buffer) throw boost::system::system_error(failed);
    }
    const std::size_t n = buffer.size() - body.size;
    received_ += n;
    co_return n;
}

// Memory follows what has arrived, not what was announced: many slow clients must not take it all.
asio::awaitable<Connection::Collected> Connection::collect_body(Parser& parser, Handling& handling,
                                                                const std::vector<Fault>& faults) {
    const Fault* cut = find(faults, FaultKind::reset_upload);
    std::string& body = handling.request().body;
    const std::size_t limit = context_.hub.config.max_json_size;
    const auto announced = handling.request().content_length;
    if (announced.value_or(0) > limit) co_return Collected::too_large;
    std::size_t used = 0;
    while (!parser.is_done()) {
        if (used == body.size()) {
            const std::size_t wanted = std::max<std::size_t>(4096, used * 2);
            body.resize(announced ? std::min(wanted, static_cast<std::size_t>(*announced)) : wanted);
        }
        used += co_await read_body(parser, asio::buffer(body.data() + used, body.size() - used));
        if (used > limit) co_return Collected::too_large;
        if (cut && used >= cut->at_byte) {
            reset();
            co_return Collected::cut;
        }
    }
    body.resize(used);
    co_return Collected::whole;
}

asio::awaitable<bool> Connection::stream_body(Parser& parser, Handling& handling, const std::vector<Fault>& faults) {
    const Fault* cut = find(faults, FaultKind::reset_upload);
    if (chunk_.empty()) chunk_.resize(chunk_size);
    std::uint64_t used = 0;
    bool wanted = true;
    while (!parser.is_done()) {
        const std::size_t n = co_await read_body(parser, asio::buffer(chunk_));
        used += n;
        if (cut && used >= cut->at_byte) {
            reset();
            co_return false;
        }
        if (n > 0) co_await pace(n);
        if (n > 0 && wanted) {
            const std::string_view piece(chunk_.data(), n);
            const std::function<void()> work = [&handling, &wanted, piece] { wanted = handling.write(piece); };
            co_await workers_.run(work);
        }
        if (!wanted && handling.request().content_length.value_or(drained_body + 1) > drained_body) co_return true;
    }
    if (wanted) {
        const std::function<void()> work = [&handling] { handling.finish(); };
        co_await workers_.run(work);
    }
    co_return true;
}

asio::awaitable<bool> Connection::handle(Parser& parser, Handling& handling, const std::vector<Fault>& faults) {
    if (const Fault* fault = find(faults, FaultKind::status)) {
        HttpError error(fault->status, fault->body.empty() ? "Injected fault" : fault->body);
        error.fields = fault->fields;
        handling.answer(error);
        co_return true;
    }
    if (handling.request().field("Expect").starts_with("100-")) co_await write("HTTP/1.1 100 Continue\r\n\r\n");
    if (handling.wants_buffered_body()) {
        const Collected collected = co_await collect_body(parser, handling, faults);
        if (collected == Collected::cut) co_return false;
        if (collected == Collected::too_large) {
            handling.answer({413, "Payload too large"});
            co_return true;
        }
    }
    if (is_control(context_, handling.request())) {
        handling.response(control(context_, handling.request()));
        co_return true;
    }
    bool answered = false;
    const std::function<void()> begin = [&] { answered = handling.begin(); };
    co_await workers_.run(begin);
    if (answered) co_return true;
    co_return co_await stream_body(parser, handling, faults);
}

asio::awaitable<bool> Connection::serve_one() {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(context_.hub.config.max_header_size));
    parser.body_limit(boost::none);
    const bool readable = co_await read_head(parser);
    if (!readable) co_return false;
    const auto start = std::chrono::steady_clock::now();
    received_ = sent_ = 0;
    Handling handling(context_.hub, context_.router, context_.quotas, make_request(parser));
    const bool steering = is_control(context_, handling.request());  // stands outside of what it steers
    const auto faults =
        steering ? std::vector<Fault>()
                 : context_.scenario.faults(handling.route(), handling.request().method, handling.request().target);
    auto wait = steering ? std::chrono::milliseconds(0) : context_.scenario.latency();
    if (const Fault* fault = find(faults, FaultKind::delay)) wait += fault->delay;
    if (wait.count() > 0) co_await sleep(wait);
    const bool alive = co_await handle(parser, handling, faults);
    if (!alive) co_return false;
    unread_ = !parser.is_done();
    const bool keep_alive = parser.is_done() && parser.keep_alive() && !handling.response().close;
    bool sent = false;
    std::exception_ptr left;  // what a client received before it went away counts as well
    try {
        sent = co_await send(handling, faults, keep_alive);
    } catch (const boost::system::system_error&) {
        left = std::current_exception();
    }
    if (!steering) report(handling, start);
    if (left) std::rethrow_exception(left);
    co_return sent&& keep_alive;
}

void Connection::report(Handling& handling, std::chrono::steady_clock::time_point start) {
    const std::string target = handling.request().target.substr(0, handling.request().target.find("Signature="));
    LocalHubRequest event;
    event.method = handling.request().method;
    event.target = target;
    event.route = handling.route();
    event.user = handling.user();
    event.status = handling.response().status;
    event.bytes_received = received_;
    event.bytes_sent = sent_;
    event.duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    // Before the answer counts as given, so that who waits for that sees this, too.
    if (lfs_origin_ && handling.request().find("Authorization")) context_.counters.storage_authorized();
    context_.counters.answered(event);
    if (context_.hub.config.on_request) context_.hub.config.on_request(event);
}

}  // namespace hf::local_hub

#include "local_hub/server/connection.hpp"

#include "local_hub/data/on_exit.hpp"
#include "local_hub/server/control.hpp"
#include "local_hub/server/response_head.hpp"

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

// Text bodies up to this size leave in one piece with the head.
constexpr std::size_t joined_body = 64u << 10;

bool is_body_fault(const Fault& fault) {
    using enum FaultKind;
    return fault.kind == reset || fault.kind == truncate || fault.kind == stall || fault.kind == corrupt;
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
    Dispatch dispatch(context_.hub, context_.router, context_.quotas, Request());
    dispatch.answer(error);
    unread_ = true;
    const std::vector<Fault> none;
    co_await send(dispatch, none, false);
    LocalHubRequest event;
    event.route = dispatch.route();
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
asio::awaitable<Connection::Collected> Connection::collect_body(Parser& parser, Dispatch& dispatch,
                                                                const std::vector<Fault>& faults) {
    const Fault* cut = find(faults, FaultKind::reset_upload);
    std::string& body = dispatch.request().body;
    const std::size_t limit = context_.hub.config.max_json_size;
    const auto announced = dispatch.request().content_length;
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

asio::awaitable<bool> Connection::stream_body(Parser& parser, Dispatch& dispatch, const std::vector<Fault>& faults) {
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
            const std::function<void()> work = [&dispatch, &wanted, piece] { wanted = dispatch.write(piece); };
            co_await workers_.run(work);
        }
        if (!wanted && dispatch.request().content_length.value_or(drained_body + 1) > drained_body) co_return true;
    }
    if (wanted) {
        const std::function<void()> work = [&dispatch] { dispatch.finish(); };
        co_await workers_.run(work);
    }
    co_return true;
}

asio::awaitable<bool> Connection::handle(Parser& parser, Dispatch& dispatch, const std::vector<Fault>& faults) {
    if (const Fault* fault = find(faults, FaultKind::status)) {
        HttpError error(fault->status, fault->body.empty() ? "Injected fault" : fault->body);
        error.fields = fault->fields;
        dispatch.answer(error);
        co_return true;
    }
    if (dispatch.request().field("Expect").starts_with("100-")) co_await write("HTTP/1.1 100 Continue\r\n\r\n");
    if (dispatch.wants_buffered_body()) {
        const Collected collected = co_await collect_body(parser, dispatch, faults);
        if (collected == Collected::cut) co_return false;
        if (collected == Collected::too_large) {
            dispatch.answer({413, "Payload too large"});
            co_return true;
        }
    }
    if (is_control(context_, dispatch.request())) {
        dispatch.response(control(context_, dispatch.request()));
        co_return true;
    }
    bool answered = false;
    const std::function<void()> begin = [&] { answered = dispatch.begin(); };
    co_await workers_.run(begin);
    if (answered) co_return true;
    co_return co_await stream_body(parser, dispatch, faults);
}

asio::awaitable<bool> Connection::send(Dispatch& dispatch, const std::vector<Fault>& faults, bool keep_alive) {
    Response& response = dispatch.response();
    for (const auto& fault : faults)
        if (fault.kind == FaultKind::headers) change_fields(response, fault);
    const auto reset_at_once = std::ranges::any_of(
        faults, [](const Fault& fault) { return fault.kind == FaultKind::reset && fault.at_byte == 0; });
    if (reset_at_once) {
        reset();
        co_return false;
    }
    const bool is_head = dispatch.request().method == "HEAD";
    const std::uint64_t length = is_head ? response.head_length.value_or(response.body_size()) : response.body_size();
    std::string head = head_text(response, length, keep_alive);
    if (is_head || length == 0) {
        co_await write(head);
        co_return true;
    }
    const bool plain = std::ranges::none_of(faults, is_body_fault) && !context_.scenario.paced();
    if (plain && response.in_memory() && length <= joined_body) {
        head += response.text();
        co_await write(head);
        co_return true;
    }
    co_await write(head);
    context_.scenario.body_started();
    const OnExit ended([this] { context_.scenario.body_ended(); });
    co_return co_await send_body(dispatch, faults);
}

asio::awaitable<bool> Connection::send_body(Dispatch& dispatch, const std::vector<Fault>& faults) {
    const Response& response = dispatch.response();
    const std::uint64_t length = response.body_size();
    const auto it = std::ranges::find_if(faults, is_body_fault);
    const Fault* fault = it == faults.end() ? nullptr : &*it;
    const bool ends_early = fault && fault->kind != FaultKind::corrupt;
    const std::uint64_t end = ends_early ? std::min(length, fault->at_byte) : length;
    const bool paced = context_.scenario.paced();
    // Small steps keep a capped connection even.
    const std::size_t step = paced ? 16u << 10 : chunk_size;
    if (chunk_.empty()) chunk_.resize(chunk_size);
    for (std::uint64_t position = 0; position < end;) {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(step, end - position));
        const std::size_t got = response.read_body(chunk_.data(), n, position);
        if (got == 0) co_return false;
        if (fault && fault->kind == FaultKind::corrupt && fault->at_byte >= position && fault->at_byte < position + got)
            chunk_[fault->at_byte - position] ^= static_cast<char>(0xff);
        co_await pace(got);
        co_await write(std::string_view(chunk_.data(), got));
        position += got;
    }
    if (!ends_early) co_return true;
    if (fault->kind == FaultKind::stall) co_await sleep(fault->delay);
    if (fault->kind == FaultKind::reset) reset();
    co_return false;
}

asio::awaitable<bool> Connection::serve_one() {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(context_.hub.config.max_header_size));
    parser.body_limit(boost::none);
    const bool readable = co_await read_head(parser);
    if (!readable) co_return false;
    const auto start = std::chrono::steady_clock::now();
    received_ = sent_ = 0;
    Dispatch dispatch(context_.hub, context_.router, context_.quotas, make_request(parser));
    const bool steering = is_control(context_, dispatch.request());  // stands outside of what it steers
    const auto faults =
        steering ? std::vector<Fault>()
                 : context_.scenario.faults(dispatch.route(), dispatch.request().method, dispatch.request().target);
    auto wait = steering ? std::chrono::milliseconds(0) : context_.scenario.latency();
    if (const Fault* fault = find(faults, FaultKind::delay)) wait += fault->delay;
    if (wait.count() > 0) co_await sleep(wait);
    const bool alive = co_await handle(parser, dispatch, faults);
    if (!alive) co_return false;
    unread_ = !parser.is_done();
    const bool keep_alive = parser.is_done() && parser.keep_alive() && !dispatch.response().close;
    bool sent = false;
    std::exception_ptr left;  // what a client received before it went away counts as well
    try {
        sent = co_await send(dispatch, faults, keep_alive);
    } catch (const boost::system::system_error&) {
        left = std::current_exception();
    }
    if (!steering) report(dispatch, start);
    if (left) std::rethrow_exception(left);
    co_return sent&& keep_alive;
}

void Connection::report(Dispatch& dispatch, std::chrono::steady_clock::time_point start) {
    const std::string target = dispatch.request().target.substr(0, dispatch.request().target.find("Signature="));
    LocalHubRequest event;
    event.method = dispatch.request().method;
    event.target = target;
    event.route = dispatch.route();
    event.user = dispatch.user();
    event.status = dispatch.response().status;
    event.bytes_received = received_;
    event.bytes_sent = sent_;
    event.duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    // Before the answer counts as given, so that who waits for that sees this, too.
    if (lfs_origin_ && !dispatch.takes_bearer() && dispatch.request().find("Authorization"))
        context_.counters.storage_authorized();
    context_.counters.answered(event);
    if (context_.hub.config.on_request) context_.hub.config.on_request(event);
}

}  // namespace hf::local_hub

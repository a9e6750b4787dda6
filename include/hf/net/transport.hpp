#pragma once

#include <hf/core/url.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hf::net {

enum class Method { get, head, post, put, patch, delete_ };
std::string_view to_string(Method) noexcept;
/// RFC 9110 section 9.2.2. A caller may know better of one request (a POST that only reads).
constexpr bool is_idempotent(Method method) noexcept { return method != Method::post && method != Method::patch; }

/// Header fields in order of insertion. Names compare without regard to case.
class Fields {
public:
    using Field = std::pair<std::string, std::string>;

    void add(std::string name, std::string value);  ///< keeps earlier fields of the same name
    void set(std::string name, std::string value);  ///< replaces them
    void erase(std::string_view name);
    bool contains(std::string_view name) const noexcept { return find(name).has_value(); }
    std::optional<std::string_view> find(std::string_view name) const noexcept;  ///< the first of that name
    std::string combined(std::string_view name) const;                           ///< all of that name, joined by ", "

    auto begin() const noexcept { return fields_.begin(); }
    auto end() const noexcept { return fields_.end(); }
    std::size_t size() const noexcept { return fields_.size(); }

private:
    std::vector<Field> fields_;
};

/// A sequence of bytes read front to back.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// Bytes read; 0 is the end. `buffer` must outlive the call.
    virtual boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer buffer) = 0;
};

/// Everything `source` gives. Throws ResponseTooLargeError when it is more than `limit` bytes.
boost::asio::awaitable<std::string> read_all(std::unique_ptr<ByteSource> source, std::size_t limit);

/// The body of a request: nothing, a text, or a stream that can be opened again for a retry.
/// Cheap to copy.
class Body {
public:
    using Open = std::function<std::unique_ptr<ByteSource>()>;

    Body() = default;
    explicit Body(std::string text);
    /// Sent with Content-Length if `size` is given, else chunked. `open` is called once per attempt.
    Body(std::optional<std::uint64_t> size, Open open);

    bool empty() const noexcept { return !text_ && !open_; }
    const std::string* text() const noexcept { return text_.get(); }  ///< null for streams
    std::optional<std::uint64_t> size() const noexcept;               ///< nullopt: unknown, chunked
    std::unique_ptr<ByteSource> open() const { return open_(); }      ///< streams only

private:
    std::shared_ptr<const std::string> text_;
    std::optional<std::uint64_t> size_;
    Open open_;
};

/// Limits of one exchange. Zero switches a limit off.
struct Timeouts {
    std::chrono::milliseconds connect{10'000};     ///< DNS, TCP and TLS together
    std::chrono::milliseconds first_byte{60'000};  ///< from the end of the request to the end of the answer's head
    /// Longest wait for the peer without a byte of body in either direction. Time in which the caller
    /// does not read, or its ByteSource does not give, is not counted.
    std::chrono::milliseconds stall{30'000};
    std::uint64_t min_rate = 0;          ///< bytes per second while waiting for the peer, averaged over `stall`
    std::chrono::milliseconds total{0};  ///< whole exchange, body and wait for a free connection included
};

/// Where the time until the head of an answer went.
struct Timings {
    std::chrono::microseconds queue{0};       ///< waiting for a free connection
    std::chrono::microseconds connect{0};     ///< DNS, TCP and TLS; zero on a kept-alive connection
    std::chrono::microseconds first_byte{0};  ///< from the start of sending to the end of the head
    bool reused = false;                      ///< answered on a kept-alive connection
};

/// Counters of a transport since its construction, and what is going on now.
struct TransportStats {
    std::uint64_t requests = 0;
    std::uint64_t connections_opened = 0;
    std::uint64_t connections_reused = 0;
    std::uint64_t tls_resumed = 0;
    std::uint64_t resent = 0;  ///< silently, after a kept-alive connection turned out to be dead
    std::uint64_t timed_out = 0;
    std::uint64_t bytes_sent = 0;      ///< HTTP bytes, without TLS
    std::uint64_t bytes_received = 0;  ///< HTTP bytes, without TLS
    std::size_t active = 0;            ///< exchanges in flight, waiting ones included
    std::size_t waiting = 0;           ///< of these, waiting for a free connection
    std::size_t idle = 0;              ///< kept-alive connections
};

/// One request, owning everything it refers to. Constructors only: see toolchain rule on aggregates.
class Request {
public:
    Request(Method method_, Url url_) : method(method_), url(std::move(url_)) {}

    Method method;
    Url url;
    /// Host, Content-Length, Transfer-Encoding and Connection are the transport's business: ignored if
    /// given here. A name or value that would break the message (CR, LF, NUL) gets HFValidationError.
    Fields fields;
    Body body;
    Timeouts timeouts;
    /// Ask for gzip or deflate and decode it; Content-Encoding and Content-Length are then gone from the answer.
    /// false sends Accept-Encoding: identity. A field Accept-Encoding given in `fields` is sent instead.
    bool decompress = true;
};

/// The head of an answer and its body, still on the wire. Move-only. When the body was read to its
/// end the connection returns to the pool; destroying a Response earlier closes it.
class Response {
public:
    Response(unsigned status_, Fields fields_, std::optional<std::uint64_t> size_, std::unique_ptr<ByteSource> body_)
        : status(status_), fields(std::move(fields_)), body_size(size_), body(std::move(body_)) {}

    unsigned status;
    Fields fields;
    std::optional<std::uint64_t> body_size;  ///< bytes that `body` will give, where known
    std::unique_ptr<ByteSource> body;        ///< never null; decoded; throws the errors of Transport::send
    Timings timings;
    std::uint64_t bytes_sent = 0;  ///< HTTP bytes of the request, head included
};

/// Moves requests to origins. One seam for the Beast transport, test doubles and users' own.
///
/// Implementations are safe to call from several coroutines on several threads, follow no redirect,
/// retry nothing (but one silent resend of an idempotent request on a stale kept-alive connection),
/// and add no credentials.
class Transport {
public:
    virtual ~Transport() = default;

    /// Completes when the answer's head has arrived; 1xx answers are skipped. An answer that comes
    /// while the request body is still being sent is returned at once.
    /// Throws ConnectionError, TimeoutError (`info().argument` names the member of Timeouts), TlsError,
    /// ProtocolError, or HFValidationError for a request that cannot be written down; `info().unsent`
    /// tells whether the peer can have seen any of it. On cancellation closes the connection and throws
    /// system_error(operation_aborted).
    virtual boost::asio::awaitable<Response> send(Request request) = 0;

    /// Closes idle connections and makes exchanges in flight fail with operation_aborted.
    virtual void close() noexcept {}

    virtual TransportStats stats() const { return {}; }
};

}  // namespace hf::net

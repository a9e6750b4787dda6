#include "net/http1/response_head.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <limits>

namespace hf::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

/// Newer releases of Beast have this as a pure virtual, older ones lack it: a class without any `override` is both's.
class TrailerlessParser : public http::basic_parser<false> {
protected:
    void on_trailer_field_impl(http::field, boost::beast::string_view, boost::beast::string_view, error_code& error) {
        error = {};
    }
};

/// Puts the fields straight into ours; only heads are fed to it.
class HeadParser final : public TrailerlessParser {
public:
    explicit HeadParser(ResponseHead& head) : head_(head) {}

private:
    using view = boost::beast::string_view;

    void on_request_impl(http::verb, view, view, int, error_code&) override {}
    void on_response_impl(int code, view, int, error_code& error) override {
        error = {};
        head_.status = static_cast<unsigned>(code);
    }
    void on_field_impl(http::field, view name, view value, error_code& error) override {
        error = {};
        head_.fields.add(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
    }
    void on_header_impl(error_code& error) override { error = {}; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& error) override { error = {}; }
    std::size_t on_body_impl(view, error_code& error) override {
        error = {};
        return 0;
    }
    void on_chunk_header_impl(std::uint64_t, view, error_code& error) override { error = {}; }
    std::size_t on_chunk_body_impl(std::uint64_t, view, error_code& error) override {
        error = {};
        return 0;
    }
    void on_finish_impl(error_code& error) override { error = {}; }

    ResponseHead& head_;
};

bool has_bare_lf(std::string_view bytes) {
    for (auto at = bytes.find('\n'); at != bytes.npos; at = bytes.find('\n', at + 1))
        if (at == 0 || bytes[at - 1] != '\r') return true;
    return false;
}

// "HTTP/1.1 200" without the space that RFC 9112 section 4 demands even where no reason follows.
bool lacks_reason_space(std::string_view head) {
    constexpr std::size_t code_end = std::string_view("HTTP/1.1 200").size();
    return head.size() > code_end && head[code_end] == '\r';
}

// Nothing but chunked can be undone here, and what hides behind another name is not measured by a Content-Length.
bool is_known_coding(const Fields& fields) {
    const std::string codings = fields.combined("Transfer-Encoding");
    return codings.empty() || boost::beast::iequals(codings, "chunked") || boost::beast::iequals(codings, "identity");
}

}  // namespace

std::size_t parse_response_head(std::string_view bytes, Method method, std::size_t limit, ResponseHead& head,
                                error_code& error) {
    error = {};
    constexpr std::string_view version = "HTTP/1.", blank_line = "\r\n\r\n";
    // Says so at once when the peer speaks something else, which may never contain an empty line.
    if (bytes.substr(0, version.size()) != version.substr(0, bytes.size())) {
        error = http::error::bad_version;
        return 0;
    }
    const auto end = bytes.find(blank_line);
    if (has_bare_lf(bytes.substr(0, end))) {
        error = http::error::bad_line_ending;
        return 0;
    }
    if (end == bytes.npos ? bytes.size() >= limit : end + blank_line.size() > limit) {
        error = http::error::header_limit;
        return 0;
    }
    if (end == bytes.npos) return 0;
    const std::size_t size = end + blank_line.size();
    head = ResponseHead();
    HeadParser parser(head);
    std::string mended;
    std::string_view text = bytes.substr(0, size);
    if (lacks_reason_space(text)) {
        mended = text;
        mended.insert(mended.find('\r'), 1, ' ');
        text = mended;
    }
    parser.header_limit(static_cast<std::uint32_t>(text.size()));
    // The body is not the parser's business; neither is its size.
    parser.body_limit(boost::none);
    if (method == Method::head) parser.skip(true);
    parser.put(boost::asio::const_buffer(text.data(), text.size()), error);
    if (error) return 0;
    if (!parser.is_header_done()) {
        error = http::error::partial_message;
        return 0;
    }
    if (head.status < 100) {
        error = http::error::bad_status;
        return 0;
    }
    head.keep_alive = parser.keep_alive();
    const bool bodiless = method == Method::head || head.status < 200 || head.status == 204 || head.status == 304;
    if (!bodiless && !is_known_coding(head.fields)) {
        error = http::error::bad_transfer_encoding;
        return 0;
    }
    const auto length = parser.content_length();
    if (bodiless || (length && *length == 0 && !parser.chunked())) {
        head.framing = ResponseHead::Framing::none;
    } else if (parser.chunked()) {
        head.framing = ResponseHead::Framing::chunked;
    } else if (length) {
        head.framing = ResponseHead::Framing::length;
        head.content_length = *length;
    } else {
        head.framing = ResponseHead::Framing::until_close;
        head.keep_alive = false;
    }
    return size;
}

}  // namespace hf::net

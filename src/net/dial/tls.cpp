#include "net/dial/tls.hpp"

#include <hf/core/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <deque>
#include <filesystem>
#include <mutex>
#include <unordered_map>

namespace hf::net {
namespace {

using boost::system::error_code;
namespace asio = boost::asio;

class X509Category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "x509"; }
    std::string message(int value) const override { return X509_verify_cert_error_string(value); }
};

const X509Category x509_category;

TlsSession::Wire& wire_of(BIO* bio) { return *static_cast<TlsSession::Wire*>(BIO_get_data(bio)); }

// OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE on a connection the peer has closed.
int bio_write(BIO* bio, const char* data, int size) {
    TlsSession::Wire& wire = wire_of(bio);
    BIO_clear_retry_flags(bio);
    const auto sent = ::send(wire.descriptor, data, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<int>(sent);
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        BIO_set_retry_write(bio);
    else
        wire.error = errno;
    return -1;
}

int bio_read(BIO* bio, char* data, int size) {
    TlsSession::Wire& wire = wire_of(bio);
    BIO_clear_retry_flags(bio);
    const auto got = ::recv(wire.descriptor, data, static_cast<std::size_t>(size), MSG_DONTWAIT);
    if (got > 0) return static_cast<int>(got);
    if (got == 0)
        wire.eof = true;
    else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        BIO_set_retry_read(bio);
    else
        wire.error = errno;
    return got == 0 ? 0 : -1;
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* bio_method() {
    static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "hfhub socket");
        BIO_meth_set_write(made, bio_write);
        BIO_meth_set_read(made, bio_read);
        BIO_meth_set_ctrl(made, bio_control);
        return std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>(made, BIO_meth_free);
    }();
    return method.get();
}

std::string last_tls_error() {
    const unsigned long code = ERR_get_error();
    char text[256] = "unknown reason";
    if (code != 0) ERR_error_string_n(code, text, sizeof text);
    ERR_clear_error();
    return text;
}

[[noreturn]] void throw_unverifiable(const Origin& origin) {
    ErrorInfo info;
    info.url = origin.to_string();
    info.message = "no certificate can be checked against the name " + origin.host;
    info.unsent = true;
    throw TlsError(std::move(info));
}

void require(bool done, std::string_view argument, const std::string& what) {
    if (!done) throw_validation(argument, what + ": " + last_tls_error());
}

std::size_t load_pem(X509_STORE* anchors, const std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                        BIO_free);
    std::size_t count = 0;
    while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
        if (X509_STORE_add_cert(anchors, certificate) == 1) ++count;
        X509_free(certificate);
    }
    if (count > 0) ERR_clear_error();  // the end of the text is reported as an error
    return count;
}

// REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE may name a folder of hashed certificates as well.
void load_anchors(SSL_CTX* context, const std::string& path) {
    std::error_code ignored;
    const bool folder = std::filesystem::is_directory(path, ignored);
    const int done =
        folder ? SSL_CTX_load_verify_dir(context, path.c_str()) : SSL_CTX_load_verify_file(context, path.c_str());
    require(done == 1, "tls.ca_file", "cannot read certificates from " + path);
}

}  // namespace

/// Sessions that may be resumed, a few per origin, of the origins used last. Those of TLS 1.3 are good for one
/// connection each (RFC 8446 appendix C.4), older ones for many.
class SessionStore {
public:
    ~SessionStore() {
        for (auto& [key, sessions] : sessions_)
            for (SSL_SESSION* session : sessions) SSL_SESSION_free(session);
    }

    void put(const std::string& key, SSL_SESSION* session) {
        constexpr std::size_t most = 8, most_origins = 256;
        const std::scoped_lock lock(mutex_);
        if (sessions_.size() >= most_origins && !sessions_.contains(key)) forget_oldest();
        auto& sessions = sessions_[key];
        sessions.push_back(session);
        if (sessions.size() <= most) return;
        SSL_SESSION_free(sessions.front());
        sessions.pop_front();
    }

    SSL_SESSION* take(const std::string& key) {
        const std::scoped_lock lock(mutex_);
        const auto found = sessions_.find(key);
        if (found == sessions_.end()) return nullptr;
        SSL_SESSION* session = found->second.back();
        if (SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION) {
            SSL_SESSION_up_ref(session);
        } else {
            found->second.pop_back();
            if (found->second.empty()) sessions_.erase(found);
        }
        return session;
    }

    static int index() {
        static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
        return index;
    }

private:
    // Hosts come from redirects as well: their number has no end.
    void forget_oldest() {
        const auto age = [](const auto& item) { return SSL_SESSION_get_time(item.second.back()); };
        const auto oldest = std::ranges::min_element(sessions_, {}, age);
        for (SSL_SESSION* session : oldest->second) SSL_SESSION_free(session);
        sessions_.erase(oldest);
    }

    std::mutex mutex_;
    std::unordered_map<std::string, std::deque<SSL_SESSION*>> sessions_;  // no entry is empty
};

TlsContext::TlsContext(const TlsConfig& config)
    : context_(SSL_CTX_new(TLS_client_method())), store_(std::make_shared<SessionStore>()), verify_(config.verify) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> owner(context_, SSL_CTX_free);
    require(context_ != nullptr, "tls", "cannot start OpenSSL");
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION);
    // One receive per record instead of one for its five bytes of header and one for the rest.
    SSL_CTX_set_read_ahead(context_, 1);
    constexpr unsigned char http11[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(context_, http11, sizeof http11 - 1);
    SSL_CTX_set_verify(context_, verify_ ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (!config.ca_file.empty()) load_anchors(context_, config.ca_file);
    if (!config.ca_dir.empty())
        require(SSL_CTX_load_verify_dir(context_, config.ca_dir.c_str()) == 1, "tls.ca_dir",
                "cannot use " + config.ca_dir);
    if (!config.ca_pem.empty())
        require(load_pem(SSL_CTX_get_cert_store(context_), config.ca_pem) > 0, "tls.ca_pem", "it holds no certificate");
    if (config.ca_file.empty() && config.ca_dir.empty() && config.ca_pem.empty())
        SSL_CTX_set_default_verify_paths(context_);
    if (!config.certificate_file.empty()) {
        const std::string& key = config.key_file.empty() ? config.certificate_file : config.key_file;
        require(SSL_CTX_use_certificate_chain_file(context_, config.certificate_file.c_str()) == 1,
                "tls.certificate_file", "cannot read " + config.certificate_file);
        require(SSL_CTX_use_PrivateKey_file(context_, key.c_str(), SSL_FILETYPE_PEM) == 1, "tls.key_file",
                "cannot read the key " + key);
        require(SSL_CTX_check_private_key(context_) == 1, "tls.key_file", "the key does not belong to the certificate");
    }
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context_, [](SSL* ssl, SSL_SESSION* session) {
        const auto* self = static_cast<const TlsSession*>(SSL_get_ex_data(ssl, SessionStore::index()));
        if (!self || !SSL_SESSION_is_resumable(session)) return 0;
        self->store_->put(self->key_, session);
        return 1;
    });
    SSL_CTX_up_ref(context_);
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

std::unique_ptr<TlsSession> TlsContext::start(const Origin& origin, int descriptor) const {
    return std::make_unique<TlsSession>(context_, store_, origin, descriptor, verify_);
}

TlsSession::TlsSession(SSL_CTX* context, std::shared_ptr<SessionStore> store, const Origin& origin, int descriptor,
                       bool verify)
    : key_(origin.to_string()), store_(std::move(store)), ssl_(SSL_new(context)) {
    std::unique_ptr<SSL, decltype(&SSL_free)> owner(ssl_, SSL_free);
    wire_.descriptor = descriptor;
    BIO* bio = ssl_ ? BIO_new(bio_method()) : nullptr;
    if (!bio) throw std::bad_alloc();
    BIO_set_data(bio, &wire_);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_, bio, bio);
    SSL_set_connect_state(ssl_);
    SSL_set_ex_data(ssl_, SessionStore::index(), this);
    error_code not_an_address;
    asio::ip::make_address(origin.host, not_an_address);
    if (not_an_address) SSL_set_tlsext_host_name(ssl_, origin.host.c_str());
    if (verify) {
        X509_VERIFY_PARAM* parameters = SSL_get0_param(ssl_);
        X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        const int done = not_an_address
                             ? X509_VERIFY_PARAM_set1_host(parameters, origin.host.data(), origin.host.size())
                             : X509_VERIFY_PARAM_set1_ip_asc(parameters, origin.host.c_str());
        // Without the name any certificate would do.
        if (done != 1) throw_unverifiable(origin);
    }
    if (SSL_SESSION* session = store_->take(key_)) {
        SSL_set_session(ssl_, session);
        SSL_SESSION_free(session);
    }
    owner.release();
}

TlsSession::~TlsSession() {
    // Without this OpenSSL takes the session for broken and forbids its resumption.
    SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl_);
}

bool TlsSession::resumed() const noexcept { return SSL_session_reused(ssl_) == 1; }

error_code TlsSession::verify_error() const {
    const long result = SSL_get_verify_result(ssl_);
    if (result == X509_V_OK) return {};
    return error_code(static_cast<int>(result), x509_category);
}

error_code TlsSession::translate(int result) {
    const int reason = SSL_get_error(ssl_, result);
    wants_write_ = reason == SSL_ERROR_WANT_WRITE;
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) return asio::error::would_block;
    if (reason == SSL_ERROR_ZERO_RETURN) {
        ended_cleanly_ = true;
        return asio::error::eof;
    }
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (wire_.error != 0) return error_code(std::exchange(wire_.error, 0), boost::system::system_category());
    if (wire_.eof) return asio::error::eof;
    if (code != 0) return error_code(static_cast<int>(code), asio::error::get_ssl_category());
    return asio::error::eof;
}

bool TlsSession::handshake(error_code& error) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_);
    error = result == 1 ? error_code() : translate(result);
    return result == 1;
}

std::size_t TlsSession::read(void* data, std::size_t size, error_code& error) {
    error = {};
    std::size_t total = 0;
    // One call gives one record of at most 16 KiB.
    while (total < size) {
        ERR_clear_error();
        const int room = static_cast<int>(std::min<std::size_t>(size - total, INT_MAX));
        const int got = SSL_read(ssl_, static_cast<char*>(data) + total, room);
        if (got > 0) {
            total += static_cast<std::size_t>(got);
            continue;
        }
        if (total == 0) error = translate(got);
        break;
    }
    return total;
}

std::size_t TlsSession::write(const void* data, std::size_t size, error_code& error) {
    error = {};
    std::size_t total = 0;
    while (total < size) {
        ERR_clear_error();
        const int rest = static_cast<int>(std::min<std::size_t>(size - total, INT_MAX));
        const int sent = SSL_write(ssl_, static_cast<const char*>(data) + total, rest);
        if (sent > 0) {
            total += static_cast<std::size_t>(sent);
            continue;
        }
        error = translate(sent);
        if (total > 0 && error == asio::error::would_block) error = {};
        break;
    }
    return total;
}

bool TlsSession::is_quiet() {
    ERR_clear_error();
    char byte;
    const int result = SSL_peek(ssl_, &byte, 1);
    return result <= 0 && translate(result) == asio::error::would_block;
}

}  // namespace hf::net

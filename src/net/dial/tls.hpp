#pragma once

#include <hf/core/url.hpp>
#include <hf/net/http_transport.hpp>

#include <boost/system/error_code.hpp>

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace hf::net {

class SessionStore;

/// One TLS client session on a connected, non-blocking socket. Every call returns at once: `would_block` with
/// `wants_write()` saying what to wait for, `eof` at the end of the stream. Not thread-safe.
class TlsSession {
public:
    TlsSession(SSL_CTX* context, std::shared_ptr<SessionStore> store, const Origin& origin, int descriptor,
               bool verify);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    bool handshake(boost::system::error_code& error);  ///< true when done
    std::size_t read(void* data, std::size_t size, boost::system::error_code& error);
    std::size_t write(const void* data, std::size_t size, boost::system::error_code& error);
    /// Whether nothing but TLS's own records can be read.
    bool is_quiet();

    bool wants_write() const noexcept { return wants_write_; }
    bool resumed() const noexcept;
    bool ended_cleanly() const noexcept { return ended_cleanly_; }  ///< the peer said that the stream ends
    /// The check that the peer's certificate failed, as a value of OpenSSL's X509_V_ERR_ codes; no error if
    /// it was not the certificate.
    boost::system::error_code verify_error() const;

    struct Wire {  // what the BIO works on, and what happened to it
        int descriptor = -1;
        int error = 0;
        bool eof = false;
    };

private:
    friend class TlsContext;
    boost::system::error_code translate(int result);

    Wire wire_;
    std::string key_;
    std::shared_ptr<SessionStore> store_;
    SSL* ssl_;
    bool wants_write_ = false, ended_cleanly_ = false;
};

/// What all sessions share: trust anchors, client certificate, sessions to resume. Thread-safe.
class TlsContext {
public:
    /// Throws HFValidationError naming the member of `config` that cannot be used.
    explicit TlsContext(const TlsConfig& config);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    std::unique_ptr<TlsSession> start(const Origin& origin, int descriptor) const;

private:
    SSL_CTX* context_;
    std::shared_ptr<SessionStore> store_;
    bool verify_;
};

}  // namespace hf::net

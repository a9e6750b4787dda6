#include "faulty_server.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace hf::test {
namespace {

struct ClientGone {};

std::shared_ptr<SSL_CTX> make_context(const Credentials& credentials, const std::string& client_ca) {
    const auto reader = [](const std::string& text) {
        return std::unique_ptr<BIO, decltype(&BIO_free)>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                         BIO_free);
    };
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    const auto certificate_text = reader(credentials.certificate), key_text = reader(credentials.key);
    X509* certificate = PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context.get(), certificate);
    SSL_CTX_use_PrivateKey(context.get(), key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    constexpr unsigned char id[] = "hfhub";
    SSL_CTX_set_session_id_context(context.get(), id, sizeof id - 1);
    if (!client_ca.empty()) {
        const auto ca_text = reader(client_ca);
        X509* ca = PEM_read_bio_X509(ca_text.get(), nullptr, nullptr, nullptr);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca);
        X509_free(ca);
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    return context;
}

}  // namespace

Peer::~Peer() { close(); }

void Peer::close() {
    if (tls_) {
        SSL_free(std::exchange(tls_, nullptr));
    }
    const int descriptor = descriptor_.exchange(-1);
    if (descriptor >= 0) ::close(descriptor);
}

void Peer::reset() {
    linger now{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

void Peer::accept_tls(SSL_CTX* context) {
    tls_ = SSL_new(context);
    SSL_set_fd(tls_, descriptor_);
    if (SSL_accept(tls_) != 1) throw ClientGone();
}

void Peer::end_tls() { SSL_shutdown(tls_); }

bool Peer::tls_resumed() const { return tls_ && SSL_session_reused(tls_) == 1; }

std::size_t Peer::receive(char* data, std::size_t size) {
    const long got = tls_ ? SSL_read(tls_, data, static_cast<int>(size)) : ::recv(descriptor_, data, size, 0);
    if (got <= 0) throw ClientGone();
    return static_cast<std::size_t>(got);
}

std::string Peer::read_head() {
    for (;;) {
        const auto end = buffer_.find("\r\n\r\n");
        if (end != buffer_.npos) {
            std::string head = buffer_.substr(0, end + 4);
            buffer_.erase(0, end + 4);
            return head;
        }
        char block[4096];
        buffer_.append(block, receive(block, sizeof block));
    }
}

std::string Peer::read(std::size_t size) {
    while (buffer_.size() < size) {
        char block[65536];
        buffer_.append(block, receive(block, sizeof block));
    }
    std::string out = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return out;
}

std::string Peer::read_chunked() {
    std::string out;
    for (;;) {
        while (buffer_.find("\r\n") == buffer_.npos) {
            char block[4096];
            buffer_.append(block, receive(block, sizeof block));
        }
        const auto line_end = buffer_.find("\r\n");
        const auto size = std::stoul(buffer_.substr(0, line_end), nullptr, 16);
        buffer_.erase(0, line_end + 2);
        out += read(size);
        read(2);
        if (size == 0) return out;
    }
}

void Peer::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const long sent = tls_ ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                               : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) throw ClientGone();
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void Peer::wait_for_close() {
    char block[65536];
    for (;;) receive(block, sizeof block);
}

bool Peer::client_is_gone() {
    // Not by reading: an alert of TLS may lie before the end.
    pollfd item{descriptor_, POLLRDHUP, 0};
    return ::poll(&item, 1, 0) > 0;
}

void Peer::relay(std::uint16_t port) {
    const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_port = htons(port);
    target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(other, reinterpret_cast<sockaddr*>(&target), sizeof target) == 0) {
        pollfd ends[] = {{descriptor_, POLLIN, 0}, {other, POLLIN, 0}};
        for (bool open = true; open && ::poll(ends, 2, -1) > 0;) {
            for (int i = 0; i < 2; ++i) {
                if (!ends[i].revents) continue;
                char block[16384];
                const auto got = ::recv(ends[i].fd, block, sizeof block, 0);
                open = open && got > 0 &&
                       ::send(ends[1 - i].fd, block, static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
            }
        }
    }
    ::close(other);
}

std::string Peer::local_address() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    char text[INET_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
    return text;
}

void Peer::sleep(std::chrono::milliseconds time) {
    // The server stops by shutting the sockets down, which ends this wait.
    pollfd item{descriptor_, POLLRDHUP, 0};
    ::poll(&item, 1, static_cast<int>(time.count()));
}

void Peer::answer(std::string_view body, std::string_view status, std::string_view fields) {
    write("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
          std::string(fields) + "\r\n" + std::string(body));
}

FaultyServer::FaultyServer(Script script, std::optional<Credentials> credentials, bool raw_tls, std::string client_ca,
                           const char* address)
    : script_(std::move(script)), raw_tls_(raw_tls) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets that the client has closed
    if (credentials) tls_ = make_context(*credentials, client_ca);
    const bool v6 = std::strchr(address, ':') != nullptr;
    listener_ = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_storage storage{};
    socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    storage.ss_family = v6 ? AF_INET6 : AF_INET;
    void* place = v6 ? static_cast<void*>(&reinterpret_cast<sockaddr_in6&>(storage).sin6_addr)
                     : static_cast<void*>(&reinterpret_cast<sockaddr_in&>(storage).sin_addr);
    ::inet_pton(storage.ss_family, address, place);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&storage), size) != 0 || ::listen(listener_, 4096) != 0)
        throw std::runtime_error("cannot listen");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&storage), &size);
    port_ = ntohs(v6 ? reinterpret_cast<sockaddr_in6&>(storage).sin6_port
                     : reinterpret_cast<sockaddr_in&>(storage).sin_port);
    acceptor_ = std::thread([this] { run(); });
}

FaultyServer::~FaultyServer() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        for (const auto& peer : peers_)
            if (const int descriptor = peer->descriptor_; descriptor >= 0) ::shutdown(descriptor, SHUT_RDWR);
    }
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    for (auto& thread : threads_) thread.join();
}

std::string FaultyServer::url(std::string_view target, std::string_view host) const {
    return std::string(tls_ ? "https://" : "http://") + std::string(host) + ":" + std::to_string(port_) +
           std::string(target);
}

std::vector<std::string> FaultyServer::errors() const {
    const std::scoped_lock lock(mutex_);
    return errors_;
}

void FaultyServer::run() {
    for (;;) {
        const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0) {
            const std::scoped_lock lock(mutex_);
            if (stopping_) return;
            continue;
        }
        const int on = 1;
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        auto peer = std::make_shared<Peer>(descriptor, accepted_.fetch_add(1));
        const std::scoped_lock lock(mutex_);
        if (stopping_) return;
        ++open_;
        peers_.push_back(peer);
        threads_.emplace_back([this, peer] { serve(peer); });
    }
}

void FaultyServer::serve(std::shared_ptr<Peer> peer) {
    try {
        if (tls_ && !raw_tls_) peer->accept_tls(tls_.get());
        script_(*peer);
    } catch (const ClientGone&) {
    } catch (const std::exception& error) {
        const std::scoped_lock lock(mutex_);
        errors_.push_back(error.what());
    }
    ERR_clear_error();
    const std::scoped_lock lock(mutex_);
    peer->close();
    std::erase(peers_, peer);
    --open_;
}

}  // namespace hf::test

#include "local_hub/server/http_server.hpp"

#include "local_hub/server/connection.hpp"

#include <hf/core/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>
#include <mutex>

namespace hf::local_hub {

using asio::ip::tcp;
using boost::system::error_code;

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::any_io_executor executor, std::shared_ptr<ServerContext> context)
        : context_(std::move(context)),
          executor_(executor),
          workers_(std::max<std::size_t>(context_->hub.config.worker_threads, 1)),
          hub_(asio::make_strand(executor)),
          lfs_(asio::make_strand(executor)) {
        load_certificate();
        const auto& config = context_->hub.config;
        listen(hub_, config.address, config.port);
        listen(lfs_, config.lfs_address.empty() ? config.address : config.lfs_address, config.lfs_port);
    }

    void run() {
        for (auto* acceptor : {&hub_, &lfs_})
            asio::co_spawn(acceptor->get_executor(), accept(shared_from_this(), *acceptor), asio::detached);
    }

    void stop() {
        {
            const std::lock_guard lock(mutex_);
            if (stopped_) return;
            stopped_ = true;
            for (auto* acceptor : {&hub_, &lfs_})
                asio::post(acceptor->get_executor(), [self = shared_from_this(), acceptor] { acceptor->close(); });
            for (const auto& weak : connections_)
                if (const auto connection = weak.lock())
                    asio::post(connection->executor(), [connection] { connection->close(); });
        }
        workers_.close();
    }

    std::uint16_t port(const tcp::acceptor& acceptor) const { return acceptor.local_endpoint().port(); }
    const tcp::acceptor& hub() const { return hub_; }
    const tcp::acceptor& lfs() const { return lfs_; }

private:
    void load_certificate() {
        const auto& config = context_->hub.config;
        if (config.certificate_pem.empty() && config.private_key_pem.empty()) return;
        try {
            tls_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
            tls_->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
            tls_->use_certificate_chain(asio::buffer(config.certificate_pem));
            tls_->use_private_key(asio::buffer(config.private_key_pem), asio::ssl::context::pem);
        } catch (const boost::system::system_error& error) {
            throw_validation("certificate_pem", std::string("cannot use certificate and key: ") + error.what());
        }
    }

    void listen(tcp::acceptor& acceptor, const std::string& address, std::uint16_t port) {
        error_code failed;
        const auto number = asio::ip::make_address(address, failed);
        if (failed) throw_validation("address", "not a numeric address: " + address);
        const tcp::endpoint endpoint(number, port);
        acceptor.open(endpoint.protocol());
        acceptor.set_option(asio::socket_base::reuse_address(true));
        acceptor.bind(endpoint, failed);
        if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
        if (failed) {
            ErrorInfo info;
            info.message = "cannot listen on " + address + ":" + std::to_string(port) + ": " + failed.message();
            info.cause = failed;
            throw ConnectionError(std::move(info));
        }
    }

    static asio::awaitable<void> accept(std::shared_ptr<Impl> self, tcp::acceptor& acceptor) {
        while (acceptor.is_open()) {
            error_code failed;
            tcp::socket socket = co_await acceptor.async_accept(asio::make_strand(self->executor_),
                                                                asio::redirect_error(asio::use_awaitable, failed));
            if (!failed) {
                self->start(std::move(socket), &acceptor == &self->lfs_);
            } else if (acceptor.is_open()) {
                // Out of file descriptors: those in use come back.
                asio::steady_timer pause(acceptor.get_executor(), std::chrono::milliseconds(50));
                co_await pause.async_wait(asio::use_awaitable);
            }
        }
    }

    void start(tcp::socket socket, bool lfs_origin) {
        const auto connection =
            std::make_shared<Connection>(context_, workers_, std::move(socket), tls_.get(), lfs_origin);
        {
            const std::lock_guard lock(mutex_);
            if (stopped_) return;
            std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
            connections_.push_back(connection);
        }
        // The server outlives its connections' coroutines.
        asio::co_spawn(connection->executor(), connection->serve(),
                       [self = shared_from_this(), connection](std::exception_ptr) {});
    }

    std::shared_ptr<ServerContext> context_;
    asio::any_io_executor executor_;
    Workers workers_;
    std::unique_ptr<asio::ssl::context> tls_;
    tcp::acceptor hub_, lfs_;
    std::mutex mutex_;
    bool stopped_ = false;
    std::list<std::weak_ptr<Connection>> connections_;
};

HttpServer::HttpServer(asio::any_io_executor executor, std::shared_ptr<ServerContext> context)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(context))) {}
HttpServer::~HttpServer() { stop(); }
void HttpServer::run() { impl_->run(); }
void HttpServer::stop() { impl_->stop(); }
std::uint16_t HttpServer::port() const { return impl_->port(impl_->hub()); }
std::uint16_t HttpServer::lfs_port() const { return impl_->port(impl_->lfs()); }

}  // namespace hf::local_hub

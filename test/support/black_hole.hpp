#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace hf::test {

/// An address at which connection attempts are neither accepted nor refused: a listener whose queue is full.
class BlackHole {
public:
    explicit BlackHole(const std::string& address, std::uint16_t port = 0) {
        const bool v6 = address.find(':') != address.npos;
        sockaddr_storage storage{};
        socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
        storage.ss_family = v6 ? AF_INET6 : AF_INET;
        auto& in4 = reinterpret_cast<sockaddr_in&>(storage);
        auto& in6 = reinterpret_cast<sockaddr_in6&>(storage);
        ::inet_pton(storage.ss_family, address.c_str(), v6 ? static_cast<void*>(&in6.sin6_addr) : &in4.sin_addr);
        (v6 ? in6.sin6_port : in4.sin_port) = htons(port);
        auto* where = reinterpret_cast<sockaddr*>(&storage);
        sockets_.push_back(::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (::bind(sockets_[0], where, size) != 0 || ::listen(sockets_[0], 0) != 0)
            throw std::runtime_error("cannot listen on " + address);
        ::getsockname(sockets_[0], where, &size);
        port_ = ntohs(v6 ? in6.sin6_port : in4.sin_port);
        // A queue of length 0 holds one connection; the others wait for ever.
        for (int i = 0; i < 3; ++i) {
            sockets_.push_back(::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            if (::connect(sockets_.back(), where, size) == 0) continue;
        }
        ::usleep(20'000);
    }
    ~BlackHole() {
        for (const int descriptor : sockets_) ::close(descriptor);
    }
    BlackHole(const BlackHole&) = delete;
    BlackHole& operator=(const BlackHole&) = delete;

    std::uint16_t port() const { return port_; }

private:
    std::vector<int> sockets_;
    std::uint16_t port_ = 0;
};

}  // namespace hf::test

#pragma once

#include "net/dial/stream.hpp"

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace hf::net {

/// Bytes received but not used yet. Starts with room for the heads and small answers of the Hub, and grows
/// only for larger heads.
class InBuffer {
public:
    std::string_view view() const noexcept { return {bytes_.data() + begin_, end_ - begin_}; }
    std::size_t size() const noexcept { return end_ - begin_; }

    boost::asio::mutable_buffer prepare() {
        if (begin_ == end_) begin_ = end_ = 0;
        if (end_ == bytes_.size()) bytes_.resize(bytes_.empty() ? 8192 : bytes_.size() * 2);
        return {bytes_.data() + end_, bytes_.size() - end_};
    }
    void commit(std::size_t count) noexcept { end_ += count; }
    void consume(std::size_t count) noexcept { begin_ += count; }

private:
    std::vector<char> bytes_;
    std::size_t begin_ = 0, end_ = 0;
};

/// A connection to an origin or proxy, with what belongs to it between two exchanges.
class Connection {
public:
    explicit Connection(boost::asio::ip::tcp::socket socket) : stream(std::move(socket)) {}

    Stream stream;
    InBuffer in;
};

}  // namespace hf::net

#pragma once

#include "net/http1/response_head.hpp"
#include "net/pool/transport_state.hpp"

#include <memory>
#include <string>

namespace hf::net {

/// Sends one request on the connection of a lease and reads the head of its answer. Failures of the
/// connection are kept, not thrown, since the caller may try once more on another one.
class Conversation {
public:
    explicit Conversation(Lease& lease) : lease_(lease), connection_(*lease.connection()) {}

    /// true: `head()` is the final answer's. false: `fail()` tells. `text` is the request's head and as
    /// much of the body as fits beside it; `rest` and `source` are the remainder, one or none of them.
    boost::asio::awaitable<bool> run(std::string_view text, std::string_view rest, std::unique_ptr<ByteSource> source,
                                     bool chunked, std::optional<std::uint64_t> source_size);

    ResponseHead& head() noexcept { return head_; }
    bool request_complete() const noexcept { return request_complete_; }
    bool unsent() const noexcept { return sent_ == 0; }
    std::uint64_t sent() const noexcept { return sent_; }  ///< bytes of the request
    /// Nothing came back, as on a kept-alive connection that the peer was about to close.
    bool died_silently() const noexcept;
    [[noreturn]] void fail() const;

private:
    enum class Step { go_on, answered, broken };
    struct Watch;

    boost::asio::awaitable<Step> write(std::string_view bytes, bool is_body);
    boost::asio::awaitable<Step> write_stream(std::unique_ptr<ByteSource> source, bool chunked,
                                              std::optional<std::uint64_t> size);
    boost::asio::awaitable<void> wait_either();
    boost::asio::awaitable<Step> read_head();
    Step look_for_answer();
    Step take(std::size_t got, boost::system::error_code error);
    Step parse();
    Step broken(std::string_view what, boost::system::error_code error);

    Lease& lease_;
    Connection& connection_;
    ResponseHead head_;
    std::shared_ptr<Watch> watch_;
    std::uint64_t sent_ = 0;
    std::size_t allowance_ = 0;  // of the pacer, not yet sent
    unsigned interim_ = 0;
    bool request_complete_ = false;
    bool received_ = false;
    bool malformed_ = false;
    std::string_view what_;
    boost::system::error_code error_;
};

}  // namespace hf::net

#include "net/http1/body_reader.hpp"

#include "async/turn.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstring>

namespace hf::net {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

// What one coroutine may receive without giving the others a turn: one bulk buffer.
constexpr std::size_t turn = 256 * 1024;

/// A body that has arrived already.
class TextSource final : public ByteSource {
public:
    explicit TextSource(std::string_view text) : text_(text) {}

    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
        const std::size_t count = std::min(buffer.size(), text_.size() - used_);
        std::memcpy(buffer.data(), text_.data() + used_, count);
        used_ += count;
        co_return count;
    }

private:
    std::string text_;
    std::size_t used_ = 0;
};

/// What all framings share: bytes from the buffer first, then from the socket, within the limits.
class SocketSource : public ByteSource {
protected:
    SocketSource(Lease lease, bool reusable) : lease_(std::move(lease)), reusable_(reusable) {}

    /// At least one byte, or zero at the end of the stream.
    asio::awaitable<std::size_t> receive(asio::mutable_buffer buffer) {
        if (const std::size_t kept = take_kept(buffer); kept > 0) co_return kept;
        Exchange& exchange = lease_.exchange();
        Stream& stream = lease_.connection()->stream;
        if (since_turn_ >= turn) {
            since_turn_ = 0;
            co_await pass_turn();
        }
        Pacer& pacer = lease_.state().receiving;
        if (pacer.limited()) {
            buffer = asio::buffer(buffer, pacer.piece());
            co_await lease_.pace(pacer, buffer.size());
        }
        error_code error = asio::error::would_block;
        std::size_t got = 0;
        // After a short read the socket is empty: asking it once more would be in vain.
        if (!drained_) got = stream.try_read(buffer, error);
        const bool waited = error == asio::error::would_block;
        if (waited) exchange.wait_begins(Limit::stall, Clock::now());
        while (error == asio::error::would_block) {
            got = co_await stream.read_arriving(buffer, error);
            since_turn_ = 0;
        }
        if (waited) exchange.wait_ends(Clock::now());
        if (pacer.limited()) pacer.give_back(buffer.size() - got);
        if (error == asio::error::eof && exchange.fired() == Limit::none) co_return 0;
        if (error) exchange.fail("the connection broke within the answer", error, false);
        drained_ = !stream.tls() && got < buffer.size();
        since_turn_ += got;
        exchange.body_moved(got);
        lease_.state().counters.received.fetch_add(got, std::memory_order_relaxed);
        co_return got;
    }

    std::size_t take_kept(asio::mutable_buffer buffer) {
        InBuffer& in = lease_.connection()->in;
        const std::size_t count = std::min(buffer.size(), in.size());
        std::memcpy(buffer.data(), in.view().data(), count);
        in.consume(count);
        return count;
    }

    void finish() {
        done_ = true;
        // Bytes behind the answer belong to nothing that was asked: the peer is confused.
        lease_.finish(reusable_ && lease_.connection()->in.size() == 0);
    }

    [[noreturn]] void fail_truncated(std::string_view what, std::uint64_t got) {
        lease_.exchange().fail(std::string(what) + " after " + std::to_string(got) + " bytes", asio::error::eof, false);
    }

    Lease lease_;
    bool reusable_;
    bool done_ = false;

private:
    bool drained_ = false;
    std::size_t since_turn_ = 0;
};

class LengthSource final : public SocketSource {
public:
    LengthSource(Lease lease, bool reusable, std::uint64_t size)
        : SocketSource(std::move(lease), reusable), size_(size), left_(size) {}

    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
        if (done_ || buffer.size() == 0) co_return 0;
        const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_));
        const std::size_t got = co_await receive(asio::buffer(buffer, room));
        if (got == 0) fail_truncated("the answer of " + std::to_string(size_) + " bytes was cut off", size_ - left_);
        left_ -= got;
        if (left_ == 0) finish();
        co_return got;
    }

private:
    std::uint64_t size_, left_;
};

class CloseDelimitedSource final : public SocketSource {
public:
    explicit CloseDelimitedSource(Lease lease) : SocketSource(std::move(lease), false) {}

    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
        if (done_ || buffer.size() == 0) co_return 0;
        const std::size_t got = co_await receive(buffer);
        total_ += got;
        if (got == 0) {
            // With TLS anybody on the way could end the stream; only a close_notify is from the peer.
            if (!lease_.connection()->stream.ended_cleanly()) fail_truncated("the answer was cut off", total_);
            finish();
        }
        co_return got;
    }

private:
    std::uint64_t total_ = 0;
};

class ChunkedSource final : public SocketSource {
public:
    ChunkedSource(Lease lease, bool reusable) : SocketSource(std::move(lease), reusable) {}

    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
        if (done_ || buffer.size() == 0) co_return 0;
        for (;;) {
            decode_framing();
            if (done_) co_return 0;
            if (chunks_.state() == ChunkDecoder::State::data) break;
            co_await receive_framing();
        }
        const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), chunks_.remaining()));
        const std::size_t got = co_await receive(asio::buffer(buffer, room));
        if (got == 0) fail_truncated("the chunked answer was cut off", total_);
        total_ += got;
        chunks_.data_taken(got);
        // Often the end stands right behind the data: then the connection is free at once.
        decode_framing();
        co_return got;
    }

private:
    void decode_framing() {
        InBuffer& in = lease_.connection()->in;
        in.consume(chunks_.consume(in.view()));
        if (chunks_.state() == ChunkDecoder::State::invalid)
            lease_.exchange().fail<ProtocolError>("the answer's chunks are malformed", error_code(), false);
        if (chunks_.state() == ChunkDecoder::State::done) finish();
    }

    /// Only framing, and what happens to follow it, goes through the buffer.
    asio::awaitable<void> receive_framing() {
        InBuffer& in = lease_.connection()->in;
        const std::size_t got = co_await receive(in.prepare());
        if (got == 0) fail_truncated("the chunked answer was cut off", total_);
        in.commit(got);
    }

    ChunkDecoder chunks_;
    std::uint64_t total_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> read_body(Lease lease, const ResponseHead& head, bool reusable) {
    InBuffer& in = lease.connection()->in;
    switch (head.framing) {
        case ResponseHead::Framing::none: {
            lease.finish(reusable && in.size() == 0);
            return std::make_unique<TextSource>(std::string_view());
        }
        case ResponseHead::Framing::length: {
            if (head.content_length > in.size())
                return std::make_unique<LengthSource>(std::move(lease), reusable, head.content_length);
            const auto size = static_cast<std::size_t>(head.content_length);
            auto source = std::make_unique<TextSource>(in.view().substr(0, size));
            in.consume(size);
            lease.finish(reusable && in.size() == 0);
            return source;
        }
        case ResponseHead::Framing::chunked: return std::make_unique<ChunkedSource>(std::move(lease), reusable);
        case ResponseHead::Framing::until_close: return std::make_unique<CloseDelimitedSource>(std::move(lease));
    }
    return nullptr;
}

}  // namespace hf::net

#include "session/event_source.hpp"

#include "core/event_stream.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <utility>

namespace hf::detail {
namespace {

namespace asio = boost::asio;

/// One stream, step by step: each step can be repeated after a cancellation.
class EventFollower {
public:
    EventFollower(Session session, EventSettings settings, std::unique_ptr<EventOrigin> origin)
        : session_(std::move(session)),
          settings_(settings),
          origin_(std::move(origin)),
          replay_(settings.rules, settings.tail.has_value()) {}

    asio::awaitable<std::optional<json::object>> next() {
        try {
            while (step_ != Step::over) {
                std::optional<json::object> event = take();
                if (event) co_return event;
                if (step_ != Step::over) co_await advance();
            }
        } catch (const Error&) {
            finish();
            throw;
        }
        co_return std::nullopt;
    }

private:
    enum class Step { open, read, end, ask, wait, ask_again, over };

    std::optional<json::object> take() {
        while (position_ < events_.size() && !replay_.over()) {
            try {
                auto event = replay_.take(events_[position_++].data);
                if (!event) continue;
                if (replay_.over()) finish();
                return event;
            } catch (const InvalidResponseError& error) {
                if (++unreadable_ > max_unreadable) throw;
                session_.warn("an event is left out: " + error.message());
            }
        }
        if (replay_.over()) finish();
        return std::nullopt;
    }

    // No switch: g++ 12 makes code that crashes of one that awaits.
    asio::awaitable<void> advance() {
        if (step_ == Step::open) {
            co_await open();
        } else if (step_ == Step::read) {
            co_await read();
        } else if (step_ == Step::end) {
            end();
        } else if (step_ == Step::wait) {
            co_await session_.clock().sleep(planned_.wait);
            step_ = planned_.ask_again ? Step::ask_again : Step::open;
        } else {
            const bool is_over = co_await origin_->is_over();
            if (is_over)
                finish();
            else
                step_ = step_ == Step::ask ? Step::wait : Step::open;
        }
    }

    asio::awaitable<void> open() {
        Request request = co_await origin_->request();
        if (replay_.wants_tail()) request.query("tail", settings_.tail);
        // The session's retries are for calls; when a stream is opened again is said here. Compression would hold
        // back what is there.
        request.header("Accept", "text/event-stream").timeout(settings_.timeout).idempotent(false).decompress(false);
        try {
            stream_.emplace(co_await session_.open(std::move(request)));
        } catch (const HfHubHTTPError& error) {
            if (!settings_.tolerated.contains(error.status())) throw;
            ended(EventReplay::End::whole);
            co_return;
        } catch (const ConnectionError& error) {
            broke(error);
            co_return;
        }
        const auto now = std::chrono::floor<std::chrono::seconds>(session_.clock().system_now());
        const auto date = stream_->response.fields.find("Date");
        replay_.opened(date ? parse_http_date(*date, now) : std::nullopt);
        parser_ = EventStreamParser(EventRules::lines_of_json);
        step_ = Step::read;
    }

    asio::awaitable<void> read() {
        try {
            const std::size_t n = co_await stream_->response.body->read_some(asio::buffer(buffer_));
            if (n == 0)
                parser_.finish();
            else
                parser_.feed(std::string_view(buffer_.data(), n));
            events_ = parser_.take();
            position_ = 0;
            if (n == 0) ended(EventReplay::End::whole);
        } catch (const ConnectionError& error) {
            broke(error);
        } catch (const Error&) {
            throw;
        } catch (...) {
            // Cancelled: what was under way is lost with the connection, and asked for anew.
            stream_.reset();
            replay_.interrupted();
            step_ = Step::open;
            throw;
        }
    }

    void broke(const ConnectionError& error) {
        const bool is_silent = error.info().argument == "first_byte" || error.info().argument == "stall";
        const bool is_final = error.code() == make_error_code(Errc::offline) || error.info().argument == "deadline";
        if (is_final) throw;
        failure_ = std::current_exception();
        ended(is_silent ? EventReplay::End::silent : EventReplay::End::broken);
    }

    void ended(EventReplay::End how) {
        stream_.reset();
        how_ = how;
        step_ = Step::end;
    }

    // Only when all that came before the end has been given.
    void end() {
        using Next = EventReplay::Next::Step;
        planned_ = replay_.ended(how_);
        if (planned_.step == Next::fail) std::rethrow_exception(failure_);
        if (planned_.step == Next::over)
            finish();
        else
            step_ = settings_.rules.has_state ? Step::ask : Step::wait;
    }

    void finish() {
        stream_.reset();
        events_.clear();
        position_ = 0;
        step_ = Step::over;
    }

    Session session_;
    EventSettings settings_;
    std::unique_ptr<EventOrigin> origin_;
    EventReplay replay_;
    EventReplay::Next planned_;
    EventReplay::End how_{};
    Step step_ = Step::open;
    std::optional<Stream> stream_;
    EventStreamParser parser_;
    std::array<char, 16 * 1024> buffer_;
    std::vector<ServerEvent> events_;
    std::size_t position_ = 0;
    std::size_t unreadable_ = 0;
    std::exception_ptr failure_;
};

class EventSource final : public ItemSource<json::object> {
public:
    explicit EventSource(std::shared_ptr<EventFollower> follower) : follower_(std::move(follower)) {}
    asio::awaitable<std::optional<json::object>> next() override { return next_impl(follower_); }

private:
    // Owns it: a request ends a moment after the generator is destroyed.
    static asio::awaitable<std::optional<json::object>> next_impl(std::shared_ptr<EventFollower> follower) {
        co_return co_await follower->next();
    }

    std::shared_ptr<EventFollower> follower_;
};

}  // namespace

AsyncGenerator<json::object> events_of(Session session, EventSettings settings, std::unique_ptr<EventOrigin> origin) {
    auto follower = std::make_shared<EventFollower>(std::move(session), settings, std::move(origin));
    return AsyncGenerator<json::object>(std::make_unique<EventSource>(std::move(follower)));
}

}  // namespace hf::detail

// The time of a whole call, on a clock that moves only when the test or the server says so.
#include "fake_transport.hpp"
#include "session_fixture.hpp"

#include <hf/hf_api.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <deque>
#include <future>
#include <limits>
#include <vector>

using namespace hf;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Whoever sleeps wakes when `advance` has brought the time.
class ManualClock final : public Clock {
public:
    std::chrono::steady_clock::time_point now() const override { return now_; }
    std::chrono::system_clock::time_point system_now() const override { return {}; }
    double random() override { return 0.5; }
    asio::awaitable<void> sleep(std::chrono::milliseconds duration) override {
        auto sleeper = std::make_shared<Sleeper>(co_await asio::this_coro::executor, now_ + duration);
        sleepers_.push_back(sleeper);
        (void)co_await sleeper->timer.async_wait(asio::as_tuple(asio::use_awaitable));
        if (now_ < sleeper->due) throw boost::system::system_error(asio::error::operation_aborted);
    }
    void advance(std::chrono::milliseconds duration) {
        now_ += duration;
        for (const auto& sleeper : sleepers_) {
            if (sleeper->due <= now_) sleeper->timer.cancel();
        }
    }

private:
    struct Sleeper {
        Sleeper(const asio::any_io_executor& executor, std::chrono::steady_clock::time_point due)
            : timer(executor, asio::steady_timer::time_point::max()), due(due) {}
        asio::steady_timer timer;
        std::chrono::steady_clock::time_point due;
    };
    std::chrono::steady_clock::time_point now_{1000s};
    std::vector<std::shared_ptr<Sleeper>> sleepers_;
};

asio::awaitable<void> pass(ManualClock& clock, std::chrono::milliseconds time) {
    clock.advance(time);
    // Who was woken goes first.
    for (int i = 0; i < 20; ++i) co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

/// One byte at a time, with a pause before each.
class DrippingSource final : public net::ByteSource {
public:
    DrippingSource(std::shared_ptr<ManualClock> clock, std::string text, std::chrono::milliseconds pause, int& reads)
        : clock_(std::move(clock)), text_(std::move(text)), pause_(pause), reads_(reads) {}
    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
        ++reads_;
        co_await pass(*clock_, pause_);
        if (position_ == text_.size()) co_return 0;
        *static_cast<char*>(buffer.data()) = text_[position_++];
        co_return 1;
    }

private:
    std::shared_ptr<ManualClock> clock_;
    std::string text_;
    std::chrono::milliseconds pause_;
    int& reads_;
    std::size_t position_ = 0;
};

/// Gives its answers in order; heads and bytes take their time.
class SlowTransport final : public net::Transport {
public:
    explicit SlowTransport(std::shared_ptr<ManualClock> clock) : clock_(std::move(clock)) {}

    asio::awaitable<net::Response> send(net::Request request) override {
        requests.push_back(std::move(request));
        co_await pass(*clock_, head_time);
        if (answers.empty()) throw std::runtime_error("unexpected request " + requests.back().url.to_string());
        test::Answer answer = std::move(answers.front());
        answers.pop_front();
        net::Fields fields;
        for (auto& [name, value] : answer.fields) fields.add(name, value);
        auto body = std::make_unique<DrippingSource>(clock_, std::move(answer.body), byte_time, reads);
        co_return net::Response(answer.status, std::move(fields), std::nullopt, std::move(body));
    }

    std::deque<test::Answer> answers;
    std::vector<net::Request> requests;
    std::chrono::milliseconds head_time{0};
    std::chrono::milliseconds byte_time{0};
    int reads = 0;

private:
    std::shared_ptr<ManualClock> clock_;
};

struct Fixture : test::SessionFixture {
    HfApi api(DurationArg deadline = {}) {
        SessionConfig config = with_token();
        config.deadline = deadline;
        return HfApi(session_on(transport, clock, config));
    }
    void answer(unsigned status, std::string body, std::vector<net::Fields::Field> fields = {}) {
        transport->answers.emplace_back(status, std::move(body), std::move(fields));
    }
    void drip() {
        transport->byte_time = 1s;
        answer(200, std::string(8, ' ') + R"({"id":"a/b"})");
    }
    /// Lets nothing happen behind the end of `operation`: lists are fetched ahead.
    template <class T>
    T run(asio::awaitable<T> operation) {
        auto result = asio::co_spawn(context, std::move(operation), asio::use_future);
        context.restart();
        while (result.wait_for(0s) != std::future_status::ready) BOOST_REQUIRE(context.run_one() == 1u);
        return result.get();
    }
    template <class T>
    bool is_late(asio::awaitable<T> call) {
        try {
            run(std::move(call));
        } catch (const TimeoutError& error) {
            return error.info().argument == "deadline";
        }
        return false;
    }

    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    std::shared_ptr<SlowTransport> transport = std::make_shared<SlowTransport>(clock);
};

template <class F>
bool refuses(F f) {
    try {
        f();
    } catch (const HFValidationError& error) {
        return error.info().argument == "deadline";
    }
    return false;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(deadline, Fixture)

BOOST_AUTO_TEST_CASE(a_dripping_answer_ends_at_the_deadline_and_not_by_the_timeout) {
    drip();
    const Request slow = get("/api/x").timeout(2s);
    run(api().session().call<void>(slow));
    BOOST_TEST(transport->reads == 21);

    transport->reads = 0;
    drip();
    BOOST_TEST(is_late(api().session().call<void>(get("/api/x").timeout(2s).deadline(5s))));
    BOOST_TEST(transport->reads == 5);
}

BOOST_AUTO_TEST_CASE(calls_with_a_timeout_have_a_deadline_too) {
    drip();
    BOOST_TEST(is_late(api().model_info("a/b", {.deadline = 5s})));
    drip();
    BOOST_TEST(is_late(api().repo_info("a/b", {.deadline = 5s})));
    transport->head_time = 6s;
    answer(200, "");
    BOOST_TEST(is_late(api().get_hf_file_metadata("https://hub.test/a/b/resolve/main/f", {.deadline = 5s})));
}

BOOST_AUTO_TEST_CASE(the_session_has_one_for_all_calls_and_a_call_its_own) {
    drip();
    BOOST_TEST(is_late(api(5s).whoami()));
    BOOST_TEST(transport->reads == 5);
    drip();
    run(api(5s).model_info("a/b", {.deadline = 1min}));
    transport->reads = 0;
    drip();
    BOOST_TEST(is_late(api(1min).model_info("a/b", {.deadline = 3s})));
    BOOST_TEST(transport->reads == 3);
}

BOOST_AUTO_TEST_CASE(redirects_share_it) {
    transport->head_time = 2s;
    for (int i = 0; i < 9; ++i) answer(307, "", {{"Location", "/api/y" + std::to_string(i)}});
    BOOST_TEST(is_late(api(5s).session().call<void>(get("/api/x"))));
    BOOST_TEST(transport->requests.size() == 3u);
}

BOOST_AUTO_TEST_CASE(attempts_share_it) {
    transport->head_time = 2s;
    for (int i = 0; i < 9; ++i) answer(503, "");
    SessionConfig config = with_token();
    config.deadline = 5s;
    config.retry.base_delay = 1ms;
    Session session = session_on(transport, clock, config);
    // The pauses between the attempts are the clock's as well.
    const auto keep_time = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 200; ++i) co_await pass(*clock, 1ms);
    };
    asio::co_spawn(context, keep_time(), asio::detached);
    BOOST_CHECK_THROW(run(session.call<void>(get("/api/x"))), Error);
    BOOST_TEST(transport->requests.size() <= 3u);
}

BOOST_AUTO_TEST_CASE(a_wait_that_would_end_behind_it_is_not_begun) {
    answer(503, "", {{"Retry-After", "60"}});
    BOOST_CHECK_EXCEPTION(run(api(5s).session().call<void>(get("/api/x"))), HfHubHTTPError,
                          [](const HfHubHTTPError& error) { return error.status() == 503; });
    answer(429, "", {{"Retry-After", "60"}});
    BOOST_CHECK_EXCEPTION(run(api(5s).session().call<void>(get("/api/x"))), HfHubHTTPError,
                          [](const HfHubHTTPError& error) { return error.status() == 429; });
    BOOST_TEST((clock->now() == std::chrono::steady_clock::time_point(1000s)));
}

BOOST_AUTO_TEST_CASE(next_has_it_and_keeps_what_came_before) {
    transport->byte_time = 1s;
    answer(200, "[1,         2]");
    auto list = api(4s).session().list<std::int64_t>(get("/api/n"));
    BOOST_TEST(*run(list.next()) == 1);
    BOOST_TEST(is_late(list.next()));
    BOOST_TEST(!run(list.next()));
    BOOST_TEST(transport->requests.size() == 1u);
}

BOOST_AUTO_TEST_CASE(empty_pages_of_one_next_share_it) {
    transport->head_time = 2s;
    for (int i = 0; i < 9; ++i) answer(200, "[]", {{"Link", "</api/n?p=" + std::to_string(i) + ">; rel=\"next\""}});
    auto list = api().session().list<std::int64_t>(get("/api/n").deadline(5s));
    BOOST_TEST(is_late(list.next()));
    BOOST_TEST(transport->requests.size() <= 3u);
}

BOOST_AUTO_TEST_CASE(time_between_two_nexts_does_not_count) {
    answer(200, "[1]", {{"Link", "</api/n?p=2>; rel=\"next\""}});
    answer(200, "[2]");
    auto list = api(5s).session().list<std::int64_t>(get("/api/n"));
    BOOST_TEST(*run(list.next()) == 1);
    clock->advance(1h);
    BOOST_TEST(*run(list.next()) == 2);
    BOOST_TEST(!run(list.next()));
}

BOOST_AUTO_TEST_CASE(pages_of_discussions_share_it) {
    transport->head_time = 2s;
    for (int i = 0; i < 9; ++i) answer(200, R"({"discussions":[],"count":50,"start":0})");
    auto list = api(3s).get_repo_discussions("a/b");
    BOOST_TEST(is_late(list.next()));
}

BOOST_AUTO_TEST_CASE(streams_take_what_time_they_need) {
    transport->head_time = 1h;
    const std::string text = "content";
    const auto open = [&] { return std::make_unique<test::TextSource>(text, 1, false); };
    answer(200, "");
    Request upload = put("/api/x").body(net::Body(text.size(), open), "");
    run(api(5s).session().send(std::move(upload)));
    // Of what is read as a stream the head is under it, and the body is not.
    transport->head_time = 1s;
    transport->byte_time = 1h;
    answer(200, "content");
    const Session session = api(5s).session();
    const auto first_byte = [&]() -> asio::awaitable<char> {
        const Stream stream = co_await session.open(get("/a/b/resolve/main/f"));
        char byte = 0;
        co_await stream.response.body->read_some(asio::buffer(&byte, 1));
        co_return byte;
    };
    BOOST_TEST(run(first_byte()) == 'c');
}

BOOST_AUTO_TEST_CASE(within_limits_any_call) {
    drip();
    drip();
    const HfApi client = api();
    const auto twice = [&]() -> asio::awaitable<int> {
        co_await client.session().call<void>(get("/api/x"));
        co_await client.session().call<void>(get("/api/x"));
        co_return 2;
    };
    BOOST_TEST(is_late(client.session().within(30s, twice())));
    BOOST_TEST(transport->reads == 30);
    drip();
    drip();
    BOOST_TEST(run(client.session().within(1min, twice())) == 2);
    drip();
    drip();
    BOOST_TEST(run(client.session().within(std::nullopt, twice())) == 2);
    transport->byte_time = 0s;
    answer(404, "");
    BOOST_CHECK_THROW(run(client.session().within(5s, client.session().call<void>(get("/api/x")))), HfHubHTTPError);
}

BOOST_AUTO_TEST_CASE(a_deadline_that_is_over_names_the_argument) {
    const HfApi client = api();
    for (const DurationArg& over : {DurationArg(0), DurationArg(-1s), DurationArg(-1e300),
                                    DurationArg(std::numeric_limits<double>::quiet_NaN())}) {
        BOOST_TEST(refuses([&] { api(over); }));
        BOOST_TEST(refuses([&] { get("/api/x").deadline(over); }));
        BOOST_TEST(refuses([&] { (void)client.model_info("a/b", {.deadline = over}); }));
        BOOST_TEST(refuses([&] { (void)client.repo_info("a/b", {.deadline = over}); }));
        BOOST_TEST(refuses([&] { (void)client.get_hf_file_metadata("https://hub.test/f", {.deadline = over}); }));
        BOOST_TEST(refuses([&] { (void)client.session().within(over, client.whoami()); }));
    }
    BOOST_TEST(transport->requests.empty());
}

BOOST_AUTO_TEST_SUITE_END()

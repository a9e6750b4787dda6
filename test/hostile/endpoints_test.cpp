// Inference Endpoints that fail, sleep, or say that they run.
#include "hostile_fixture.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

#include <deque>

using namespace hf;

namespace {

/// Time that passes only while somebody waits.
class WaitingClock final : public Clock {
public:
    std::chrono::steady_clock::time_point now() const override { return now_; }
    std::chrono::system_clock::time_point system_now() const override { return std::chrono::system_clock::now(); }
    double random() override { return 0.5; }
    boost::asio::awaitable<void> sleep(std::chrono::milliseconds duration) override {
        now_ += duration;
        co_return;
    }

private:
    std::chrono::steady_clock::time_point now_{};
};

struct Endpoints : test::HostileFixture {
    /// Gives one state after the other, then the last for ever; the health route answers with `health`.
    void script(std::deque<std::string> states, std::deque<unsigned> health_answers = {200}) {
        answer = [this, states, health_answers](const test::ReceivedRequest& request) mutable {
            if (request.path() == "/ep/health") {
                ++health_requests;
                health_had_token = health_had_token || request.header("Authorization").has_value();
                const unsigned status = health_answers.front();
                if (health_answers.size() > 1) health_answers.pop_front();
                return json("{}", status);
            }
            ++looks;
            const std::string state = states.front();
            if (states.size() > 1) states.pop_front();
            const std::string url = state == "running" ? R"(,"url":")" + endpoint() + R"(/ep/")" : "";
            return json(R"({"name":"e","healthRoute":"/health","model":{"repository":"o/m"},"status":{"state":")" +
                        state + R"(","message":"image not found")" + url + "}}");
        };
    }
    InferenceEndpoint get() {
        SessionConfig config;
        const std::string url = endpoint();
        config.endpoint = url;
        config.inference_endpoints = url;
        config.token = token;
        const HfApi api(Session(context.get_executor(), config, nullptr, clock));
        return run(api.get_inference_endpoint("e", EndpointOptions{.namespace_ = "ns"}));
    }
    void wait(InferenceEndpoint& endpoint_) { run(endpoint_.wait()); }

    std::shared_ptr<WaitingClock> clock = std::make_shared<WaitingClock>();
    int looks = 0, health_requests = 0;
    bool health_had_token = false;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(inference_endpoints, Endpoints)

BOOST_AUTO_TEST_CASE(waiting_ends_when_the_health_route_answers) {
    script({"pending", "initializing", "unheard of", "running"}, {503, 404, 200});
    InferenceEndpoint endpoint_ = get();
    wait(endpoint_);
    BOOST_TEST(endpoint_.status == "running");
    BOOST_TEST(health_requests == 3);
    BOOST_TEST(!health_had_token);
}

BOOST_AUTO_TEST_CASE(one_that_asks_for_a_token_answers) {
    script({"running"}, {401});
    InferenceEndpoint endpoint_ = get();
    wait(endpoint_);
    BOOST_TEST(looks == 1);
}

BOOST_AUTO_TEST_CASE(failed_and_sleeping_ones_are_not_waited_for) {
    for (const char* state : {"failed", "updateFailed", "paused", "scaledToZero"}) {
        script({"pending", state});
        InferenceEndpoint endpoint_ = get();
        BOOST_CHECK_EXCEPTION(wait(endpoint_), InferenceEndpointError, [&](const Error& error) {
            return error.message().find(state) != std::string::npos &&
                   error.message().find("image not found") != std::string::npos &&
                   !dynamic_cast<const InferenceEndpointTimeoutError*>(&error);
        });
    }
}

BOOST_AUTO_TEST_CASE(waiting_without_a_limit_is_limited) {
    script({"pending"});
    InferenceEndpoint endpoint_ = get();
    BOOST_CHECK_THROW(wait(endpoint_), InferenceEndpointTimeoutError);
    BOOST_TEST(looks < 20'000);
}

BOOST_AUTO_TEST_CASE(one_odd_endpoint_does_not_lose_the_others) {
    answer = [](const test::ReceivedRequest&) {
        return json(R"({"items":[{"name":"a","status":{"state":7}},{"type":"x"},5,{"name":"b","model":null}]})");
    };
    const HfApi api = client([this, url = endpoint()](SessionConfig& config) { config.inference_endpoints = url; });
    const auto list = run(api.list_inference_endpoints(EndpointOptions{.namespace_ = "ns"}).collect());
    BOOST_REQUIRE(list.size() == 2u);
    BOOST_TEST(list[1].name == "b");
}

BOOST_AUTO_TEST_SUITE_END()

#include "fake_transport.hpp"

#include <hf/hf_api.hpp>
#include <hf/session/environment.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

using namespace hf;
namespace asio = boost::asio;

BOOST_AUTO_TEST_SUITE(request_events)

BOOST_AUTO_TEST_CASE(what_the_hub_wants_the_user_to_know_is_reported) {
    asio::io_context context;
    const auto transport = std::make_shared<test::FakeTransport>();
    const Environment environment([](const std::string&) { return std::optional<std::string>(); }, "/nowhere");
    SessionConfig config;
    config.endpoint = "https://hub.test";
    config.environment = &environment;
    HfApi api(Session(context.get_executor(), config, transport, std::make_shared<test::FakeClock>()));
    std::vector<RequestEvent> events;
    api.session().on_request([&](const RequestEvent& event) { events.push_back(event); });

    const std::string warning = "unauthenticated; Warning: You are sending unauthenticated requests to the HF Hub.";
    transport->answers.emplace_back(200, R"({"id": "gpt2"})",
                                    std::vector<net::Fields::Field>{{"x-hf-warning", warning}});
    transport->answers.emplace_back(200, R"({"id": "gpt2"})");
    for (int i = 0; i < 2; ++i) {
        auto info = asio::co_spawn(context, api.model_info("gpt2"), asio::use_future);
        context.restart();
        context.run();
        BOOST_TEST(info.get().id == "gpt2");
    }
    BOOST_REQUIRE(events.size() == 2u);
    BOOST_TEST(events[0].warning == warning);
    BOOST_TEST(events[0].status == 200u);
    BOOST_TEST(events[1].warning == "");
}

BOOST_AUTO_TEST_SUITE_END()

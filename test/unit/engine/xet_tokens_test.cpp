// What the Hub lets clients into the content store with, and where it is sent.
#include "fake_transport.hpp"
#include "session_fixture.hpp"

#include "engine/xet/availability.hpp"
#include "engine/xet/store_client.hpp"
#include "engine/xet/tokens.hpp"

#include <hf/core/error.hpp>
#include <hf/core/for_each_bounded.hpp>
#include <hf/transfer/hub_download.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace hf;
using hf::test::Answer;

namespace {

constexpr const char* store = "https://cas.hub.test";

struct Fixture : test::SessionFixture {
    std::shared_ptr<test::FakeTransport> transport = std::make_shared<test::FakeTransport>();
    std::shared_ptr<test::FakeClock> clock = std::make_shared<test::FakeClock>();
    Session session = session_on(transport, clock, without_retry());
    std::shared_ptr<XetTokens> tokens = XetTokens::of(session);

    static SessionConfig without_retry() {
        SessionConfig config = with_token();
        config.retry.max_attempts = 1;
        return config;
    }
    std::shared_ptr<const TransferCall> call(std::string_view id, std::string_view revision = {}) {
        HfHubDownloadOptions options;
        options.revision = revision;
        return std::make_shared<TransferCall>(session, id, options);
    }
    static std::string token(std::string_view text, std::int64_t expires, std::string_view cas = store) {
        return R"({"accessToken":")" + std::string(text) + R"(","exp":)" + std::to_string(expires) + R"(,"casUrl":")" +
               std::string(cas) + "\"}";
    }
    std::int64_t in(std::chrono::seconds time) const {
        return std::chrono::duration_cast<std::chrono::seconds>(clock->system_now().time_since_epoch() + time).count();
    }
    void answer(unsigned status, std::string body, std::vector<net::Fields::Field> fields = {}) {
        transport->answers.emplace_back(status, std::move(body), std::move(fields));
    }
    XetToken get(std::shared_ptr<const TransferCall> of) { return run(tokens->get(std::move(of), XetAccess::read)); }
    std::string refused(std::string body) {
        answer(200, std::move(body));
        try {
            get(call("me/repo"));
        } catch (const InvalidResponseError& error) {
            const std::string text = error.message();
            return text.substr(text.rfind(' ') + 1);
        }
        return "accepted";
    }
};

constexpr const char* empty_plan = R"({"offset_into_first_range":0,"terms":[],"xorbs":{}})";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(xet_tokens, Fixture)

BOOST_AUTO_TEST_CASE(a_token_is_asked_for_once_for_each_repository_and_revision) {
    answer(200, token("a", in(std::chrono::seconds(900))));
    answer(200, token("b", in(std::chrono::seconds(900))));
    std::vector<std::string> seen;
    const auto ask = [&](std::size_t i) -> boost::asio::awaitable<void> {
        const XetToken token = co_await tokens->get(call(i % 2 ? "me/repo" : "me/other"), XetAccess::read);
        seen.push_back(token.text);
    };
    run(for_each_bounded(8, 8, ask));
    BOOST_TEST(seen.size() == 8u);
    BOOST_TEST(transport->requests.size() == 2u);
    answer(200, token("c", in(std::chrono::seconds(900))));
    BOOST_TEST(get(call("me/repo", "refs/pr/1")).text == "c");
    BOOST_TEST(transport->target(2) == "https://hub.test/api/models/me/repo/xet-read-token/refs%2Fpr%2F1");
}

BOOST_AUTO_TEST_CASE(a_token_is_renewed_a_minute_before_it_expires_and_after_a_refusal) {
    answer(200, token("a", in(std::chrono::seconds(100))));
    const XetToken first = get(call("me/repo"));
    BOOST_TEST(get(call("me/repo")).text == "a");
    run(clock->sleep(std::chrono::seconds(41)));
    answer(200, token("b", in(std::chrono::seconds(900))));
    const XetToken second = get(call("me/repo"));
    BOOST_TEST(second.text == "b");
    tokens->drop(*call("me/repo"), XetAccess::read, first);  // somebody is late
    BOOST_TEST(get(call("me/repo")).text == "b");
    tokens->drop(*call("me/repo"), XetAccess::read, second);
    answer(200, token("c", in(std::chrono::seconds(900))));
    BOOST_TEST(get(call("me/repo")).text == "c");
}

BOOST_AUTO_TEST_CASE(the_head_of_the_answer_may_say_it_alone) {
    answer(200, "", {{"X-Xet-Access-Token", "h"}, {"X-Xet-Token-Expiration", "4000000000"}, {"X-Xet-Cas-Url", store}});
    BOOST_TEST(get(call("me/repo")).text == "h");
}

BOOST_AUTO_TEST_CASE(what_is_no_token_is_refused_by_the_name_of_the_member) {
    BOOST_TEST(refused("{}") == "accessToken");
    BOOST_TEST(refused(token("", 4'000'000'000)) == "accessToken");
    BOOST_TEST(refused(token("a b", 4'000'000'000)) == "accessToken");
    BOOST_TEST(refused(token(std::string(64'001, 'a'), 4'000'000'000)) == "accessToken");
    BOOST_TEST(refused(token("a", 0)) == "exp");
    BOOST_TEST(refused(token("a", -5)) == "exp");
    BOOST_TEST(refused(token("a", 4'000'000'000, "")) == "casUrl");
    answer(200, token("a", 4'000'000'000, "http://cas.hub.test"));
    BOOST_CHECK_THROW(get(call("me/repo")), ProtocolError);  // from https to http
    answer(200, token("a", std::numeric_limits<std::int64_t>::max()));
    BOOST_TEST(get(call("me/repo")).text == "a");
}

BOOST_AUTO_TEST_CASE(each_token_goes_where_it_belongs) {
    answer(200, token("cas-token", in(std::chrono::seconds(900))));
    answer(200, empty_plan);
    const StoreClient client(call("me/repo"), XetAccess::read);
    run(client.reconstruct(xet::Hash(), {0, 100}));
    BOOST_TEST(transport->field(0, "Authorization").value() == "Bearer hf_secret");
    BOOST_TEST(transport->target(1) == std::string(store) + "/v2/reconstructions/" + std::string(64, '0'));
    BOOST_TEST(transport->field(1, "Authorization").value() == "Bearer cas-token");
    BOOST_TEST(transport->field(1, "Range").value() == "bytes=0-99");
    const xet::FetchSource source{xet::Hash(), "https://cdn.hub.test/x?sig=a%2Fb", {}};
    answer(206, "");
    run(session.send(client.fetch(source, {10, 20})));
    BOOST_TEST(transport->target(2) == "https://cdn.hub.test/x?sig=a%2Fb");
    BOOST_TEST(!transport->field(2, "Authorization").has_value());
    BOOST_TEST(transport->field(2, "Range").value() == "bytes=10-19");
}

BOOST_AUTO_TEST_CASE(a_store_without_the_second_version_is_asked_by_the_first_from_then_on) {
    answer(200, token("t", in(std::chrono::seconds(900))));
    answer(404, "");
    answer(200, R"({"offset_into_first_range":0,"terms":[],"fetch_info":{}})");
    answer(200, R"({"offset_into_first_range":0,"terms":[],"fetch_info":{}})");
    const StoreClient client(call("me/repo"), XetAccess::read);
    run(client.reconstruct(xet::Hash(), {0, 100}));
    run(client.reconstruct(xet::Hash(), {0, 100}));
    BOOST_TEST(transport->requests.size() == 4u);
    BOOST_TEST(transport->target(3).find("/v1/") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_refused_token_is_replaced_once_and_an_end_of_the_file_is_no_error) {
    answer(200, token("a", in(std::chrono::seconds(900))));
    answer(401, "");
    answer(200, token("b", in(std::chrono::seconds(900))));
    answer(416, "");
    const StoreClient client(call("me/repo"), XetAccess::read);
    BOOST_TEST(!run(client.reconstruct(xet::Hash(), {0, 100})).has_value());
    BOOST_TEST(transport->field(3, "Authorization").value() == "Bearer b");
    answer(401, "");
    answer(200, token("c", in(std::chrono::seconds(900))));
    answer(401, "");
    BOOST_CHECK_THROW(run(client.reconstruct(xet::Hash(), {0, 100})), HfHubHTTPError);
}

BOOST_AUTO_TEST_CASE(a_store_that_is_lost_is_left_alone_for_a_while_and_that_is_told_once) {
    std::vector<std::string> warnings;
    session.on_warning([&](std::string_view text) { warnings.emplace_back(text); });
    const auto availability = XetAvailability::of(session);
    BOOST_TEST(availability->usable(session));
    availability->lost(session, "because");
    availability->lost(session, "because");
    BOOST_TEST(warnings.size() == 1u);
    BOOST_TEST(!availability->usable(session));
    run(clock->sleep(std::chrono::minutes(5)));
    BOOST_TEST(availability->usable(session));
}

BOOST_AUTO_TEST_SUITE_END()

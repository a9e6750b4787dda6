// Lists that are not one request: collected, one behind the other, or asked for first.
#include "fake_transport.hpp"
#include "session_fixture.hpp"

#include "session/lists_in_turn.hpp"

#include <hf/hf_api.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace hf;
using hf::test::Answer;
namespace asio = boost::asio;

namespace {

using Texts = std::vector<std::string>;

/// Answers the first request never, those after it as it is told to.
class SilentOnce final : public net::Transport {
public:
    asio::awaitable<net::Response> send(net::Request request) override {
        if (std::exchange(silent, false)) {
            asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
            co_await never.async_wait(asio::use_awaitable);
        }
        co_return co_await answering.send(std::move(request));
    }
    test::FakeTransport answering;
    bool silent = true;
};

struct Fixture : test::SessionFixture {
    HfApi api_on(std::shared_ptr<net::Transport> on) {
        return HfApi(session_on(std::move(on), std::make_shared<test::FakeClock>()));
    }
    void answer(unsigned status, std::string body) { transport->answers.emplace_back(status, std::move(body)); }
    std::string endpoint(const std::string& name) {
        return R"({"items":[{"name":")" + name +
               R"(","type":"public","model":{"repository":"a/b"},"status":{"state":"running"}}]})";
    }
    template <class T>
    Texts names(AsyncGenerator<T> list) {
        Texts out;
        while (auto item = run(list.next())) out.push_back(item->name);
        return out;
    }

    std::shared_ptr<test::FakeTransport> transport = std::make_shared<test::FakeTransport>();
    HfApi api = api_on(transport);
};

AsyncGenerator<int> numbers(int count) {
    std::vector<int> out;
    for (int i = 0; i < count; ++i) out.push_back(i);
    return detail::list_of(std::move(out));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lists, Fixture)

BOOST_AUTO_TEST_CASE(collect_gives_what_is_still_to_come) {
    auto list = numbers(4);
    BOOST_TEST(*run(list.next()) == 0);
    BOOST_TEST((run(std::move(list).collect()) == std::vector<int>{1, 2, 3}));
    BOOST_TEST(run(numbers(0).collect()).empty());
}

BOOST_AUTO_TEST_CASE(collect_is_bounded) {
    BOOST_TEST(run(numbers(4).collect(4)).size() == 4u);
    BOOST_CHECK_THROW(run(numbers(5).collect(4)), ResponseTooLargeError);
}

BOOST_AUTO_TEST_CASE(collect_throws_what_next_throws) {
    answer(404, "");
    BOOST_CHECK_THROW(run(api.list_repo_likers("a/b").collect()), HfHubHTTPError);
}

/// Pages of elements of which one in `every` can be read, for ever.
class EndlessPages final : public PageStream {
public:
    explicit EndlessPages(std::size_t every) : every_(every) {}
    asio::awaitable<std::optional<ElementBatch>> next(bool) override {
        ElementBatch batch;
        batch.text = "1x";
        for (std::size_t i = 0; i < 1000; ++i) batch.elements.emplace_back(++made % every_ == 0 ? 0 : 1, 1);
        co_return batch;
    }
    static inline std::size_t made = 0;

private:
    std::size_t every_;
};

BOOST_AUTO_TEST_CASE(a_list_of_what_cannot_be_read_ends) {
    const auto list = [](std::size_t every) {
        EndlessPages::made = 0;
        const LeftOutElement ignore = [](std::string_view, std::uint64_t, const InvalidResponseError&) {};
        return AsyncGenerator<std::int64_t>(std::make_unique<PagedSource<std::int64_t>>(
            std::make_unique<EndlessPages>(every), &json::from_value<std::int64_t>, ignore));
    };
    auto never = list(max_unreadable * 10);
    BOOST_CHECK_THROW(run(never.next()), InvalidResponseError);
    BOOST_TEST(EndlessPages::made == max_unreadable + 1000);
    BOOST_TEST(!run(never.next()).has_value());
    auto seldom = list(max_unreadable + 1);  // never more than that in a row
    for (int i = 0; i < 2; ++i) BOOST_TEST(run(seldom.next()).value() == 1);
}

BOOST_AUTO_TEST_CASE(files_come_without_the_folders) {
    answer(200, R"([{"type":"directory","path":"d","oid":"1"},{"type":"file","path":"d/f","oid":"2","size":1}])");
    BOOST_TEST(run(api.list_repo_files("a/b").collect()) == Texts{"d/f"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(namespaces_are_asked_one_after_another_when_their_turn_comes) {
    const std::string account = R"({"type":"user","name":"me","orgs":[{"name":"closed"},{"name":"open"}]})";
    answer(200, account);
    answer(200, account);
    answer(200, endpoint("mine"));
    auto list = api.list_inference_endpoints({.namespace_ = "*"});
    BOOST_TEST(transport->requests.empty());
    BOOST_TEST(run(list.next())->name == "mine");
    BOOST_TEST(transport->requests.size() == 3u);
    answer(403, "");
    answer(200, endpoint("theirs"));
    BOOST_TEST(run(list.next())->namespace_ == "open");
    BOOST_TEST(!run(list.next()));
    BOOST_TEST(transport->requests.size() == 5u);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_own_namespace_ends_the_list) {
    const std::string account = R"({"type":"user","name":"me","orgs":[{"name":"open"}]})";
    answer(200, account);
    answer(200, account);
    answer(403, "");
    auto list = api.list_inference_endpoints({.namespace_ = "*"});
    BOOST_CHECK_THROW(run(list.next()), HfHubHTTPError);
    BOOST_TEST(!run(list.next()));
    BOOST_TEST(transport->requests.size() == 3u);
}

BOOST_AUTO_TEST_CASE(liked_repos_are_a_list_and_an_object) {
    const std::string likes = R"([{"repo":{"name":"a/m","type":"model"}},{"repo":{"name":"b/d","type":"dataset"}}])";
    answer(200, likes);
    BOOST_TEST(names(api.list_liked_repos({.user = "bob"})) == (Texts{"a/m", "b/d"}), boost::test_tools::per_element());
    answer(200, likes);
    const UserLikes object = run(api.get_liked_repos({.user = "bob"}));
    BOOST_TEST(object.user == "bob");
    BOOST_TEST(object.total == 2);
    BOOST_TEST(object.datasets == Texts{"b/d"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_organization_likes_nothing) {
    answer(200, R"({"type":"org","name":"acme"})");
    auto list = api.list_liked_repos();
    BOOST_CHECK_EXCEPTION(run(list.next()), HFValidationError,
                          [](const HFValidationError& error) { return error.info().argument == "user"; });
    BOOST_TEST(!run(list.next()));
}

BOOST_AUTO_TEST_CASE(cancelling_the_question_before_a_list_loses_nothing) {
    auto silent = std::make_shared<SilentOnce>();
    silent->answering.answers.emplace_back(200, R"({"type":"user","name":"me"})");
    silent->answering.answers.emplace_back(200, R"([{"repo":{"name":"a/m","type":"model"}}])");
    auto list = api_on(silent).list_liked_repos();
    asio::cancellation_signal stop;
    std::exception_ptr failure;
    const auto keep = [&](std::exception_ptr error, const std::optional<LikedRepo>&) { failure = error; };
    asio::co_spawn(context, list.next(), asio::bind_cancellation_slot(stop.slot(), keep));
    asio::post(context, [&] { stop.emit(asio::cancellation_type::all); });
    context.run();
    BOOST_REQUIRE(failure);
    BOOST_CHECK_EXCEPTION(std::rethrow_exception(failure), boost::system::system_error,
                          [](const auto& error) { return error.code() == asio::error::operation_aborted; });
    BOOST_TEST(run(list.next())->name == "a/m");
}

BOOST_AUTO_TEST_CASE(a_list_may_go_while_its_question_is_asked) {
    auto silent = std::make_shared<SilentOnce>();
    asio::cancellation_signal stop;
    bool ended = false;
    const auto note = [&](std::exception_ptr error, const std::optional<LikedRepo>&) { ended = error != nullptr; };
    {
        auto list = api_on(silent).list_liked_repos();
        asio::co_spawn(context, list.next(), asio::bind_cancellation_slot(stop.slot(), note));
        context.poll();
    }
    stop.emit(asio::cancellation_type::all);
    context.restart();
    context.run();
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_SUITE_END()

// Lists whose pages repeat themselves or hold nothing.
#include "hostile_fixture.hpp"

#include "session/kept_entries.hpp"
#include "session/seen_pages.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;

namespace {

struct Fixture : test::HostileFixture {
    static test::ScriptedAnswer page(std::string body, const std::string& next) {
        test::ScriptedAnswer out = json(std::move(body));
        out.headers.emplace_back("Link", "<" + next + ">; rel=\"next\"");
        return out;
    }
    std::size_t asked() const { return events.all().size(); }
};

boost::asio::awaitable<std::size_t> count(AsyncGenerator<ModelInfo> list) {
    std::size_t out = 0;
    while (co_await list.next()) ++out;
    co_return out;
}

template <class T>
boost::asio::awaitable<std::vector<T>> items_of(AsyncGenerator<T> list, std::size_t most) {
    std::vector<T> out;
    while (out.size() < most) {
        std::optional<T> item = co_await list.next();
        if (!item) break;
        out.push_back(std::move(*item));
    }
    co_return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_paging, Fixture)

BOOST_AUTO_TEST_CASE(a_page_that_names_itself_as_the_next_is_an_error) {
    for (const std::string body : {"[]", R"([{"id":"a/b"}])"}) {
        BOOST_TEST_CONTEXT(body) {
            answer = [&](const test::ReceivedRequest& request) { return page(body, request.target); };
            HfApi api = client();
            const std::size_t before = asked();
            BOOST_CHECK_THROW(run(count(api.list_models())), InvalidResponseError);
            BOOST_TEST(asked() - before == 2u);
        }
    }
}

BOOST_AUTO_TEST_CASE(pages_in_a_circle_are_an_error) {
    int n = 0;
    answer = [&](const test::ReceivedRequest&) {
        return page(R"([{"id":"a/b"}])", "/api/models?cursor=" + std::to_string(n++ % 5));
    };
    BOOST_CHECK_THROW(run(count(client().list_models())), InvalidResponseError);
    BOOST_TEST(asked() == 7u);
}

BOOST_AUTO_TEST_CASE(endless_empty_pages_are_an_error) {
    int n = 0;
    answer = [&](const test::ReceivedRequest&) { return page("[]", "/api/models?cursor=" + std::to_string(n++)); };
    BOOST_CHECK_THROW(run(count(client().list_models())), InvalidResponseError);
    BOOST_TEST(asked() == 101u);
}

BOOST_AUTO_TEST_CASE(a_hundred_empty_pages_are_read_over) {
    int n = 0;
    answer = [&](const test::ReceivedRequest&) {
        ++n;
        if (n == 203) return json("[]");
        return page(n % 101 == 0 ? R"([{"id":"a/b"}])" : "[]", "/api/models?cursor=" + std::to_string(n));
    };
    BOOST_TEST(run(count(client().list_models())) == 2u);
}

BOOST_AUTO_TEST_CASE(empty_pages_wait_for_the_consumer_too) {
    int n = 0;
    answer = [&](const test::ReceivedRequest&) {
        ++n;
        return page(n == 1 ? R"([{"id":"a/b"}])" : "[]", "/api/models?cursor=" + std::to_string(n));
    };
    HfApi api = client();
    auto list = api.list_models();
    run([&]() -> boost::asio::awaitable<void> { co_await list.next(); }());
    // Nothing is taken any more: as much is fetched as may wait, and no page beyond.
    boost::asio::steady_timer quiet(context, std::chrono::milliseconds(300));
    bool done = false;
    quiet.async_wait([&](boost::system::error_code) { done = true; });
    context.restart();
    while (!done) context.run_one();
    BOOST_TEST(asked() <= 19u);
}

BOOST_AUTO_TEST_CASE(a_cursor_moves_over_empty_pages) {
    answer = [&](const test::ReceivedRequest& request) {
        if (request.query() == "cursor=2") return json("[]");
        if (request.query() == "cursor=1") return page("[]", "/api/models?cursor=2");
        return page(R"([{"id":"a/b"}])", "/api/models?cursor=1");
    };
    HfApi api = client();
    auto list = api.list_models();
    const auto drain = [&]() -> boost::asio::awaitable<void> {
        while (co_await list.next()) {
        }
    };
    run(drain());
    BOOST_TEST(list.cursor().find("cursor=2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_circle_longer_than_the_memory_is_noticed) {
    SeenPages seen;
    const std::size_t length = SeenPages::most + 1000;
    std::size_t asked = 0;
    while (seen.add(std::to_string(asked % length)) && asked < 10 * length) ++asked;
    BOOST_TEST(asked < 5 * length);
    BOOST_TEST(asked >= length);
}

BOOST_AUTO_TEST_CASE(what_a_caller_keeps_of_a_list_is_bounded) {
    BOOST_CHECK_NO_THROW(require_room_for_entry(max_collected - 1));
    BOOST_CHECK_THROW(require_room_for_entry(max_collected), ResponseTooLargeError);
}

BOOST_AUTO_TEST_CASE(a_tree_whose_next_page_is_itself_is_an_error) {
    answer = [&](const test::ReceivedRequest& request) {
        if (request.path().find("/tree/") == std::string_view::npos)
            return json(R"({"sha":")" + std::string(commit) + R"(","siblings":[]})");
        return page("[" + entry("f.txt", "text") + "]", std::string(request.path()) + "?cursor=x");
    };
    BOOST_CHECK_THROW(run(client().mirror("me/repo", (path() / "mirror").string())), InvalidResponseError);
}

BOOST_AUTO_TEST_CASE(discussions_that_start_again_are_an_error) {
    const std::string one =
        R"({"num":1,"title":"t","status":"open","isPullRequest":false,"createdAt":"2024-01-01T00:00:00.000Z",)"
        R"("author":{"name":"a"},"repo":{"name":"me/repo","type":"model"}})";
    for (const std::string start : {"0", "1", "9223372036854775807", "-9223372036854775808"}) {
        BOOST_TEST_CONTEXT(start) {
            answer = [&](const test::ReceivedRequest&) {
                return json(R"({"discussions":[)" + one + R"(],"count":9223372036854775807,"start":)" + start + "}");
            };
            HfApi api = client();
            const std::size_t before = asked();
            try {
                BOOST_TEST(run(items_of(api.get_repo_discussions("me/repo"), 50)).size() == 1u);
            } catch (const InvalidResponseError&) {
            }
            BOOST_TEST(asked() - before <= 3u);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_page_of_discussions_that_cannot_be_read_is_an_error) {
    int n = 0;
    answer = [&](const test::ReceivedRequest&) {
        const std::string start = std::to_string(n++);
        return json(R"({"discussions":[)" + start + R"(],"count":1000000,"start":)" + start + "}");
    };
    HfApi api = client();
    auto list = api.get_repo_discussions("me/repo");
    BOOST_CHECK_THROW(run(list.next()), InvalidResponseError);
    BOOST_TEST(asked() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

#include "fake_transport.hpp"
#include "session_fixture.hpp"

#include <hf/core/text_arg.hpp>
#include <hf/hf_api.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

using namespace hf;
namespace asio = boost::asio;

namespace {

struct Fixture : test::SessionFixture {
    template <class T>
    net::Request sent(AsyncGenerator<T> list) {
        transport->answers.emplace_back(200, "[]");
        run(list.next());
        return transport->requests.back();
    }
    template <class T>
    json::object body_of(asio::awaitable<T> call) {
        transport->answers.emplace_back(200, "{}");
        try {
            run(std::move(call));
        } catch (const InvalidResponseError&) {
        }
        return boost::json::parse(*transport->requests.back().body.text()).as_object();
    }
    std::shared_ptr<test::FakeTransport> transport = std::make_shared<test::FakeTransport>();
    HfApi api{session_on(transport, std::make_shared<test::FakeClock>())};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(text_arg, Fixture)

BOOST_AUTO_TEST_CASE(an_empty_text_is_absent) {
    const std::string text = "x";
    const std::optional<std::string> owned = text;
    for (const TextArg& given : {TextArg("x"), TextArg(text), TextArg(std::string_view(text)), TextArg(owned)}) {
        BOOST_TEST(given.has_value());
        BOOST_TEST(*given == "x");
    }
    for (const TextArg& absent :
         {TextArg(), TextArg(std::nullopt), TextArg(""), TextArg(std::string()),
          TextArg(std::optional<std::string>("")), TextArg(std::optional<std::string_view>())}) {
        BOOST_TEST(!absent);
        BOOST_TEST(absent.value_or("other") == "other");
        BOOST_TEST(!std::optional<std::string_view>(absent));
    }
    BOOST_TEST(TextArg::empty().has_value());
    BOOST_TEST((*TextArg::empty()).empty());
}

BOOST_AUTO_TEST_CASE(lists_do_not_ask_for_empty_texts) {
    BOOST_TEST(sent(api.list_models({.author = "", .search = "", .sort = ""})).url.query() == "");
    BOOST_TEST(sent(api.list_datasets({.author = "", .search = "", .sort = ""})).url.query() == "");
    BOOST_TEST(sent(api.list_spaces({.author = "", .search = "", .sort = ""})).url.query() == "");
    BOOST_TEST(sent(api.list_collections({.sort = ""})).url.query() == "");
    BOOST_TEST(sent(api.list_models({.author = "google"})).url.query() == "author=google");
    transport->answers.emplace_back(200, R"({"discussions":[],"count":0,"start":0})");
    auto discussions = api.get_repo_discussions("a/b", {.author = "", .discussion_type = "", .discussion_status = ""});
    run(discussions.next());
    BOOST_TEST(transport->requests.back().url.query() == "p=0");
}

BOOST_AUTO_TEST_CASE(bodies_leave_empty_texts_out) {
    BOOST_TEST(!body_of(api.create_tag("a/b", {.tag = "v1", .tag_message = ""})).contains("message"));
    BOOST_TEST(!body_of(api.create_collection("t", {.namespace_ = "a", .description = ""})).contains("description"));
    BOOST_TEST(!body_of(api.add_collection_item("a/c", "b", "model", {.note = ""})).contains("note"));
    BOOST_TEST(!body_of(api.add_space_secret("a/b", "K", "v", {.description = ""})).contains("description"));
    const json::object update = body_of(api.update_collection_metadata("a/c", {.title = "t", .description = ""}));
    BOOST_TEST(update.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_there_can_still_be_taken_away) {
    const json::object update = body_of(api.update_collection_metadata("a/c", {.description = TextArg::empty()}));
    BOOST_TEST(update.at("description").as_string() == "");
    BOOST_TEST(body_of(api.update_collection_item("a/c", "1", {.note = TextArg::empty()})).at("note").as_string() ==
               "");
}

BOOST_AUTO_TEST_SUITE_END()

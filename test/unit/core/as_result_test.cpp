#include <hf/core/as_result.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace asio = boost::asio;

namespace {

asio::awaitable<std::string> succeed() { co_return "value"; }

asio::awaitable<std::string> fail() {
    hf::throw_validation("repo_id", "wrong");
    co_return "";
}

asio::awaitable<void> be_cancelled() {
    throw boost::system::system_error(asio::error::operation_aborted);
    co_return;
}

template <class T>
T run(asio::awaitable<T> operation) {
    asio::io_context context;
    auto future = asio::co_spawn(context, std::move(operation), asio::use_future);
    context.run();
    return future.get();
}

asio::awaitable<void> check_values() {
    const hf::Result<std::string> good = co_await hf::as_result(succeed());
    BOOST_TEST(good.has_value());
    BOOST_TEST(*good == "value");
    const hf::Result<std::string> bad = co_await hf::as_result(fail());
    BOOST_TEST(!bad.has_value());
    BOOST_TEST((bad.error().code() == hf::ErrorCondition::value_error));
    BOOST_TEST(bad.error().info().argument == "repo_id");
    BOOST_CHECK_THROW(bad.value(), hf::Error);
}

asio::awaitable<std::string> refuse(std::string_view repo_id) {
    if (repo_id.empty()) hf::throw_validation("repo_id", "empty");
    return succeed();
}

asio::awaitable<void> check_calls() {
    const auto bad = co_await hf::as_result([] { return refuse(""); });
    BOOST_TEST(!bad.has_value());
    BOOST_TEST(bad.error().info().argument == "repo_id");
    const auto good = co_await hf::as_result([] { return refuse("gpt2"); });
    BOOST_TEST(*good == "value");
}

asio::awaitable<void> await_cancelled() { co_await hf::as_result(be_cancelled()); }

}  // namespace

BOOST_AUTO_TEST_SUITE(as_result)

BOOST_AUTO_TEST_CASE(holds_value_or_error) { run(check_values()); }

BOOST_AUTO_TEST_CASE(refused_arguments_are_in_the_result) { run(check_calls()); }

BOOST_AUTO_TEST_CASE(cancellation_is_thrown) { BOOST_CHECK_THROW(run(await_cancelled()), boost::system::system_error); }

BOOST_AUTO_TEST_SUITE_END()

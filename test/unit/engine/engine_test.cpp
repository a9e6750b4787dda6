#include "engine/engine.hpp"
#include "engine/lfs/links.hpp"
#include "engine/transfer_call.hpp"
#include "fake_transport.hpp"
#include "session_fixture.hpp"

#include <hf/api/commits.hpp>
#include <hf/api/downloads.hpp>
#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace hf;

BOOST_FIXTURE_TEST_SUITE(engine, test::SessionFixture)

namespace {

Session plain_session(test::SessionFixture& fixture) { return fixture.session_on(nullptr, nullptr); }

std::string refused(TransferConfig config) {
    try {
        TransferEngine engine(std::move(config));
    } catch (const HFValidationError& error) {
        return error.info().argument;
    }
    return "nothing";
}

}  // namespace

BOOST_AUTO_TEST_CASE(all_calls_of_a_session_share_one_engine_and_its_budget) {
    const Session session = plain_session(*this), copy = session, other = plain_session(*this);
    const TransferCall download(session, "me/repo", HfHubDownloadOptions());
    const TransferCall commit(copy, "me/other", CommitOptions());
    BOOST_TEST(download.engine == commit.engine);
    BOOST_TEST(download.engine->memory == commit.engine->memory);
    BOOST_TEST(TransferEngine::of(other) != download.engine);
}

BOOST_AUTO_TEST_CASE(what_has_begun_keeps_the_configuration_it_began_with) {
    const Session session = plain_session(*this);
    const TransferCall before(session, "me/repo", HfHubDownloadOptions());
    TransferConfig config;
    config.memory_budget = 1000;
    DownloadsApi(session).configure_transfers(config);
    const TransferCall after(session, "me/repo", HfHubDownloadOptions());
    BOOST_TEST(before.engine->memory->limit() == TransferConfig().memory_budget);
    BOOST_TEST(after.engine->memory->limit() == 1000u);
}

BOOST_AUTO_TEST_CASE(a_configuration_by_which_nothing_would_move_is_refused_by_name) {
    const auto with = [](auto change) {
        TransferConfig config;
        change(config);
        return config;
    };
    BOOST_TEST(refused(TransferConfig()) == "nothing");
    BOOST_TEST(refused(with([](auto& c) { c.memory_budget = 0; })) == "memory_budget");
    BOOST_TEST(refused(with([](auto& c) { c.part_size = 0; })) == "part_size");
    BOOST_TEST(refused(with([](auto& c) { c.first_streams = 0; })) == "first_streams");
    BOOST_TEST(refused(with([](auto& c) { c.max_streams = 0; })) == "max_streams");
    BOOST_TEST(refused(with([](auto& c) { c.lock_wait = std::chrono::milliseconds(-1); })) == "lock_wait");
    BOOST_TEST(refused(with([](auto& c) { c.patience = std::chrono::milliseconds(0); })) == "patience");
    const Session session = plain_session(*this);
    const auto engine = TransferEngine::of(session);
    BOOST_CHECK_THROW(TransferEngine::configure(session, with([](auto& c) { c.part_size = 0; })), HFValidationError);
    BOOST_TEST(TransferEngine::of(session) == engine);
}

BOOST_AUTO_TEST_CASE(a_call_is_described_by_the_options_that_it_has) {
    const Session session = plain_session(*this);
    boost::asio::any_io_executor worker = context.get_executor();
    CommitOptions options;
    options.repo_type = "dataset";
    options.num_threads = 3;
    options.worker = &worker;
    options.token = "hf_other";
    const TransferCall call(session, "me/repo", options);
    BOOST_TEST(call.repo.api_path() == "datasets/me/repo");
    BOOST_TEST(call.revision == "main");
    BOOST_TEST(call.at_once == 3u);
    BOOST_TEST(static_cast<bool>(call.worker));
    BOOST_TEST(call.token.get().text() == "hf_other");
}

BOOST_AUTO_TEST_CASE(calls_of_one_repository_and_token_share_their_links) {
    const Session session = plain_session(*this);
    const auto call = [&](std::string_view id, TokenArg token) {
        HfHubDownloadOptions options;
        options.token = token;
        return std::make_shared<TransferCall>(session, id, options);
    };
    const auto links = LfsLinks::of(call("me/repo", {}));
    BOOST_TEST(LfsLinks::of(call("me/repo", {})) == links);
    BOOST_TEST(LfsLinks::of(call("me/repo", "hf_secret")) == links);
    BOOST_TEST(LfsLinks::of(call("me/repo", "hf_other")) != links);
    BOOST_TEST(LfsLinks::of(call("me/other", {})) != links);
    std::weak_ptr<LfsLinks> unused = LfsLinks::of(call("me/third", {}));
    BOOST_TEST(unused.expired());
}

BOOST_AUTO_TEST_SUITE_END()

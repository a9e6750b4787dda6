#include "session_fixture.hpp"
#include "temporary_folder.hpp"
#include "upload_double.hpp"

#include <hf/hf_api.hpp>
#include <hf/workflow/commit_scheduler.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace hf;
using hf::net::Method;
using hf::test::Answer;
using hf::test::SeenRequest;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// Sleeps are held until `wake`.
class HeldClock final : public Clock {
public:
    explicit HeldClock(asio::io_context& context) : timer_(context, asio::steady_timer::time_point::max()) {}

    std::chrono::steady_clock::time_point now() const override { return {}; }
    std::chrono::system_clock::time_point system_now() const override { return {}; }
    double random() override { return 1; }
    asio::awaitable<void> sleep(std::chrono::milliseconds duration) override {
        sleeps.push_back(duration);
        boost::system::error_code woken;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    void wake() { timer_.cancel(); }

    std::vector<std::chrono::milliseconds> sleeps;

private:
    asio::steady_timer timer_;
};

struct Fixture : private test::TemporaryFolder, public test::SessionFixture {
    std::shared_ptr<test::UploadDouble> hub = std::make_shared<test::UploadDouble>();
    std::shared_ptr<HeldClock> clock = std::make_shared<HeldClock>(context);
    fs::path folder = path();
    std::vector<std::string> pushes;  // of the background

    Fixture() {
        hub->interfere = [this](const SeenRequest& request) { return others(request); };
    }

    std::optional<Answer> others(const SeenRequest& request) {
        if (request.is(Method::post, "/repos/create")) return Answer(200, R"({"url":"https://hub.test/julien/logs"})");
        if (request.is(Method::post, "/super-squash/")) return Answer(200, "OK");
        if (failing && request.is(Method::post, "/commit/")) return Answer(400, R"({"error":"no"})");
        return std::nullopt;
    }

    CommitScheduler scheduler(CommitSchedulerOptions options = {}) {
        CommitScheduler out(session_on(hub, clock), "logs", folder, options);
        out.on_push([this](std::exception_ptr error, const std::optional<CommitInfo>& commit) {
            pushes.push_back(error ? "error" : commit ? commit->oid.substr(38) : "nothing");
        });
        return out;
    }
    template <class T>
    T run(asio::awaitable<T> operation) {
        auto future = asio::co_spawn(context, std::move(operation), asio::use_future);
        settle();
        return future.get();
    }
    void settle() {
        context.restart();
        context.poll();
    }
    void write(const std::string& name, std::string_view text, int age_s = 0) {
        std::ofstream(folder / name, std::ios::binary) << text;
        const auto time = fs::file_time_type::clock::now() - std::chrono::seconds(age_s);
        fs::last_write_time(folder / name, time);
    }

    bool failing = false;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(commit_scheduler, Fixture)

BOOST_AUTO_TEST_CASE(pushes_at_once_and_at_every_interval) {
    write("a.csv", "1\n", 100);
    auto scheduled = scheduler();
    run(scheduled.start());
    BOOST_TEST(pushes == std::vector<std::string>{"c1"}, boost::test_tools::per_element());
    BOOST_TEST(clock->sleeps.size() == 1u);
    BOOST_TEST(clock->sleeps[0].count() == 300'000);
    BOOST_TEST(hub->last(Method::post, "/commit/").url == "https://hub.test/api/models/julien/logs/commit/main");

    clock->wake();
    settle();
    BOOST_TEST(pushes.back() == "nothing");

    write("a.csv", "1\n2\n", 50);
    write("b.csv", "b");
    clock->wake();
    settle();
    BOOST_TEST(pushes.back() == "c2");
    BOOST_TEST(hub->commit_lines().size() == 3u);

    scheduled.stop();
    settle();
    BOOST_TEST(pushes.size() == 3u);
    BOOST_TEST(!run(scheduled.trigger()).has_value());
    BOOST_TEST(context.stopped());  // nothing is left to do
}

BOOST_AUTO_TEST_CASE(a_failed_push_is_repeated_whole) {
    write("a.csv", "1\n");
    auto scheduled = scheduler();
    failing = true;
    run(scheduled.start());
    BOOST_TEST(pushes.back() == "error");
    BOOST_CHECK_THROW(run(scheduled.last_push()), BadRequestError);
    failing = false;
    clock->wake();
    settle();
    BOOST_TEST(pushes.back() == "c1");
    BOOST_TEST(run(scheduled.last_push())->oid.ends_with("c1"));
}

BOOST_AUTO_TEST_CASE(a_file_that_vanishes_meanwhile_is_not_waited_for) {
    write("a.csv", "1\n");
    write("gone.csv", "2\n");
    auto scheduled = scheduler();
    // Between the preupload, which hashes, and the commit, which reads again.
    hub->distort = [this](const SeenRequest& request) -> std::optional<Answer> {
        if (request.is(Method::post, "/preupload/")) fs::remove(folder / "gone.csv");
        return std::nullopt;
    };
    run(scheduled.start());
    BOOST_TEST(pushes.back() == "c1");
    BOOST_TEST(hub->commit_lines().size() == 2u);
}

BOOST_AUTO_TEST_CASE(finish_pushes_what_is_left) {
    auto scheduled = scheduler();
    run(scheduled.start());
    BOOST_TEST(pushes.back() == "nothing");
    write("late.csv", "x");
    const auto commit = run(scheduled.finish());
    BOOST_TEST(commit.has_value());
    BOOST_TEST(!run(scheduled.push_to_hub()).has_value());
}

BOOST_AUTO_TEST_CASE(pushes_never_overlap) {
    write("a.csv", "1\n");
    auto scheduled = scheduler();
    run(scheduled.open());
    auto first = asio::co_spawn(context, scheduled.push_to_hub(), asio::use_future);
    auto second = asio::co_spawn(context, scheduled.push_to_hub(), asio::use_future);
    settle();
    BOOST_TEST(first.get().has_value());
    BOOST_TEST(!second.get().has_value());
    BOOST_TEST(hub->commits == 1);
}

BOOST_AUTO_TEST_CASE(a_file_that_grows_meanwhile_is_sent_up_to_its_old_size) {
    write("a.csv", "12345");
    hub->interfere = [this](const SeenRequest& request) {
        if (request.is(Method::post, "/preupload/")) std::ofstream(folder / "a.csv", std::ios::app) << "67890";
        return others(request);
    };
    auto scheduled = scheduler();
    run(scheduled.open());
    BOOST_TEST(run(scheduled.push_to_hub()).has_value());
    BOOST_TEST(hub->last(Method::post, "/commit/").body.find(R"("content":"MTIzNDU=")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(history_is_squashed_if_asked_for) {
    write("a.csv", "1\n");
    CommitSchedulerOptions options;
    options.squash_history = true;
    auto scheduled = scheduler(options);
    run(scheduled.start());
    BOOST_TEST(hub->count(Method::post, "/super-squash/main") == 1u);
}

BOOST_AUTO_TEST_CASE(destroying_it_stops_it) {
    {
        auto scheduled = scheduler();
        run(scheduled.start());
    }
    settle();
    BOOST_TEST(context.stopped());
    BOOST_TEST(pushes.size() == 1u);
}

BOOST_AUTO_TEST_CASE(wrong_arguments) {
    const auto argument = [&](std::string_view repo_id, const fs::path& path, CommitSchedulerOptions options) {
        try {
            CommitScheduler(session_on(hub, clock), repo_id, path, options);
        } catch (const HFValidationError& error) {
            return error.info().argument;
        }
        return std::string("nothing thrown");
    };
    CommitSchedulerOptions never;
    never.every = std::chrono::milliseconds(0);
    BOOST_TEST(argument("julien/m", folder, never) == "every");
    write("file", "x");
    BOOST_TEST(argument("julien/m", folder / "file", {}) == "folder_path");
    BOOST_TEST(argument("a/b/c", folder, {}) == "repo_id");
    BOOST_TEST(argument("julien/m", folder / "new", {}) == "nothing thrown");
    BOOST_TEST(fs::is_directory(folder / "new"));
}

BOOST_AUTO_TEST_SUITE_END()

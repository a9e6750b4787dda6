// Uploads into Xet storage, each of their steps failing in turn.
#include "hub_fixture.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>
#include <hf/transfer/progress.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

using namespace hf;
using hf::test::noise;
namespace asio = boost::asio;

namespace {

constexpr std::size_t mib = 1u << 20;

LocalHubConfig with_xet(const test::TemporaryFolder& root) {
    LocalHubConfig config(root.path() / "hub");
    config.lfs_threshold = 10'000;
    config.xet = true;
    return config;
}

struct Fixture : private test::TemporaryFolder, public test::HubFixture {
    Fixture() : HubFixture(with_xet(*this)) {
        // Xorbs of the smallest size that we make: a few of them per file.
        transfers.memory_budget = 8 * mib;
        use(transfers);
        run(api.create_repo("julien/m"));
    }

    /// With another session, which knows nothing of the store.
    void use(const TransferConfig& config) {
        api = HfApi(session());
        api.configure_transfers(config);
        api.session().on_warning([this](std::string_view text) { warnings.emplace_back(text); });
    }
    CommitInfo upload(std::string_view name, const std::string& bytes, ProgressSink* progress = nullptr) {
        CommitOptions options;
        options.progress = progress;
        return run(api.upload_file(UploadContent::from_bytes(bytes), name, "julien/m", options));
    }
    static Fault fault(FaultKind kind, std::string route, std::uint64_t at_byte = 0) {
        Fault out(kind);
        out.route = std::move(route);
        out.at_byte = at_byte;
        return out;
    }
    static Fault status(std::string route, unsigned status, std::uint64_t times = 1) {
        Fault out = fault(FaultKind::status, std::move(route));
        out.status = status;
        out.times = times;
        return out;
    }
    void survives(Fault fault) {
        use(transfers);
        const std::string bytes = noise(5 * mib / 2, ++seed);
        break_down(std::move(fault));
        ProgressSink progress;
        upload("model.bin", bytes, &progress);
        BOOST_TEST(hub.counters().faults_injected > 0u);
        BOOST_TEST(lfs() == 0u);
        posted = requests("xet_upload_xorb");
        const ProgressCounters seen = progress.counters();
        BOOST_TEST(seen.bytes_done == seen.bytes_total);
        hub.set_scenario(Scenario());
        BOOST_TEST((content("julien/m", "model.bin") == bytes));
    }
    template <class E>
    void fails(Fault fault) {
        use(transfers);
        const std::size_t before = history("julien/m");
        break_down(std::move(fault));
        BOOST_CHECK_EXCEPTION(upload("model.bin", noise(5 * mib / 2, ++seed)), E,
                              [](const Error& error) { return error.message().find("hf_") == error.message().npos; });
        BOOST_TEST(hub.counters().faults_injected > 0u);
        BOOST_TEST(lfs() == 0u);
        hub.set_scenario(Scenario());
        BOOST_TEST(history("julien/m") == before);
    }
    void falls_back(Fault fault) {
        use(transfers);
        fault.times = 0;
        const std::string bytes = noise(5 * mib / 2, ++seed);
        break_down(std::move(fault));
        warnings.clear();
        ProgressSink progress;
        upload("model.bin", bytes, &progress);
        BOOST_TEST(warnings.size() == 1u);
        BOOST_TEST(lfs() > 0u);
        const ProgressCounters seen = progress.counters();
        BOOST_TEST(seen.bytes_done == seen.bytes_total);
        count_anew();
        upload("other.bin", noise(mib, seed + 100));
        BOOST_TEST(requests("xet_write_token") == 0u);
        BOOST_TEST(warnings.size() == 1u);
        hub.set_scenario(Scenario());
        BOOST_TEST((content("julien/m", "model.bin") == bytes));
    }
    std::size_t xorbs() { return requests("xet_granted_upload") + requests("xet_upload_xorb"); }
    std::size_t lfs() { return requests("lfs_batch"); }

    test::TemporaryFolder folder;
    TransferConfig transfers;
    std::vector<std::string> warnings;
    unsigned seed = 0;
    std::size_t posted = 0;  // by the store's own route, at the last `survives`
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(xet_upload, Fixture)

BOOST_AUTO_TEST_CASE(a_folder_arrives_byte_by_byte) {
    const std::string repeated = noise(2 * mib, 3);
    std::vector<std::pair<std::string, std::string>> expected{
        {"README.md", "# Title\n"},
        {"large.bin", noise(5 * mib + 17, 2)},
        {"same.bin", noise(5 * mib + 17, 2)},
        {"twice.bin", repeated + repeated + "end"},
        {"zeros.bin", std::string(4 * mib, '\0')},
    };
    for (int i = 0; i < 12; ++i)
        expected.emplace_back("small/" + std::to_string(i) + ".bin", noise(11'000 + i, 10 + i));
    for (const auto& [name, content] : expected) folder.write(name, content);
    ProgressSink progress;
    UploadFolderOptions options;
    options.progress = &progress;
    run(api.upload_folder("julien/m", folder.path(), options));
    BOOST_TEST(lfs() == 0u);
    BOOST_TEST(requests("xet_write_token") == 1u);
    BOOST_TEST(requests("xet_upload_shard") == 1u);
    for (const auto& [name, bytes] : expected) BOOST_TEST((content("julien/m", name) == bytes), name);
    const ProgressCounters seen = progress.counters();
    BOOST_TEST(seen.files_done == expected.size());
    BOOST_TEST(seen.bytes_done == seen.bytes_total);
    BOOST_TEST(seen.bytes_received < 8 * mib);  // once what is there twice, and next to nothing of the zeros

    count_anew();
    run(api.upload_folder("julien/m", folder.path(), options));
    BOOST_TEST(xorbs() == 0u);
}

BOOST_AUTO_TEST_CASE(of_a_changed_file_the_changed_chunks_are_sent) {
    std::string bytes = noise(16 * mib, 1);
    upload("model.bin", bytes);
    for (const std::size_t at : {3 * mib, 9 * mib}) bytes[at] = static_cast<char>(bytes[at] + 1);
    bytes.insert(6 * mib, "some bytes more");
    use(transfers);
    count_anew();
    ProgressSink progress;
    upload("model.bin", bytes, &progress);
    BOOST_TEST(progress.counters().bytes_received < 700'000u);
    BOOST_TEST(requests("xet_chunk") >= 1u);
    BOOST_TEST((content("julien/m", "model.bin") == bytes));
}

BOOST_AUTO_TEST_CASE(what_fails_once_is_done_again) {
    for (const std::string route : {"xet_write_token", "xet_grant", "xet_commit", "xet_upload_shard"}) {
        BOOST_TEST_CONTEXT(route) {
            survives(status(route, 500));
            survives(fault(FaultKind::reset, route));
        }
    }
    survives(status("xet_granted_upload", 500));
    survives(status("xet_granted_upload", 403));
    survives(status("xet_granted_upload", 409));
    survives(fault(FaultKind::reset, "xet_granted_upload"));
    survives(fault(FaultKind::reset_upload, "xet_granted_upload", 300'000));
    survives(status("xet_commit", 404));
    survives(status("xet_grant", 401));
    survives(status("xet_grant", 403));
    survives(status("xet_upload_shard", 429));
}

BOOST_AUTO_TEST_CASE(questions_that_are_not_answered_cost_nothing_but_bytes) {
    for (const unsigned refusal : {401u, 403u, 404u, 500u}) survives(status("xet_chunk", refusal, 0));
    survives(fault(FaultKind::truncate, "xet_chunk", 10));
}

BOOST_AUTO_TEST_CASE(without_grants_the_stores_own_route_is_taken) {
    survives(status("xet_grant", 404, 0));
    BOOST_TEST(posted == 3u);
    for (const unsigned refusal : {403u, 404u, 503u}) {
        survives(status("xet_granted_upload", refusal, 0));
        BOOST_TEST(posted == 3u);
    }
}

BOOST_AUTO_TEST_CASE(a_xorb_that_is_there_is_not_sent) {
    const std::string bytes = noise(3 * mib, 1);
    break_down(status("xet_upload_shard", 400, 0));
    BOOST_CHECK_THROW(upload("model.bin", bytes), BadRequestError);
    for (const bool grants : {true, false}) {
        use(transfers);
        if (grants)
            hub.set_scenario(Scenario());
        else
            break_down(status("xet_grant", 404, 0));
        count_anew();
        ProgressSink progress;
        upload("model.bin", bytes, &progress);
        BOOST_TEST(xorbs() == 0u);
        BOOST_TEST(progress.counters().bytes_done == progress.counters().bytes_total);
        run(api.delete_file("model.bin", "julien/m"));
    }
}

BOOST_AUTO_TEST_CASE(a_store_of_the_first_version_will_do) {
    Fault none = status("xet_upload_shard", 404);
    none.path_contains = "/v2/";
    none.times = 0;
    survives(none);
}

BOOST_AUTO_TEST_CASE(refusals_are_errors) {
    fails<HfHubHTTPError>(status("xet_write_token", 403, 0));
    fails<HfHubHTTPError>(status("xet_grant", 403, 0));
    fails<HfHubHTTPError>(status("xet_grant", 401, 0));
    fails<BadRequestError>(status("xet_commit", 400, 0));
    fails<BadRequestError>(status("xet_upload_shard", 400, 0));
}

BOOST_AUTO_TEST_CASE(without_a_store_files_go_through_lfs_and_that_is_told_once) {
    falls_back(status("xet_write_token", 404));
    falls_back(status("xet_grant", 503));
    falls_back(status("xet_upload_shard", 503));
    falls_back(fault(FaultKind::reset, "xet_upload_shard"));
}

BOOST_AUTO_TEST_CASE(xet_is_left_alone_where_that_is_asked_for) {
    transfers.xet = false;
    use(transfers);
    upload("model.bin", noise(mib, 1));
    BOOST_TEST(requests("xet_write_token") == 0u);
    BOOST_TEST(lfs() == 1u);
}

BOOST_AUTO_TEST_CASE(what_was_stored_before_an_interruption_is_not_sent_again) {
    const std::string bytes = noise(10 * mib, 1);
    Fault late = status("xet_grant", 403, 0);
    late.skip = 6;
    break_down(late);
    BOOST_CHECK_THROW(upload("model.bin", bytes), HfHubHTTPError);
    const std::size_t stored = requests("xet_commit");
    BOOST_TEST(stored >= 3u);
    use(transfers);
    hub.set_scenario(Scenario());
    count_anew();
    upload("model.bin", bytes);
    BOOST_TEST(xorbs() <= 11u - stored);
    BOOST_TEST((content("julien/m", "model.bin") == bytes));
}

BOOST_AUTO_TEST_CASE(a_pull_request_is_written_before_it_is_there) {
    const std::string bytes = noise(mib, 1);
    CommitOptions options;
    options.create_pr = true;
    const CommitInfo info = run(api.upload_file(UploadContent::from_bytes(bytes), "model.bin", "julien/m", options));
    BOOST_TEST(lfs() == 0u);
    BOOST_TEST_REQUIRE(info.pr_revision.has_value());
    BOOST_TEST((content("julien/m", "model.bin", *info.pr_revision) == bytes));
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_after_it_was_hashed_is_noticed) {
    const auto path = folder.write("file", noise(3 * mib, 1));
    bool changed = false;
    after = [&](const RequestEvent& event) {
        const bool now = event.path.find("/xet-write-token/") != event.path.npos;
        if (now && !std::exchange(changed, true)) std::ofstream(path, std::ios::app) << "more";
    };
    const std::size_t before = history("julien/m");
    BOOST_CHECK_EXCEPTION(run(api.upload_file(path, "file", "julien/m")), IntegrityError,
                          [&](const auto& error) { return error.info().argument == path.string(); });
    after = nullptr;
    BOOST_TEST(changed);
    BOOST_TEST(history("julien/m") == before);
}

BOOST_AUTO_TEST_CASE(cancelled_in_the_middle) {
    const std::string bytes = noise(6 * mib, 1);
    Scenario slow;
    slow.latency = std::chrono::milliseconds(100);
    hub.set_scenario(slow);
    asio::cancellation_signal stop;
    asio::steady_timer timer(context, std::chrono::milliseconds(500));
    timer.async_wait([&](auto) { stop.emit(asio::cancellation_type::all); });
    auto future = asio::co_spawn(context, api.upload_file(UploadContent::from_bytes(bytes), "model.bin", "julien/m"),
                                 asio::bind_cancellation_slot(stop.slot(), asio::use_future));
    context.restart();
    context.run();
    BOOST_CHECK_EXCEPTION(future.get(), boost::system::system_error,
                          [](const auto& error) { return error.code() == asio::error::operation_aborted; });
    hub.set_scenario(Scenario());
    upload("model.bin", bytes);
    BOOST_TEST((content("julien/m", "model.bin") == bytes));
}

// What users of other clients reported, one case each.

// huggingface_hub#3829: a repository that was deleted and made again refused files that had been in the old one.
BOOST_AUTO_TEST_CASE(files_are_registered_with_a_repository_that_is_made_anew) {
    const std::string bytes = noise(2 * mib, 1);
    upload("model.bin", bytes);
    run(api.delete_repo("julien/m"));
    run(api.create_repo("julien/m"));
    count_anew();
    upload("model.bin", bytes);
    BOOST_TEST(xorbs() == 0u);
    BOOST_TEST(requests("xet_upload_shard") == 1u);
    BOOST_TEST((content("julien/m", "model.bin") == bytes));
}

// huggingface_hub#3228: each small file of a large folder became an upload of its own.
BOOST_AUTO_TEST_CASE(small_files_share_what_they_are_sent_in) {
    for (int i = 0; i < 60; ++i) folder.write(std::to_string(i) + ".bin", noise(12'000, 1000 + i));
    count_anew();
    run(api.upload_folder("julien/m", folder.path()));
    BOOST_TEST(xorbs() == 1u);
    BOOST_TEST(requests("xet_upload_shard") == 1u);
    BOOST_TEST(requests("xet_chunk") == 0u);
}

// huggingface_hub#4632: one upload that was given up took all others of the process with it.
BOOST_AUTO_TEST_CASE(an_upload_that_is_given_up_leaves_others_alone) {
    const std::string bytes = noise(4 * mib, 1);
    run(api.create_repo("julien/other"));
    Scenario slow;
    slow.latency = std::chrono::milliseconds(50);
    hub.set_scenario(slow);
    asio::cancellation_signal stop;
    asio::steady_timer timer(context, std::chrono::milliseconds(400));
    timer.async_wait([&](auto) { stop.emit(asio::cancellation_type::all); });
    const auto content_of = [&](unsigned n) { return UploadContent::from_bytes(n == 0 ? bytes : noise(4 * mib, 2)); };
    auto given_up = asio::co_spawn(context, api.upload_file(content_of(1), "model.bin", "julien/m"),
                                   asio::bind_cancellation_slot(stop.slot(), asio::use_future));
    auto other = asio::co_spawn(context, api.upload_file(content_of(0), "model.bin", "julien/other"), asio::use_future);
    context.restart();
    context.run();
    BOOST_CHECK_THROW(given_up.get(), boost::system::system_error);
    other.get();
    hub.set_scenario(Scenario());
    BOOST_TEST((content("julien/other", "model.bin") == bytes));
}

// xet-core#343, huggingface_hub#3090: a file of ones was sent as a whole, and so was one of twice as many.
BOOST_AUTO_TEST_CASE(what_repeats_itself_is_sent_once) {
    std::string ones;
    for (std::size_t i = 0; i < 8 * mib; i += 8) ones += std::string("\1\0\0\0\0\0\0\0", 8);
    ProgressSink first, second;
    upload("one.npy", ones, &first);
    BOOST_TEST(first.counters().bytes_received < mib);
    upload("one.npy", ones + ones, &second);
    BOOST_TEST(second.counters().bytes_received < mib / 4);
    BOOST_TEST((content("julien/m", "one.npy") == ones + ones));
}

BOOST_AUTO_TEST_CASE(on_several_threads_with_workers) {
    asio::thread_pool pool(4), workers(2);
    SessionConfig config;
    config.endpoint = endpoint;
    config.token = token;
    config.environment = &environment;
    HfApi parallel(Session(pool.get_executor(), config));
    transfers.worker = workers.get_executor();
    parallel.configure_transfers(transfers);
    std::vector<std::future<CommitInfo>> uploads;
    std::vector<std::string> contents;
    for (int i = 0; i < 4; ++i) {
        contents.push_back(noise(3 * mib, 50 + i) + noise(mib, 7));
        CommitOptions options;
        options.commit_message = "File";
        const std::string repo = "julien/m" + std::to_string(i);
        run(api.create_repo(repo));
        uploads.push_back(asio::co_spawn(
            pool, parallel.upload_file(UploadContent::from_bytes(contents.back()), "model.bin", repo, options),
            asio::use_future));
    }
    for (auto& upload : uploads) upload.get();
    for (int i = 0; i < 4; ++i)
        BOOST_TEST((content("julien/m" + std::to_string(i), "model.bin") == contents[static_cast<std::size_t>(i)]));
    BOOST_TEST(lfs() == 0u);
    parallel.session().close();
}

BOOST_AUTO_TEST_SUITE_END()

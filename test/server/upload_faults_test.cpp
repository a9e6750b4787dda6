#include "hub_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

using namespace hf;
using hf::test::noise;
namespace asio = boost::asio;

namespace {

LocalHubConfig small_limits(const test::TemporaryFolder& root) {
    LocalHubConfig config(root.path() / "hub");
    config.lfs_threshold = 10'000;
    config.multipart_threshold = 300'000;
    config.multipart_part_size = 100'000;
    return config;
}

/// Each test uploads the same three files through LFS while one step of the flow fails.
struct Fixture : private test::TemporaryFolder, public test::HubFixture {
    Fixture() : HubFixture(small_limits(*this)) {
        TransferConfig transfers;
        transfers.xet = false;
        api.configure_transfers(transfers);
        run(api.create_repo("julien/m"));
    }

    CommitInfo upload() {
        CommitOptions options;
        options.commit_message = "Upload three files";
        std::vector<CommitOperation> operations;
        operations.emplace_back(CommitOperationAdd("card.md", UploadContent::from_bytes("card")));
        operations.emplace_back(CommitOperationAdd("basic.bin", UploadContent::from_bytes(basic)));
        operations.emplace_back(CommitOperationAdd("parts.bin", UploadContent::from_bytes(parts)));
        return run(api.create_commit("julien/m", operations, options));
    }
    void survives(Fault fault) {
        break_down(std::move(fault));
        const CommitInfo info = upload();
        BOOST_TEST(hub.counters().faults_injected > 0u);
        hub.set_scenario(Scenario());
        BOOST_TEST(content("julien/m", "card.md") == "card");
        BOOST_TEST((content("julien/m", "basic.bin") == basic));
        BOOST_TEST((content("julien/m", "parts.bin") == parts));
        BOOST_TEST(history() == 2u);
        BOOST_TEST(info.oid.size() == 40u);
    }
    template <class E>
    void fails(Fault fault, unsigned status = 0) {
        break_down(std::move(fault));
        BOOST_CHECK_EXCEPTION(upload(), E, [&](const E& error) { return error.status() == status; });
        BOOST_TEST(hub.counters().faults_injected > 0u);
        hub.set_scenario(Scenario());
        BOOST_TEST(history() == 1u);
        BOOST_TEST(files("julien/m").size() == 1u);
    }
    std::size_t history() { return HubFixture::history("julien/m"); }

    static Fault status(std::string route, unsigned status, std::uint64_t times = 1) {
        Fault fault(FaultKind::status);
        fault.route = std::move(route);
        fault.status = status;
        fault.times = times;
        return fault;
    }
    static Fault kind(FaultKind kind, std::string route, std::uint64_t at_byte = 0) {
        Fault fault(kind);
        fault.route = std::move(route);
        fault.at_byte = at_byte;
        return fault;
    }

    std::string basic = noise(50'000, 1);
    std::string parts = noise(750'000, 2);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(upload_faults, Fixture)

BOOST_AUTO_TEST_CASE(preupload_fails_once) { survives(status("preupload", 500)); }
BOOST_AUTO_TEST_CASE(preupload_is_lost_once) { survives(kind(FaultKind::reset, "preupload")); }
BOOST_AUTO_TEST_CASE(preupload_is_refused) { fails<HfHubHTTPError>(status("preupload", 403, 0), 403); }

BOOST_AUTO_TEST_CASE(batch_fails_once) { survives(status("lfs_batch", 503)); }
BOOST_AUTO_TEST_CASE(batch_is_truncated_once) { survives(kind(FaultKind::truncate, "lfs_batch", 20)); }
BOOST_AUTO_TEST_CASE(batch_is_refused) { fails<HfHubHTTPError>(status("lfs_batch", 422), 422); }

BOOST_AUTO_TEST_CASE(put_is_reset_in_its_middle) { survives(kind(FaultKind::reset_upload, "lfs_upload", 30'000)); }
BOOST_AUTO_TEST_CASE(put_is_answered_with_a_reset) { survives(kind(FaultKind::reset, "lfs_upload")); }
BOOST_AUTO_TEST_CASE(put_fails_once) { survives(status("lfs_upload", 500)); }
BOOST_AUTO_TEST_CASE(put_is_forbidden) { fails<HfHubHTTPError>(status("lfs_upload", 403), 403); }
BOOST_AUTO_TEST_CASE(put_fails_for_ever) { fails<HfHubHTTPError>(status("lfs_upload", 503, 0), 503); }
BOOST_AUTO_TEST_CASE(put_link_expired) {
    Fault fault = status("lfs_upload", 403);
    fault.body = "AccessDenied: Request has expired";
    survives(fault);
    BOOST_TEST(requests("lfs_batch") == 2u);
}

BOOST_AUTO_TEST_CASE(part_is_reset_in_its_middle) {
    survives(kind(FaultKind::reset_upload, "lfs_upload_part", 60'000));
    BOOST_TEST(attempts("/lfs-part/") == 9u);  // eight parts, one of them twice
}
BOOST_AUTO_TEST_CASE(part_is_answered_with_a_reset) {
    Fault fault = kind(FaultKind::reset, "lfs_upload_part");
    fault.skip = 3;
    survives(fault);
}
BOOST_AUTO_TEST_CASE(parts_fail_now_and_then) { survives(status("lfs_upload_part", 503, 3)); }
BOOST_AUTO_TEST_CASE(part_link_expired) {
    Fault fault = status("lfs_upload_part", 403);
    fault.body = "AccessDenied: Request has expired";
    fault.skip = 4;
    survives(fault);
}
BOOST_AUTO_TEST_CASE(part_without_etag) {
    Fault fault = kind(FaultKind::headers, "lfs_upload_part");
    fault.fields = {{"ETag", ""}};
    fails<InvalidResponseError>(fault);
}

BOOST_AUTO_TEST_CASE(completion_fails_once) { survives(status("lfs_complete", 500)); }
BOOST_AUTO_TEST_CASE(completion_is_done_but_its_answer_lost) { survives(kind(FaultKind::reset, "lfs_complete")); }
BOOST_AUTO_TEST_CASE(completion_is_refused) { fails<BadRequestError>(status("lfs_complete", 400), 400); }

BOOST_AUTO_TEST_CASE(verification_fails_once) { survives(status("lfs_verify", 500)); }
BOOST_AUTO_TEST_CASE(verification_is_refused) { fails<HfHubHTTPError>(status("lfs_verify", 404), 404); }

BOOST_AUTO_TEST_CASE(commit_is_made_but_its_answer_lost) {
    survives(kind(FaultKind::reset, "commit"));
    BOOST_TEST(requests("commits") >= 1u);
}
BOOST_AUTO_TEST_CASE(commit_is_made_but_its_answer_truncated) { survives(kind(FaultKind::truncate, "commit", 10)); }
BOOST_AUTO_TEST_CASE(commit_times_out_at_the_edge) { fails<HfHubHTTPError>(status("commit", 504), 504); }
BOOST_AUTO_TEST_CASE(commit_fails) { fails<HfHubHTTPError>(status("commit", 500), 500); }
BOOST_AUTO_TEST_CASE(commit_conflicts) { fails<HfHubHTTPError>(status("commit", 412), 412); }
BOOST_AUTO_TEST_CASE(commit_is_too_large) { fails<HfHubHTTPError>(status("commit", 413), 413); }
BOOST_AUTO_TEST_CASE(commit_is_reset_in_its_middle) {
    fails<ConnectionError>(kind(FaultKind::reset_upload, "commit", 50));
    BOOST_TEST(attempts("/commit/") == 1u);
}

BOOST_AUTO_TEST_CASE(after_a_failure_only_the_rest_is_sent) {
    fails<HfHubHTTPError>(status("commit", 500), 500);
    count_anew();
    upload();
    BOOST_TEST(requests("lfs_upload") == 0u);
    BOOST_TEST(requests("lfs_upload_part") == 0u);
    BOOST_TEST(history() == 2u);
}

BOOST_AUTO_TEST_CASE(a_file_changes_between_hashing_and_sending) {
    test::TemporaryFolder folder;
    for (const bool is_lfs : {false, true}) {
        const auto path = folder.write("file", is_lfs ? basic : "regular");
        bool changed = false;
        after = [&](const RequestEvent& event) {
            const bool now = event.path.find(is_lfs ? "/objects/batch" : "/preupload/") != event.path.npos;
            if (now && !std::exchange(changed, true)) std::ofstream(path, std::ios::app) << "more";
        };
        BOOST_CHECK_EXCEPTION(run(api.upload_file(path, "file", "julien/m")), IntegrityError,
                              [&](const auto& error) { return error.info().argument == path.string(); });
        BOOST_TEST(changed);
        after = nullptr;
        BOOST_TEST(history() == 1u);
        run(api.upload_file(path, "file", "julien/m", {.revision = "main"}));
        BOOST_TEST(history() == 2u);
        run(api.super_squash_history("julien/m"));
    }
}

BOOST_AUTO_TEST_CASE(cancelled_in_the_middle) {
    Scenario slow;
    slow.latency = std::chrono::milliseconds(150);
    hub.set_scenario(slow);
    asio::cancellation_signal stop;
    asio::steady_timer timer(context, std::chrono::milliseconds(300));
    timer.async_wait([&](auto) { stop.emit(asio::cancellation_type::all); });
    CommitOptions options;
    options.commit_message = "Never";
    std::vector<CommitOperation> operations;
    operations.emplace_back(CommitOperationAdd("parts.bin", UploadContent::from_bytes(parts)));
    auto future = asio::co_spawn(context, api.create_commit("julien/m", operations, options),
                                 asio::bind_cancellation_slot(stop.slot(), asio::use_future));
    const auto start = std::chrono::steady_clock::now();
    context.restart();
    context.run();
    BOOST_CHECK_EXCEPTION(future.get(), boost::system::system_error,
                          [](const auto& error) { return error.code() == asio::error::operation_aborted; });
    BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(3)));
    hub.set_scenario(Scenario());
    BOOST_TEST(history() == 1u);
    upload();
    BOOST_TEST((content("julien/m", "parts.bin") == parts));
}

BOOST_AUTO_TEST_SUITE_END()

// What users of other clients complained about: limits, links, names, disks.
#include "download_fixture.hpp"
#include "engine/files/journal.hpp"
#include "process.hpp"

#include <hf/transfer/progress.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

using namespace hf;
using hf::test::files_below;
using hf::test::noise;
using hf::test::read_file;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

struct Fixture : public test::DownloadFixture {
    explicit Fixture(const std::function<void(LocalHubConfig&)>& adjust = [](LocalHubConfig&) {})
        : DownloadFixture(adjust) {
        files = {{"README.md", "# Title\n"}, {"large.bin", noise(3'000'000, 7)}, {"b/other.bin", noise(200'000, 8)}};
        commit = publish(files);
        files[".gitattributes"] = content("julien/m", ".gitattributes");
        count_anew();
    }
    static TransferConfig in_parts() {
        TransferConfig config;
        config.parts_above = 1'000'000;
        config.part_size = 500'000;
        config.keep_partials_above = 200'000;
        return config;
    }
    Fault says(const std::string& route, const json::value& body) {
        Fault fault(FaultKind::status);
        fault.route = route;
        fault.status = 200;
        fault.body = json::serialize(body);
        fault.fields = {{"Content-Type", "application/json"}};
        fault.times = 0;
        return fault;
    }

    Files files;
    std::string commit;
};

/// Links of the Hub's storage live for one second.
struct ShortLinks : public Fixture {
    // Links end with a full second: these are good for one to two.
    ShortLinks() : Fixture([](LocalHubConfig& config) { config.url_ttl = std::chrono::seconds(2); }) {}
};

/// What the journals in a folder of partial files vouch for.
std::uint64_t journalled(const fs::path& folder) {
    std::uint64_t out = 0;
    for (const std::string& name : files_below(folder)) {
        if (!name.ends_with(".journal")) continue;
        if (const auto journal = Journal::parse(read_file(folder / name))) out += journal->ranges.total();
    }
    return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pains, Fixture)

BOOST_AUTO_TEST_CASE(a_quota_slows_down_and_loses_nothing) {
    Files many;
    for (int i = 0; i < 120; ++i) many["f" + std::to_string(i)] = "content " + std::to_string(i);
    run(api.create_repo("julien/n"));
    publish(many, "julien/n");
    many[".gitattributes"] = content("julien/n", ".gitattributes");
    Scenario limited;
    limited.resolver_quota = Quota(60, std::chrono::seconds(1));
    hub.set_scenario(limited);
    count_anew();
    HfApi patient = client(context, nullptr, nullptr);
    BOOST_TEST(holds(run(patient.snapshot_download("julien/n")), many));
    BOOST_TEST(requests("resolve") >= 121u);
    BOOST_TEST(requests("resolve") <= 121u + 64u);  // at most what was on its way at the first refusal
    BOOST_TEST(requests("tree") == 1u);
    BOOST_TEST(requests("repo_info") == 1u);
}

BOOST_AUTO_TEST_CASE(a_rate_limit_leaves_the_cache_usable) {
    const std::string there = run(client().snapshot_download("julien/m"));
    Fault limit(FaultKind::status);
    limit.status = 429;
    limit.times = 0;
    break_down(limit);
    BOOST_TEST(run(client().snapshot_download("julien/m")) == there);
    BOOST_TEST(read_file(run(client().hf_hub_download("julien/m", "README.md"))) == files["README.md"]);
    BOOST_CHECK_THROW(run(client().hf_hub_download("julien/m", "never.txt")), LocalEntryNotFoundError);
    BOOST_CHECK_EXCEPTION(run(client().mirror("julien/m", (path() / "mirror").string())), HfHubHTTPError,
                          [](const auto& error) { return error.status() == 429; });
}

BOOST_AUTO_TEST_CASE(names_come_from_the_tree) {
    json::object truncated;
    truncated["sha"] = commit;
    truncated["siblings"] = json::array{json::object{{"rfilename", "README.md"}}};
    break_down(says("repo_info", truncated));
    BOOST_TEST(holds(run(client().snapshot_download("julien/m")), files));
}

BOOST_FIXTURE_TEST_CASE(links_expire_while_files_wait, ShortLinks) {
    Scenario slow;
    slow.total_bytes_per_second = 700'000;
    slow.cap_lfs_only = true;
    hub.set_scenario(slow);
    HfApi api = client();
    TransferConfig transfers = in_parts();
    transfers.max_streams = transfers.first_streams = 2;
    api.configure_transfers(transfers);
    SnapshotDownloadOptions options;
    options.max_workers = 1;
    BOOST_TEST(holds(run(api.snapshot_download("julien/m", options)), files));
    BOOST_TEST(requests("lfs_batch") >= 2u);
    BOOST_TEST(hub.counters().bytes_sent < 3'400'000u);
}

BOOST_AUTO_TEST_CASE(a_refused_link_is_signed_again_and_finished_parts_kept) {
    Fault expired(FaultKind::status);
    expired.route = "lfs_download";
    expired.status = 403;
    expired.body = "AccessDenied: Request has expired";
    expired.skip = 4;
    break_down(expired);
    HfApi api = client();
    api.configure_transfers(in_parts());
    BOOST_TEST(holds(run(api.snapshot_download("julien/m")), files));
    BOOST_TEST(requests("lfs_batch") == 2u);
    BOOST_TEST(hub.counters().bytes_sent < 3'300'000u);
}

BOOST_AUTO_TEST_CASE(cancelling_one_of_many) {
    Scenario slow;
    slow.connection_bytes_per_second = 300'000;
    hub.set_scenario(slow);
    HfApi api = client();
    api.configure_transfers(in_parts());
    asio::cancellation_signal stop;
    asio::steady_timer timer(context, std::chrono::milliseconds(400));
    std::chrono::steady_clock::time_point ended;
    timer.async_wait([&](auto) { stop.emit(asio::cancellation_type::all); });
    auto kept = asio::co_spawn(context, api.hf_hub_download("julien/m", "b/other.bin"), asio::use_future);
    std::exception_ptr outcome;
    asio::co_spawn(context, api.hf_hub_download("julien/m", "large.bin"),
                   asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr error, const std::string&) {
                       outcome = error;
                       ended = std::chrono::steady_clock::now();
                   }));
    const auto start = std::chrono::steady_clock::now();
    context.restart();
    context.run();
    BOOST_CHECK_EXCEPTION(outcome ? std::rethrow_exception(outcome) : void(), boost::system::system_error,
                          [](const auto& error) { return error.code() == asio::error::operation_aborted; });
    BOOST_TEST((ended - start < std::chrono::seconds(3)));
    BOOST_TEST((read_file(kept.get()) == files["b/other.bin"]));
    BOOST_TEST(files_below(repo_folder() / "blobs").size() == 1u);
    hub.set_scenario(Scenario());
    BOOST_TEST((read_file(run(api.hf_hub_download("julien/m", "large.bin"))) == files["large.bin"]));
}

BOOST_AUTO_TEST_CASE(fields_that_a_mirror_drops) {
    Fault bare(FaultKind::headers);
    bare.fields = {{"X-Repo-Commit", ""}, {"ETag", ""}, {"X-Linked-Etag", ""}, {"X-Linked-Size", ""}};
    bare.times = 0;
    break_down(bare);
    BOOST_TEST(holds(run(client().snapshot_download("julien/m")), files));
    BOOST_TEST(run(client().mirror("julien/m", (path() / "mirror").string())).fetched == files.size());
    BOOST_TEST(holds(path() / "mirror", files));
}

BOOST_AUTO_TEST_CASE(hostile_names_are_refused_before_anything_is_written) {
    for (const char* name : {"../evil", "a/../../evil", "/etc/evil", "C:\\evil", "C:evil", "\\\\host\\share\\evil",
                             "a/..\\..\\evil", "", ".", "a//b"}) {
        fs::remove_all(home);
        json::object good, bad, info;
        good["type"] = bad["type"] = "file";
        good["path"] = "README.md";
        bad["path"] = name;
        good["oid"] = bad["oid"] = git_blob_sha1_hex(files["README.md"]);
        good["size"] = bad["size"] = files["README.md"].size();
        info["sha"] = commit;
        info["siblings"] = json::array{json::object{{"rfilename", "README.md"}}, json::object{{"rfilename", name}}};
        break_down(says("tree", json::array{good, bad}));
        const auto before = files_below(path().parent_path() / path().filename());
        BOOST_CHECK_THROW(run(client().snapshot_download("julien/m")), UnsafePathError);
        BOOST_CHECK_THROW(run(client().mirror("julien/m", (path() / "mirror").string())), UnsafePathError);
        break_down(says("repo_info", info));
        SnapshotDownloadOptions options;
        options.plan = SnapshotPlan::reference;
        BOOST_CHECK_THROW(run(client().snapshot_download("julien/m", options)), UnsafePathError);
        BOOST_TEST(files_below(repo_folder() / "snapshots").empty(), name);
        BOOST_TEST(files_below(path() / "mirror").empty(), name);
        BOOST_CHECK_THROW(run(client().hf_hub_download("julien/m", name)), Error);
    }
    BOOST_TEST(!fs::exists(path() / "evil"));
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error_and_what_came_is_kept) {
    const auto work = [&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1'000'000, 1'000'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        asio::io_context own;
        HfApi api = client(own, nullptr);
        api.configure_transfers(in_parts());
        auto path = asio::co_spawn(own, api.snapshot_download("julien/m"), asio::use_future);
        own.run();
        try {
            path.get();
        } catch (const FileSystemError& error) {
            return error.message().find("large.bin") != std::string::npos ||
                           error.message().find(sha256_hex(files["large.bin"])) != std::string::npos
                       ? 0
                       : 2;
        }
        return 1;
    };
    test::Process full(work);
    BOOST_TEST(full.wait() == 0);
    BOOST_TEST(blobs_are_sound(repo_folder()));
    BOOST_TEST(holds(run(client().snapshot_download("julien/m")), files));
}

BOOST_AUTO_TEST_CASE(a_mirror_killed_half_way_fetches_little_again) {
    Files huge{{"huge.bin", noise(80'000'000, 9)}};
    run(api.create_repo("julien/n"));
    publish(huge, "julien/n");
    huge[".gitattributes"] = content("julien/n", ".gitattributes");
    Scenario slow;
    slow.total_bytes_per_second = 25'000'000;
    hub.set_scenario(slow);
    count_anew();
    const std::string target = (path() / "mirror").string();
    const auto work = [&] {
        asio::io_context own;
        HfApi api = client(own, nullptr);
        auto done = asio::co_spawn(own, api.mirror("julien/n", target), asio::use_future);
        own.run();
        done.get();
        return 0;
    };
    test::Process half(work);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (journalled(fs::path(target) / ".cache/huggingface/hfhub/partials") < 40'000'000 &&
           std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    half.kill();
    BOOST_TEST(half.wait() == -SIGKILL);
    BOOST_TEST(!fs::exists(fs::path(target) / "huge.bin"));
    hub.set_scenario(Scenario());
    ProgressSink progress;
    MirrorOptions options;
    options.progress = &progress;
    BOOST_TEST(run(client().mirror("julien/n", target, options)).fetched >= 1u);
    BOOST_TEST(holds(target, huge));
    BOOST_TEST(progress.counters().bytes_received <= 40'000'000u + (32u << 20));
}

BOOST_AUTO_TEST_SUITE_END()

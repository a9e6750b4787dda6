#include "hub_fixture.hpp"

#include <hf/core/hash.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

#include <map>

using namespace hf;
using hf::test::noise;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

using test::read_file;

LocalHubConfig two_tree_pages(const fs::path& root) {
    LocalHubConfig config(root / "hub");
    config.xet = false;  // these faults are of LFS
    config.lfs_threshold = 10'000;
    config.tree_page_size = 5;
    return config;
}

/// Each test fetches the same snapshot while one step of the flow fails; then again, without the fault.
struct Fixture : private test::TemporaryFolder, public test::HubFixture {
    Fixture() : HubFixture(two_tree_pages(path())) {
        run(api.create_repo("julien/m"));
        files = {{"a.json", "{\"a\": 1}"},
                 {"b.json", "{\"b\": 2}"},
                 {"c.txt", noise(9'000, 1)},
                 {"d/e.txt", "e"},
                 {"f.txt", "f"},
                 {"small.bin", noise(40'000, 2)},
                 {"large.bin", noise(3'000'000, 3)}};
        std::vector<CommitOperation> operations;
        for (const auto& [name, content] : files)
            operations.emplace_back(CommitOperationAdd(name, UploadContent::from_bytes(content)));
        CommitOptions options;
        options.commit_message = "Files";
        commit = run(api.create_commit("julien/m", std::move(operations), options)).oid;
        files[".gitattributes"] = content("julien/m", ".gitattributes");
    }

    fs::path home() const { return path() / ("home" + std::to_string(round)); }
    fs::path repo_folder() const { return home() / "hub/models--julien--m"; }
    fs::path snapshot_folder() const { return repo_folder() / "snapshots" / commit; }

    /// A client with nothing in memory, as in a new process; large.bin comes in six parts.
    HfApi client() {
        const std::string folder = home().string();
        const Environment variables(
            [&](const std::string& name) {
                return name == "HF_HOME" ? std::optional<std::string>(folder) : std::nullopt;
            },
            folder);
        SessionConfig config;
        config.endpoint = endpoint;
        config.token = token;
        config.environment = &variables;
        config.stall_timeout = std::chrono::milliseconds(700);
        config.response_timeout = std::chrono::milliseconds(5'000);
        Session session(context.get_executor(), config, nullptr, std::make_shared<test::HastyClock>());
        session.on_request([this](const RequestEvent& event) { events.add(event); });
        HfApi out(std::move(session));
        TransferConfig transfers;
        transfers.parts_above = 1u << 20;
        transfers.part_size = 512u << 10;
        transfers.keep_partials_above = 256u << 10;
        out.configure_transfers(transfers);
        return out;
    }
    void fetch() {
        HfApi fetcher = client();
        const std::string folder = run(fetcher.snapshot_download("julien/m"));
        BOOST_TEST(folder == snapshot_folder().string());
        fetcher.session().close();
    }

    /// What is in the cache is right, even if not all is there yet.
    void check_sound() const {
        if (!fs::exists(repo_folder())) return;
        if (fs::exists(repo_folder() / "blobs")) {
            for (const auto& entry : fs::directory_iterator(repo_folder() / "blobs")) {
                const std::string name = entry.path().filename().string();
                if (name.find('.') != name.npos) continue;  // partials
                const std::string content = read_file(entry.path());
                BOOST_TEST((name == (name.size() == 64 ? sha256_hex(content) : git_blob_sha1_hex(content))), name);
            }
        }
        for (const auto& [name, content] : files) {
            const fs::path file = snapshot_folder() / name;
            if (fs::is_symlink(file)) BOOST_TEST((read_file(file) == content), name);
        }
    }
    void check_complete() const {
        check_sound();
        for (const auto& [name, content] : files) BOOST_TEST((read_file(snapshot_folder() / name) == content), name);
        std::size_t others = 0;
        for (const auto& entry : fs::directory_iterator(repo_folder() / "blobs"))
            others += entry.path().filename().string().find('.') != std::string::npos;
        BOOST_TEST(others == 0u);  // no partials, no journals
        std::size_t links = 0;
        for (const auto& entry : fs::recursive_directory_iterator(snapshot_folder())) links += entry.is_symlink();
        BOOST_TEST(links == files.size());
    }

    void survives(Fault fault) {
        ++round;
        break_down(std::move(fault));
        fetch();
        BOOST_TEST(hub.counters().faults_injected > 0u);
        hub.set_scenario(Scenario());
        check_complete();
    }
    template <class E>
    void fails(Fault fault) {
        ++round;
        break_down(std::move(fault));
        BOOST_CHECK_THROW(fetch(), E);
        BOOST_TEST(hub.counters().faults_injected > 0u);
        check_sound();
        hub.set_scenario(Scenario());
        count_anew();
        fetch();
        check_complete();
    }

    /// What every step recovers from when it happens once.
    void survives_once(const std::string& route, std::uint64_t skip = 0, std::uint64_t at_byte = 5) {
        for (Fault fault : {kind(FaultKind::reset, route), kind(FaultKind::reset, route, at_byte),
                            kind(FaultKind::truncate, route, at_byte), stall(route, at_byte), status(route, 500),
                            status(route, 502), status(route, 503), status(route, 504), too_many(route)}) {
            BOOST_TEST_CONTEXT(route << ", kind " << static_cast<int>(fault.kind) << ", status " << fault.status) {
                fault.skip = skip;
                survives(std::move(fault));
            }
        }
    }

    static Fault status(std::string route, unsigned status, std::uint64_t times = 1) {
        Fault fault(FaultKind::status);
        fault.route = std::move(route);
        fault.status = status;
        fault.times = times;
        return fault;
    }
    static Fault kind(FaultKind kind, std::string route, std::uint64_t at_byte = 0, std::uint64_t times = 1) {
        Fault fault(kind);
        fault.route = std::move(route);
        fault.at_byte = at_byte;
        fault.times = times;
        return fault;
    }
    static Fault stall(std::string route, std::uint64_t at_byte, std::uint64_t times = 1) {
        Fault fault = kind(FaultKind::stall, std::move(route), at_byte, times);
        fault.delay = std::chrono::seconds(60);
        return fault;
    }
    static Fault too_many(std::string route) {
        Fault fault = status(std::move(route), 429);
        fault.fields = {{"Retry-After", "1"}};
        return fault;
    }
    /// Hits the content of large.bin only.
    Fault of_large(Fault fault, std::uint64_t skip = 0) const {
        fault.path_contains = sha256_hex(files.at("large.bin"));
        fault.skip = skip;
        return fault;
    }

    std::map<std::string, std::string> files;
    std::string commit;
    int round = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(download_faults, Fixture)

BOOST_AUTO_TEST_CASE(info_fails_once) { survives_once("repo_info"); }
BOOST_AUTO_TEST_CASE(info_fails_for_ever) {
    fails<LocalEntryNotFoundError>(status("repo_info", 503, 0));
    fails<LocalEntryNotFoundError>(kind(FaultKind::reset, "repo_info", 0, 0));
    fails<LocalEntryNotFoundError>(status("repo_info", 429, 0));
    fails<Error>(kind(FaultKind::corrupt, "repo_info", 0, 0));
}

BOOST_AUTO_TEST_CASE(first_tree_page_fails_once) { survives_once("tree"); }
BOOST_AUTO_TEST_CASE(second_tree_page_fails_once) { survives_once("tree", 1); }
BOOST_AUTO_TEST_CASE(a_tree_page_fails_for_ever) {
    for (const std::uint64_t page : {0u, 1u}) {
        for (Fault fault : {status("tree", 504, 0), kind(FaultKind::reset, "tree", 5, 0)}) {
            fault.skip = page;
            fails<LocalEntryNotFoundError>(std::move(fault));
        }
    }
}

BOOST_AUTO_TEST_CASE(batch_fails_once) { survives_once("lfs_batch"); }
BOOST_AUTO_TEST_CASE(batch_is_refused_and_the_resolve_url_redirects) {
    survives(status("lfs_batch", 404, 0));
    survives(status("lfs_batch", 503, 0));
    survives(kind(FaultKind::corrupt, "lfs_batch", 0, 0));
}
BOOST_AUTO_TEST_CASE(batch_is_never_answered) { fails<ConnectionError>(kind(FaultKind::reset, "lfs_batch", 0, 0)); }

BOOST_AUTO_TEST_CASE(resolve_fails_once) { survives_once("resolve", 0, 0); }
BOOST_AUTO_TEST_CASE(resolve_is_corrupt_once) { survives(kind(FaultKind::corrupt, "resolve")); }
BOOST_AUTO_TEST_CASE(resolve_is_corrupt_for_ever) { fails<IntegrityError>(kind(FaultKind::corrupt, "resolve", 0, 0)); }
BOOST_AUTO_TEST_CASE(resolve_fails_for_ever) {
    fails<HfHubHTTPError>(status("resolve", 503, 0));
    fails<HfHubHTTPError>(status("resolve", 429, 0));
    fails<ConnectionError>(kind(FaultKind::reset, "resolve", 0, 0));
    Fault gone = status("resolve", 404, 0);
    gone.fields = {{"X-Error-Code", "EntryNotFound"}};
    fails<EntryNotFoundError>(gone);
}

BOOST_AUTO_TEST_CASE(small_content_fails_once) { survives_once("lfs_download", 0, 20'000); }
BOOST_AUTO_TEST_CASE(any_part_fails_once) {
    for (const std::uint64_t part : {0u, 2u, 5u}) {
        survives(of_large(kind(FaultKind::reset, "lfs_download", 100'000), part));
        survives(of_large(kind(FaultKind::truncate, "lfs_download", 100'000), part));
        survives(of_large(stall("lfs_download", 100'000), part));
        survives(of_large(kind(FaultKind::corrupt, "lfs_download", 77), part));
        survives(of_large(status("lfs_download", 503), part));
    }
}
BOOST_AUTO_TEST_CASE(every_answer_breaks_off_but_brings_something) {
    survives(of_large(kind(FaultKind::reset, "lfs_download", 150'000, 0)));
    BOOST_TEST(requests("lfs_download") >= 20u);
    BOOST_TEST(requests("lfs_download") <= 40u);
    survives(of_large(kind(FaultKind::truncate, "lfs_download", 150'000, 0)));
}
BOOST_AUTO_TEST_CASE(a_part_is_corrupt_for_ever) {
    fails<IntegrityError>(of_large(kind(FaultKind::corrupt, "lfs_download", 77, 0)));
}
BOOST_AUTO_TEST_CASE(an_expired_link_is_signed_again_and_what_came_is_kept) {
    Fault expired = of_large(status("lfs_download", 403), 3);
    expired.body = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    survives(expired);
    BOOST_TEST(requests("lfs_batch") == 2u);
    const auto sent = hub.counters().bytes_sent;
    BOOST_TEST(sent < 3'300'000u);
}
BOOST_AUTO_TEST_CASE(a_forbidden_part_ends_the_call) {
    fails<HfHubHTTPError>(of_large(status("lfs_download", 403, 0)));
}
BOOST_AUTO_TEST_CASE(the_next_run_resumes) {
    for (const std::uint64_t parts : {1u, 3u, 5u}) {
        fails<ConnectionError>(of_large(kind(FaultKind::reset, "lfs_download", 0, 0), parts));
        // fails() has fetched the rest without the fault: the parts that had come are not among it.
        const auto sent = hub.counters().bytes_sent;
        BOOST_TEST(sent < 3'080'000u - parts * 200'000u);
    }
}
BOOST_AUTO_TEST_CASE(ranges_are_ignored) {
    Fault whole = of_large(kind(FaultKind::headers, "lfs_download", 0, 0));
    whole.fields = {{"Content-Range", ""}};
    survives(whole);
    // 416 to a range within the file: the server takes no ranges of it, and all of it is asked for.
    survives(of_large(status("lfs_download", 416)));
}
BOOST_AUTO_TEST_CASE(a_wrong_range_is_refused) {
    Fault wrong = of_large(kind(FaultKind::headers, "lfs_download"), 1);
    wrong.fields = {{"Content-Range", "bytes 7-524294/3000000"}};
    survives(wrong);
}

BOOST_AUTO_TEST_CASE(a_link_cannot_be_put_into_place) {
    ++round;
    const fs::path blocker = snapshot_folder() / "small.bin" / "in_the_way";
    fs::create_directories(blocker);
    BOOST_CHECK_THROW(fetch(), FileSystemError);
    check_sound();
    fs::remove_all(blocker.parent_path());
    count_anew();
    fetch();
    check_complete();
}

BOOST_AUTO_TEST_CASE(a_complete_snapshot_survives_every_failure_of_metadata) {
    fetch();
    for (Fault fault : {status("", 503, 0), status("", 429, 0), kind(FaultKind::reset, "", 0, 0)}) {
        break_down(fault);
        fetch();
        BOOST_TEST(hub.counters().faults_injected > 0u);
        check_complete();
    }
    hub.stop();
    fetch();
    check_complete();
}

BOOST_AUTO_TEST_CASE(cancelled_in_the_middle_and_continued) {
    ++round;
    Scenario slow;
    slow.total_bytes_per_second = 1'500'000;
    slow.cap_lfs_only = true;
    hub.set_scenario(slow);
    HfApi fetcher = client();
    ProgressSink progress;
    asio::cancellation_signal stop;
    std::chrono::steady_clock::time_point stopped;
    const auto stop_in_the_middle = [&]() -> asio::awaitable<void> {
        asio::steady_timer timer(context);
        while (progress.counters().bytes_received < 1'500'000) {
            timer.expires_after(std::chrono::milliseconds(5));
            co_await timer.async_wait(asio::use_awaitable);
        }
        stopped = std::chrono::steady_clock::now();
        stop.emit(asio::cancellation_type::all);
    };
    SnapshotDownloadOptions options;
    options.progress = &progress;
    auto future = asio::co_spawn(context, fetcher.snapshot_download("julien/m", options),
                                 asio::bind_cancellation_slot(stop.slot(), asio::use_future));
    auto stopper = asio::co_spawn(context, stop_in_the_middle, asio::use_future);
    context.restart();
    context.run();
    stopper.get();
    BOOST_CHECK_EXCEPTION(future.get(), boost::system::system_error,
                          [](const auto& error) { return error.code() == asio::error::operation_aborted; });
    BOOST_TEST((std::chrono::steady_clock::now() - stopped < std::chrono::seconds(1)));
    check_sound();
    hub.set_scenario(Scenario());
    ProgressSink rest;
    options.progress = &rest;
    HfApi second = client();
    run(second.snapshot_download("julien/m", options));
    check_complete();
    BOOST_TEST(rest.counters().bytes_received < 1'700'000u);
}

BOOST_AUTO_TEST_SUITE_END()

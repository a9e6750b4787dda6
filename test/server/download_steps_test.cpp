#include "download_fixture.hpp"

#include <hf/transfer/progress.hpp>

#include <boost/test/unit_test.hpp>

#include <set>

using namespace hf;
using hf::test::files_below;
using hf::test::noise;
using hf::test::read_file;
namespace fs = std::filesystem;

namespace {

/// Each test downloads the same files while one step of the flow fails for good, and counts what the next run fetches.
struct Fixture : public test::DownloadFixture {
    Fixture() : DownloadFixture([](LocalHubConfig& config) { config.tree_page_size = 4; }) {
        files = {{"a.txt", "a"}, {"b.txt", "bb"}, {"c.bin", noise(300'000, 1)}, {"d.bin", large}, {"e/f.txt", "f"}};
        publish(files);
        files[".gitattributes"] = content("julien/m", ".gitattributes");
        count_anew();
    }
    HfApi impatient() {
        HfApi out = client([](SessionConfig& config) {
            config.stall_timeout = std::chrono::milliseconds(700);
            config.response_timeout = std::chrono::seconds(5);
        });
        TransferConfig transfers;
        transfers.parts_above = 1'000'000;
        transfers.part_size = 500'000;
        transfers.keep_partials_above = 200'000;
        out.configure_transfers(transfers);
        return out;
    }
    std::string snapshot() {
        HfApi api = impatient();
        SnapshotDownloadOptions options;
        options.progress = &progress;
        return run(api.snapshot_download("julien/m", options));
    }
    /// Nothing but what is complete can be seen.
    void nothing_half_done() {
        BOOST_TEST(blobs_are_sound(repo_folder()));
        for (const fs::path commit : files_below(repo_folder() / "snapshots")) {
            const std::string name = fs::path(commit).lexically_relative(*commit.begin()).generic_string();
            BOOST_TEST((read_file(repo_folder() / "snapshots" / commit) == files[name]), name);
        }
    }
    template <class E>
    void fails(Fault fault, unsigned status = 0) {
        break_down(std::move(fault));
        BOOST_CHECK_EXCEPTION(snapshot(), E, [&](const E& error) { return error.status() == status; });
        BOOST_TEST(hub.counters().faults_injected >= 1u);
        hub.set_scenario(Scenario());
        nothing_half_done();
    }
    /// The run after a failure: whatever was complete is not fetched again.
    void goes_on() {
        const auto done = files_below(repo_folder() / "blobs").size();
        count_anew();
        BOOST_TEST(holds(snapshot(), files));
        std::set<std::string> contents;
        for (const auto& event : events.all()) {
            if (event.path.find("/resolve/") != event.path.npos || event.path.starts_with("/lfs/"))
                contents.insert(event.path);
        }
        BOOST_TEST(contents.size() == files.size() - done);
    }
    static Fault answered(unsigned status, std::string route = {}, std::uint64_t times = 1) {
        Fault fault(FaultKind::status);
        fault.route = std::move(route);
        fault.status = status;
        fault.times = times;
        return fault;
    }
    static Fault kind(FaultKind kind, std::uint64_t at_byte = 0, std::string route = {}, std::uint64_t times = 1) {
        Fault fault(kind);
        fault.route = std::move(route);
        fault.at_byte = at_byte;
        fault.times = times;
        fault.delay = std::chrono::seconds(3);
        return fault;
    }

    std::string large = noise(3'000'000, 2);
    Files files;
    ProgressSink progress;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(download_steps, Fixture)

BOOST_AUTO_TEST_CASE(unreadable_lists) {
    fails<InvalidResponseError>(kind(FaultKind::corrupt, 0, "repo_info"));
    fails<InvalidResponseError>(kind(FaultKind::corrupt, 0, "tree"));
    Fault second = kind(FaultKind::corrupt, 0, "tree");
    second.skip = 1;
    fails<InvalidResponseError>(second);
    BOOST_TEST(files_below(repo_folder() / "snapshots").empty());
    goes_on();
}
BOOST_AUTO_TEST_CASE(contents_are_refused) {
    for (const char* route : {"resolve", "lfs_download"}) {
        fs::remove_all(home);
        fails<HfHubHTTPError>(answered(403, route, 0), 403);
        goes_on();
        fs::remove_all(home);
        fails<HfHubHTTPError>(answered(503, route, 0), 503);
        goes_on();
    }
}
BOOST_AUTO_TEST_CASE(lists_are_refused) {
    for (const char* route : {"repo_info", "tree"}) {
        for (const unsigned status : {403u, 429u, 503u}) {
            fails<LocalEntryNotFoundError>(answered(status, route, 0), status);
            BOOST_TEST(!fs::exists(repo_folder() / "snapshots"));
        }
    }
    const std::string there = snapshot();
    publish({{"a.txt", "changed"}});
    break_down(answered(503, "tree", 0));
    BOOST_TEST(snapshot() == there);
    break_down(answered(429, "repo_info", 0));
    BOOST_TEST(snapshot() == there);
}

BOOST_AUTO_TEST_CASE(a_mirror_breaks_off_and_goes_on) {
    const fs::path folder = path() / "mirror";
    const auto mirror = [&] {
        HfApi api = impatient();
        MirrorOptions options;
        options.max_workers = 1;
        return run(api.mirror("julien/m", folder.string(), options));
    };
    for (const char* route : {"resolve", "lfs_download"}) {
        fs::remove_all(folder);
        Fault fault = answered(403, route, 0);
        fault.path_contains = std::string_view(route) == "resolve" ? "e/f.txt" : sha256_hex(files["c.bin"]);
        break_down(fault);
        BOOST_CHECK_THROW(mirror(), HfHubHTTPError);
        hub.set_scenario(Scenario());
        std::size_t done = 0;
        for (const auto& [name, content] : files) {
            if (!fs::exists(folder / name)) continue;
            BOOST_TEST((read_file(folder / name) == content), name);
            ++done;
        }
        BOOST_TEST(done >= 1u);
        BOOST_TEST(mirror().fetched == files.size() - done);
        BOOST_TEST(holds(folder, files));
    }
}

BOOST_AUTO_TEST_CASE(a_single_file_survives_what_a_snapshot_does) {
    for (const char* route : {"resolve", "lfs_download"}) {
        for (const Fault& fault : {kind(FaultKind::reset), kind(FaultKind::truncate, 100), answered(503),
                                   kind(FaultKind::stall, 10), answered(429)}) {
            Fault here = fault;
            here.route = route;
            for (const char* name : {"c.bin", "d.bin", "b.txt"}) {
                fs::remove_all(home);
                break_down(here);
                HfApi api = impatient();
                BOOST_TEST((read_file(run(api.hf_hub_download("julien/m", name))) == files[name]), route << name);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

// What users of other clients complained about: broken transfers.
#include "download_fixture.hpp"

#include <hf/transfer/progress.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
using hf::test::files_below;
using hf::test::noise;
using hf::test::read_file;
namespace fs = std::filesystem;

namespace {

struct Fixture : public test::DownloadFixture {
    Fixture() {
        std::ranges::replace(large, '\0', 'x');  // bodies of faults are texts
        commit = publish({{"large.bin", large}, {"merges.txt", "small"}});
        count_anew();
    }
    static TransferConfig in_parts() {
        TransferConfig config;
        config.parts_above = 1'000'000;
        config.part_size = 500'000;
        config.keep_partials_above = 200'000;
        return config;
    }
    HfApi downloader(TransferConfig transfers) {
        HfApi out = client([](SessionConfig& config) { config.stall_timeout = std::chrono::milliseconds(700); });
        out.configure_transfers(transfers);
        return out;
    }
    std::string fetch(HfApi api, HfHubDownloadOptions options = {}) {
        return read_file(run(api.hf_hub_download("julien/m", "large.bin", options)));
    }
    fs::path blob() const { return repo_folder() / "blobs" / sha256_hex(large); }
    static Fault content_fault(FaultKind kind, std::uint64_t at_byte = 0, std::uint64_t times = 1) {
        Fault fault(kind);
        fault.route = "lfs_download";
        fault.at_byte = at_byte;
        fault.times = times;
        fault.delay = std::chrono::seconds(3);
        return fault;
    }

    std::string large = noise(3'000'000, 7);
    std::string commit;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pains, Fixture)

BOOST_AUTO_TEST_CASE(a_flaky_link_finishes_without_starting_over) {
    break_down(content_fault(FaultKind::reset, 200'000, 0));
    TransferConfig one_stream;
    one_stream.keep_partials_above = 200'000;
    ProgressSink progress;
    HfHubDownloadOptions options;
    options.progress = &progress;
    BOOST_TEST((fetch(downloader(one_stream), options) == large));
    BOOST_TEST(counters().faults_injected >= 10u);
    BOOST_TEST(progress.counters().bytes_received == large.size());
    BOOST_TEST(progress.counters().retries >= 10u);
}

BOOST_AUTO_TEST_CASE(a_place_where_locks_are_impossible) {
    fs::create_directories(cache());
    std::ofstream(cache() / ".locks") << "no folder";
    BOOST_TEST((fetch(downloader(in_parts())) == large));
}

BOOST_AUTO_TEST_CASE(content_of_the_right_size_and_the_wrong_hash) {
    break_down(content_fault(FaultKind::corrupt, 1000, 0));
    BOOST_CHECK_THROW(fetch(downloader(in_parts())), IntegrityError);
    BOOST_TEST(!fs::exists(blob()));
    BOOST_TEST(!fs::exists(repo_folder() / "snapshots" / commit / "large.bin"));
    hub.set_scenario(Scenario());
    BOOST_TEST((fetch(downloader(in_parts())) == large));
}

BOOST_AUTO_TEST_CASE(the_page_of_a_proxy_is_no_content) {
    const std::string page = "<html>" + std::string(623, 'x') + "</html>";
    for (const char* route : {"lfs_download", "resolve", "repo_info", "tree", "lfs_batch"}) {
        fs::remove_all(home);
        Fault fault(FaultKind::status);
        fault.route = route;
        fault.status = 200;
        fault.body = page;
        fault.times = 0;
        fault.fields = {{"Content-Type", "text/html"}};
        break_down(fault);
        const bool avoidable = std::string_view(route) == "lfs_batch";  // links come from redirects as well
        HfApi api = downloader(in_parts());
        if (avoidable)
            BOOST_TEST(holds(run(api.snapshot_download("julien/m", {.ignore_patterns = {".git*"}})),
                             {{"large.bin", large}, {"merges.txt", "small"}}));
        else
            BOOST_CHECK_THROW(run(api.snapshot_download("julien/m")), Error);
        BOOST_TEST(blobs_are_sound(repo_folder()), route);
        BOOST_CHECK(avoidable || std::string_view(route) == "resolve" || !fs::exists(blob()));
    }
}

BOOST_AUTO_TEST_CASE(a_page_does_not_spoil_what_was_received) {
    Fault broken = content_fault(FaultKind::reset, 0, 0);
    broken.skip = 3;
    break_down(broken);
    BOOST_CHECK_THROW(fetch(downloader(in_parts())), ConnectionError);
    Fault page(FaultKind::status);
    page.route = "lfs_download";
    page.status = 200;
    page.body = "<html>Sign in to the network</html>";
    page.times = 0;
    break_down(page);
    BOOST_CHECK_THROW(fetch(downloader(in_parts())), Error);
    hub.set_scenario(Scenario());
    count_anew();
    BOOST_TEST((fetch(downloader(in_parts())) == large));
    BOOST_TEST(counters().bytes_sent < large.size() - 1'000'000);
}

BOOST_AUTO_TEST_CASE(range_ignored_or_refused_when_resuming) {
    for (const unsigned status : {200u, 416u}) {
        fs::remove_all(home);
        Fault broken = content_fault(FaultKind::reset, 0, 0);
        broken.skip = 3;
        break_down(broken);
        BOOST_CHECK_THROW(fetch(downloader(in_parts())), ConnectionError);
        Fault odd(FaultKind::status);
        odd.route = "lfs_download";
        odd.status = status;
        odd.body = status == 200 ? large : "";
        break_down(odd);
        BOOST_TEST((fetch(downloader(in_parts())) == large));
    }
}

BOOST_AUTO_TEST_CASE(a_complete_partial_is_verified_and_not_requested) {
    for (const bool sound : {true, false}) {
        fs::remove_all(home);
        fs::create_directories(repo_folder() / "blobs");
        std::string left = large;
        if (!sound) left[5] = static_cast<char>(~left[5]);
        std::ofstream(blob().string() + ".incomplete", std::ios::binary) << left;
        count_anew();
        HfHubDownloadOptions options;
        options.resume_download = true;
        BOOST_TEST((fetch(downloader(in_parts()), options) == large));
        BOOST_TEST((requests("lfs_download") == 0u) == sound);
        BOOST_TEST(!fs::exists(blob().string() + ".incomplete"));
    }
}

BOOST_AUTO_TEST_CASE(sizes_come_from_the_content_not_from_redirects) {
    const std::string url = hub.endpoint() + "/julien/m/resolve/main/large.bin";
    BOOST_TEST((run(client().get_hf_file_metadata(url)).size == large.size()));
    for (const char* value : {"", "0", "nonsense"}) {
        fs::remove_all(home);
        Fault fault(FaultKind::headers);
        fault.route = "resolve";
        fault.fields = {{"X-Linked-Size", value}};
        fault.times = 0;
        break_down(fault);
        HfApi api = downloader(in_parts());
        BOOST_TEST((read_file(run(api.snapshot_download("julien/m")) + "/large.bin") == large));
        fs::remove_all(home);
        if (std::string_view(value) != "0") BOOST_TEST((fetch(api) == large), value);
        if (std::string_view(value) == "0") BOOST_CHECK_THROW(fetch(api), IntegrityError);
    }
}

BOOST_AUTO_TEST_CASE(a_stall_at_the_end_costs_only_the_rest) {
    for (const bool parts : {true, false}) {
        fs::remove_all(home);
        TransferConfig transfers = in_parts();
        if (!parts) transfers.parts_above = 100'000'000;
        break_down(content_fault(FaultKind::stall, parts ? 499'990 : large.size() - 10));
        const auto start = std::chrono::steady_clock::now();
        BOOST_TEST((fetch(downloader(transfers)) == large));
        BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(8)));
        BOOST_TEST(counters().faults_injected >= 1u);
        BOOST_TEST(hub.counters().bytes_sent < large.size() + 10'000);
    }
}

BOOST_AUTO_TEST_SUITE_END()

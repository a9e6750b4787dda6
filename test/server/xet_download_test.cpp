// Downloads from Xet storage, each of their steps failing in turn.
#include "xet_fixture.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

namespace hf::test {
namespace {

/// Words that repeat themselves: chunks compress, and some are the same.
std::string words(std::size_t size) {
    std::string out;
    for (unsigned i = 0; out.size() < size; ++i) out += "tensor " + std::to_string(i % 5000) + " of the model\n";
    out.resize(size);
    return out;
}

/// Some bytes are others, some are more, some are missing, and what follows them has moved.
std::string new_version_of(std::string bytes) {
    bytes[mib] = static_cast<char>(bytes[mib] + 1);
    bytes.insert(2 * mib, "a few bytes more");
    bytes.erase(3 * mib, 100);
    return bytes + "and an end";
}

}  // namespace
}  // namespace hf::test

using namespace hf;
using namespace hf::test;

BOOST_FIXTURE_TEST_SUITE(xet_download, XetFixture)

BOOST_AUTO_TEST_CASE(large_files_are_put_together_from_their_chunks) {
    const std::string repeated = noise(2 * mib, 3);
    const Files files = {{"exact.bin", noise(mib, 1)},    {"large.bin", noise(5 * mib + 17, 2)},
                         {"small.bin", noise(20'000, 4)}, {"twice.bin", repeated + repeated + "end"},
                         {"words.txt", words(3 * mib)},   {"zeros.bin", std::string(4 * mib, '\0')}};
    publish_in_xet(files);
    const std::string folder = run(client().snapshot_download("julien/m"));
    for (const auto& [name, content] : files) BOOST_TEST((read_file(folder + "/" + name) == content), name);
    BOOST_TEST(blobs_are_sound(repo_folder()));
    BOOST_TEST(requests("xet_read_token") == 1u);
    BOOST_TEST(requests("xet_reconstruction") == 5u);
    BOOST_TEST(from_lfs() == 1u);  // the small one
}

BOOST_AUTO_TEST_CASE(a_single_file_is_found_by_its_headers) {
    const std::string content = noise(2 * mib, 1);
    publish_in_xet({{"model.bin", content}});
    const std::string path = run(client().hf_hub_download("julien/m", "model.bin"));
    BOOST_TEST((read_file(path) == content));
    BOOST_TEST(requests("xet_reconstruction") == 1u);
    BOOST_TEST(from_lfs() == 0u);
}

BOOST_AUTO_TEST_CASE(a_range_is_fetched_once_however_often_the_file_has_it) {
    const std::string part = noise(3 * mib, 5);
    publish_in_xet({{"model.bin", part + part + part}});
    ProgressSink progress;
    const std::string content = mirror(client(), &progress);
    BOOST_TEST((content == part + part + part));
    const ProgressCounters seen = progress.counters();
    BOOST_TEST(seen.bytes_total >= 9 * mib);
    BOOST_TEST(seen.bytes_done == seen.bytes_total);
    BOOST_TEST(seen.bytes_received < 5 * mib);
}

BOOST_AUTO_TEST_CASE(xet_is_left_alone_where_that_is_asked_for) {
    publish_in_xet({{"model.bin", noise(2 * mib, 1)}});
    mirror(with([](TransferConfig& config) { config.xet = false; }));
    BOOST_TEST(requests("xet_read_token") == 0u);
    BOOST_TEST(from_lfs() == 1u);
}

BOOST_AUTO_TEST_CASE(what_fails_once_is_asked_for_again) {
    const std::string content = noise(2 * mib, 1);
    publish_in_xet({{"model.bin", content}});
    const auto survives = [&](Fault fault) {
        std::filesystem::remove_all(path() / "mirror");
        const auto before = hub.counters().faults_injected;
        break_down(std::move(fault));
        const std::string got = mirror(client());
        BOOST_TEST(hub.counters().faults_injected == before + 1);
        BOOST_TEST(from_lfs() == 0u);
        return got == content;
    };
    Fault expired = fault(FaultKind::status, "xet_content");
    expired.status = 403;
    BOOST_TEST(survives(expired));
    Fault refused = fault(FaultKind::status, "xet_reconstruction");
    refused.status = 401;
    BOOST_TEST(survives(refused));
    BOOST_TEST(requests("xet_read_token") == 2u);
    for (const std::string route : {"xet_read_token", "xet_reconstruction", "xet_content"}) {
        BOOST_TEST_CONTEXT(route) {
            BOOST_TEST(survives(fault(FaultKind::status, route)));
            BOOST_TEST(survives(fault(FaultKind::reset, route)));
        }
    }
    for (const FaultKind kind : {FaultKind::truncate, FaultKind::reset, FaultKind::corrupt}) {
        Fault cut = fault(kind, "xet_content");
        cut.at_byte = 700'000;
        BOOST_TEST(survives(cut));
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_always_wrong_are_an_error_and_leave_nothing) {
    publish_in_xet({{"model.bin", noise(2 * mib, 1)}});
    Fault wrong = fault(FaultKind::corrupt, "xet_content");
    wrong.at_byte = 500'000;
    wrong.times = 0;
    break_down(wrong);
    BOOST_CHECK_THROW(mirror(client()), IntegrityError);
    BOOST_TEST(!std::filesystem::exists(path() / "mirror/model.bin"));
    BOOST_TEST(from_lfs() == 0u);
    BOOST_TEST(from_store() <= 8u);
}

BOOST_AUTO_TEST_CASE(a_store_that_refuses_every_url_it_signs_is_given_up) {
    publish_in_xet({{"model.bin", noise(2 * mib, 1)}});
    Fault expired = fault(FaultKind::status, "xet_content");
    expired.status = 403;
    expired.times = 0;
    break_down(expired);
    BOOST_CHECK_THROW(mirror(client()), HfHubHTTPError);
    BOOST_TEST(from_store() <= 8u);
    BOOST_TEST(from_lfs() == 0u);
}

BOOST_AUTO_TEST_CASE(without_a_store_files_come_through_lfs_and_that_is_told_once) {
    const std::string content = noise(2 * mib, 1);
    publish_in_xet({{"model.bin", content}, {"other.bin", noise(2 * mib, 2)}});
    const auto falls_back = [&](Fault fault) {
        std::filesystem::remove_all(path() / "mirror");
        fault.times = 0;
        break_down(std::move(fault));
        HfApi api = client();
        std::vector<std::string> warnings;
        api.session().on_warning([&](std::string_view text) { warnings.emplace_back(text); });
        const std::string got = mirror(api);
        BOOST_TEST(warnings.size() == 1u);
        BOOST_TEST(from_lfs() == 2u);
        return got == content;
    };
    Fault none = fault(FaultKind::status, "xet_read_token");
    none.status = 404;
    BOOST_TEST(falls_back(none));
    BOOST_TEST(falls_back(fault(FaultKind::status, "xet_reconstruction")));
    BOOST_TEST(falls_back(fault(FaultKind::reset, "xet_reconstruction")));
}

BOOST_AUTO_TEST_CASE(what_came_before_an_interruption_is_not_fetched_again) {
    const std::string content = noise(12 * mib, 1);
    publish_in_xet({{"model.bin", content}});
    break_contents();
    BOOST_CHECK_THROW(mirror(with([](TransferConfig& config) { config.resume.max_attempts = 1; })), Error);
    hub.set_scenario(Scenario());
    ProgressSink progress;
    BOOST_TEST((mirror(client(), &progress) == content));
    const ProgressCounters seen = progress.counters();
    BOOST_TEST(seen.bytes_done == seen.bytes_total);
    BOOST_TEST(seen.bytes_received < 11 * mib);
}

BOOST_AUTO_TEST_CASE(lfs_goes_on_where_xet_was_interrupted_and_the_other_way_round) {
    const std::string content = noise(12 * mib, 1);
    publish_in_xet({{"model.bin", content}});
    const auto interrupted = [&](bool xet) {
        std::filesystem::remove_all(path() / "mirror");
        break_contents();
        BOOST_CHECK_THROW(mirror(with([&](TransferConfig& config) {
                              config.resume.max_attempts = 1;
                              config.xet = xet;
                          })),
                          Error);
        hub.set_scenario(Scenario());
        ProgressSink progress;
        BOOST_TEST((mirror(with([&](TransferConfig& config) { config.xet = !xet; }), &progress) == content));
        return progress.counters().bytes_received;
    };
    BOOST_TEST(interrupted(true) < 11 * mib);
    BOOST_TEST(interrupted(false) < 11 * mib);
}

BOOST_AUTO_TEST_CASE(of_a_new_version_the_chunks_that_are_new_are_fetched) {
    const std::string older = noise(12 * mib, 1), newer = new_version_of(older);
    const auto fetched_of_new = [&](const std::function<std::string(ProgressSink&)>& download) {
        std::filesystem::remove_all(home);
        publish_in_xet({{"model.bin", older}});
        ProgressSink first, second;
        BOOST_TEST((download(first) == older));
        BOOST_TEST(first.counters().bytes_received > 12 * mib);
        publish_in_xet({{"model.bin", newer}});
        BOOST_TEST((download(second) == newer));
        BOOST_TEST(second.counters().bytes_done == second.counters().bytes_total);
        BOOST_TEST(from_lfs() == 0u);
        return second.counters().bytes_received;
    };
    BOOST_TEST(fetched_of_new([&](ProgressSink& progress) { return mirror(client(), &progress); }) < mib);
    for (const std::optional<bool> cached : {std::optional<bool>(), std::optional(true), std::optional(false)}) {
        const std::string local = cached ? (path() / (*cached ? "copy" : "only")).string() : std::string();
        BOOST_TEST(fetched_of_new([&](ProgressSink& progress) {
                       HfHubDownloadOptions options;
                       options.progress = &progress;
                       options.local_dir = local;
                       options.local_dir_use_symlinks = cached;
                       return read_file(run(client().hf_hub_download("julien/m", "model.bin", options)));
                   }) < mib);
        BOOST_TEST(fetched_of_new([&](ProgressSink& progress) {
                       SnapshotDownloadOptions options;
                       options.progress = &progress;
                       options.local_dir = local;
                       options.local_dir_use_symlinks = cached;
                       return read_file(run(client().snapshot_download("julien/m", options)) + "/model.bin");
                   }) < mib);
    }
}

BOOST_AUTO_TEST_CASE(an_older_version_that_is_not_what_it_was_costs_a_fetch_and_no_wrong_byte) {
    const std::string older = noise(6 * mib, 1), newer = new_version_of(older);
    const auto file = path() / "mirror/model.bin";
    const auto brings_new = [&](const std::function<void()>& spoil) {
        std::filesystem::remove_all(path() / "mirror");
        publish_in_xet({{"model.bin", older}});
        mirror(client());
        publish_in_xet({{"model.bin", newer}});
        spoil();
        const std::string got = mirror(client());
        hub.set_scenario(Scenario());
        after = nullptr;
        return got == newer;
    };
    const auto change = [&] {
        std::fstream out(file, std::ios::in | std::ios::out);
        out.seekp(2 * mib);
        out << "something else";
    };
    BOOST_TEST(brings_new(change));  // before: the store does not know it
    BOOST_TEST(brings_new([&] {      // after it was looked at
        after = [&](const RequestEvent& event) {
            if (event.path.find("/reconstructions/") != event.path.npos) change();
        };
    }));
    BOOST_TEST(brings_new([&] {  // it ends early
        after = [&](const RequestEvent& event) {
            if (event.path.find("/reconstructions/") != event.path.npos) std::filesystem::resize_file(file, mib);
        };
    }));
    BOOST_TEST(brings_new([&] {  // the store does not tell of it
        break_down(fault(FaultKind::status, "xet_reconstruction"));
    }));
    BOOST_TEST(brings_new([&] { std::filesystem::permissions(file, std::filesystem::perms::none); }));
}

BOOST_AUTO_TEST_CASE(the_sha256_is_checked_too_where_that_is_asked_for) {
    publish_in_xet({{"model.bin", noise(2 * mib, 1)}});
    Fault other = fault(FaultKind::headers, "resolve");
    other.times = 0;
    other.fields = {{"X-Linked-Etag", '"' + sha256_hex("other") + '"'}};
    break_down(other);
    const auto download = [&](bool sha256) {
        return run(
            with([&](TransferConfig& config) { config.xet_sha256 = sha256; }).hf_hub_download("julien/m", "model.bin"));
    };
    BOOST_CHECK_THROW(download(true), IntegrityError);
    BOOST_TEST((read_file(download(false)) == noise(2 * mib, 1)));
}

// What users of hf_xet reported, one case each.

// xet-core#895: an id that is none ended the whole snapshot.
BOOST_AUTO_TEST_CASE(an_id_that_is_none_is_as_if_there_were_none) {
    const std::string content = noise(2 * mib, 1);
    publish_in_xet({{"model.bin", content}});
    for (const std::string id :
         {"nonsense", "0123", "g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}) {
        std::filesystem::remove_all(home);
        Fault odd = fault(FaultKind::headers, "resolve");
        odd.fields = {{"X-Xet-Hash", id}};
        break_down(odd);
        BOOST_TEST((read_file(run(client().hf_hub_download("julien/m", "model.bin"))) == content));
        BOOST_TEST(from_lfs() == 1u);
        BOOST_TEST(from_store() == 0u);
    }
}

// huggingface_hub#4223: an end within the file was taken for its end, and a part of it reported as a success.
BOOST_AUTO_TEST_CASE(an_end_within_the_file_is_asked_about_again_and_never_believed) {
    const std::string content = noise(2 * mib, 1);
    publish_in_xet({{"model.bin", content}});
    Fault end = fault(FaultKind::status, "xet_reconstruction");
    end.status = 416;
    break_down(end);
    BOOST_TEST((mirror(client()) == content));
    std::filesystem::remove_all(path() / "mirror");
    end.times = 0;
    break_down(end);
    BOOST_CHECK_THROW(mirror(client()), IntegrityError);
    BOOST_TEST(!std::filesystem::exists(path() / "mirror/model.bin"));
    BOOST_TEST(from_lfs() == 0u);
}

// xet-core#800, #850, #869, #883: a range that came to a halt was waited for without end.
BOOST_AUTO_TEST_CASE(a_range_that_comes_to_a_halt_is_asked_for_again) {
    const std::string content = noise(2 * mib, 1);
    publish_in_xet({{"model.bin", content}});
    Fault halt = fault(FaultKind::stall, "xet_content");
    halt.at_byte = 700'000;
    halt.delay = std::chrono::seconds(60);
    break_down(halt);
    const HfApi impatient =
        client([](SessionConfig& config) { config.stall_timeout = std::chrono::milliseconds(300); });
    BOOST_TEST((mirror(impatient) == content));
    BOOST_TEST(from_lfs() == 0u);
}

// xet-core#303: a range that was shorter than its terms failed for ever, and so did the next run.
BOOST_AUTO_TEST_CASE(a_range_that_is_always_cut_off_comes_from_elsewhere) {
    const std::string content = noise(2 * mib, 1);
    publish_in_xet({{"model.bin", content}});
    Fault cut = fault(FaultKind::truncate, "xet_content");
    cut.at_byte = 1'000;
    cut.times = 0;
    break_down(cut);
    BOOST_TEST((mirror(client()) == content));
    BOOST_TEST(from_lfs() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

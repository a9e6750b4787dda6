// Chunks that several files have, in Xet storage; several downloads of one file.
#include "xet_fixture.hpp"

#include <hf/core/for_each_bounded.hpp>

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace hf;
using namespace hf::test;

namespace {

struct SharedFixture : XetFixture {
    const std::string shared = noise(6 * mib, 1);
    const std::string one = shared + noise(mib, 2), two = shared + noise(mib, 3);

    /// Into Xet storage, which has what they share once.
    void upload(const Files& files, std::string_view repo = "julien/m") {
        const HfApi uploader = client();
        std::vector<CommitOperation> operations;
        for (const auto& [name, content] : files)
            operations.emplace_back(CommitOperationAdd(name, UploadContent::from_bytes(content)));
        run(uploader.create_commit(repo, std::move(operations), {.commit_message = "Change"}));
        count_anew();
    }
    std::uint64_t fetched(const std::vector<std::string>& repos, std::size_t at_once, const HfApi& api) {
        ProgressSink progress;
        const auto mirror_one = [&](std::size_t i) -> boost::asio::awaitable<void> {
            MirrorOptions options;
            options.progress = &progress;
            const std::string folder = (path() / ("mirror" + std::to_string(i))).string();
            co_await api.mirror(repos[i], folder, options);
        };
        run(for_each_bounded(repos.size(), at_once, mirror_one));
        BOOST_TEST(progress.counters().bytes_done == progress.counters().bytes_total);
        return progress.counters().bytes_received;
    }
    bool has(unsigned mirror, const std::string& name, const std::string& content) {
        return read_file(path() / ("mirror" + std::to_string(mirror)) / name) == content;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(xet_shared, SharedFixture)

BOOST_AUTO_TEST_CASE(what_files_of_a_repository_have_in_common_is_fetched_once) {
    upload({{"one.bin", one}, {"two.bin", two}});
    BOOST_TEST(fetched({"julien/m"}, 1, client()) < 9 * mib);
    BOOST_TEST(has(0, "one.bin", one));
    BOOST_TEST(has(0, "two.bin", two));
    BOOST_TEST(from_lfs() == 0u);
}

BOOST_AUTO_TEST_CASE(so_is_what_repositories_have_in_common_that_are_mirrored_at_once) {
    run(api.create_repo("julien/n"));
    upload({{"two.bin", two}}, "julien/n");
    upload({{"one.bin", one}});
    BOOST_TEST(fetched({"julien/m", "julien/n"}, 2, client()) < 9 * mib);
    BOOST_TEST(has(0, "one.bin", one));
    BOOST_TEST(has(1, "two.bin", two));
}

// hf-mount#133: chunks were on the disk, a part here and a part there, and fetched nevertheless.
BOOST_AUTO_TEST_CASE(what_lies_in_parts_of_several_files_is_put_together) {
    const std::string whole = noise(6 * mib, 7), begin = whole.substr(0, 3 * mib),
                      end = whole.substr(3 * mib - 300'000);
    upload({{"c.bin", whole}});
    upload({{"a.bin", whole.substr(0, 4) + begin.substr(4)}});
    upload({{"b.bin", begin.substr(0, 200'000) + end}});
    TransferConfig config;
    config.max_streams = config.first_streams = 1;
    const HfApi api = client();
    api.configure_transfers(config);
    ProgressSink progress;
    MirrorOptions options;
    options.progress = &progress;
    options.max_workers = 1;
    run(api.mirror("julien/m", (path() / "mirror0").string(), options));
    BOOST_TEST(has(0, "c.bin", whole));
    BOOST_TEST(progress.counters().bytes_received < 7 * mib);
}

BOOST_AUTO_TEST_CASE(what_was_written_to_since_is_fetched) {
    upload({{"one.bin", one}, {"two.bin", two}});
    const HfApi api = client();
    TransferConfig config;
    config.max_streams = config.first_streams = 1;
    api.configure_transfers(config);
    bool spoiled = false;
    after = [&](const RequestEvent&) {
        const std::filesystem::path first = path() / "mirror0/one.bin";
        if (spoiled || !std::filesystem::exists(first)) return;
        std::fstream file(first, std::ios::in | std::ios::out);
        file.seekp(2 * mib);
        file << std::string(mib, 'x');
        spoiled = true;
    };
    MirrorOptions options;
    options.max_workers = 1;
    run(api.mirror("julien/m", (path() / "mirror0").string(), options));
    BOOST_TEST(spoiled);
    BOOST_TEST(has(0, "two.bin", two));
}

BOOST_AUTO_TEST_CASE(two_clients_fetch_one_file_into_one_place) {
    upload({{"one.bin", one}, {"two.bin", two}});
    const auto both = [&](auto download) {
        const HfApi clients[] = {client(), client()};
        run(for_each_bounded(2, 2, [&](std::size_t i) { return download(clients[i]); }));
    };
    both([&](const HfApi& api) -> boost::asio::awaitable<void> {
        co_await api.mirror("julien/m", (path() / "mirror0").string());
    });
    BOOST_TEST(has(0, "one.bin", one));
    BOOST_TEST(has(0, "two.bin", two));
    both([&](const HfApi& api) -> boost::asio::awaitable<void> { co_await api.snapshot_download("julien/m"); });
    BOOST_TEST(blobs_are_sound(repo_folder()));
    BOOST_TEST(files_below(repo_folder() / "blobs").size() == 3u);  // .gitattributes, too
}

BOOST_AUTO_TEST_SUITE_END()

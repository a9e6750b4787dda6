// Servers that answer ranges otherwise than they were asked.
#include "download_scene.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace hf;
using test::ScriptedAnswer;

namespace {

struct Fixture : test::DownloadScene {
    /// Both ways, over one connection (continuing a transfer that broke off) and in parts.
    void arrives_with_one_plain_get(const Serve& of_a_range, unsigned continued_gets = 2) {
        for (const bool parts : {false, true}) {
            BOOST_TEST_CONTEXT((parts ? "in parts" : "continued")) {
                home = path() / (parts ? "parts" : "continued");
                transfers = TransferConfig();
                if (parts) in_parts();
                bool broke = parts;
                whole_gets = ranged_gets = 0;
                serve = [&](std::optional<Range> range) {
                    if (range) return of_a_range(range);
                    if (!std::exchange(broke, true)) return broken(whole(), 3u << 20);
                    return whole();
                };
                const DownloadedFile file = download();
                BOOST_TEST((read(file.path) == content));
                BOOST_TEST(file.verified);
                BOOST_TEST(whole_gets == (parts ? 1u : continued_gets));
                BOOST_TEST(ranged_gets <= (parts ? 8u : 2u));
            }
        }
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_ranges, Fixture)

BOOST_AUTO_TEST_CASE(one_request_brings_a_file_that_is_not_worth_several) {
    const DownloadedFile file = download();
    BOOST_TEST((read(file.path) == content));
    BOOST_TEST(gets() == 1u);
    BOOST_TEST(whole_gets == 1u);
}

BOOST_AUTO_TEST_CASE(a_416_to_every_range_ends_in_one_plain_get) {
    arrives_with_one_plain_get([](auto) { return error(416); });
}

BOOST_AUTO_TEST_CASE(a_403_to_every_range_ends_in_one_plain_get) {
    arrives_with_one_plain_get([](auto) { return error(403); });
}

BOOST_AUTO_TEST_CASE(a_range_from_elsewhere_ends_in_one_plain_get) {
    arrives_with_one_plain_get([this](std::optional<Range> range) {
        return part({range->begin + 5, std::min<std::uint64_t>(range->end + 5, content.size())});
    });
}

BOOST_AUTO_TEST_CASE(ranges_of_whole_blocks_end_in_one_plain_get) {
    arrives_with_one_plain_get([this](std::optional<Range> range) {
        constexpr std::uint64_t block = 5u << 20;
        return part({range->begin / block * block,
                     std::min<std::uint64_t>((range->end + block - 1) / block * block, content.size())});
    });
}

BOOST_AUTO_TEST_CASE(several_parts_in_one_answer_end_in_one_plain_get) {
    arrives_with_one_plain_get([this](std::optional<Range> range) {
        ScriptedAnswer out = part(*range);
        out.body = "--x\r\n" + out.headers.front().first + ": " + out.headers.front().second + "\r\n\r\n" + out.body +
                   "\r\n--x--";
        out.headers = {{"Content-Type", "multipart/byteranges; boundary=x"}};
        return out;
    });
}

BOOST_AUTO_TEST_CASE(an_unreadable_content_range_ends_in_one_plain_get) {
    for (const auto* text : {"bytes -5-1/100", "bytes 0-99999999999999999999/*", "nonsense", ""}) {
        BOOST_TEST_CONTEXT(text) {
            std::filesystem::remove_all(path() / "parts");
            std::filesystem::remove_all(path() / "continued");
            arrives_with_one_plain_get([&](std::optional<Range> range) {
                ScriptedAnswer out = part(*range);
                out.headers.front().second = text;
                return out;
            });
        }
    }
}

BOOST_AUTO_TEST_CASE(ranges_that_are_ignored_end_in_one_plain_get) {
    // What comes instead of the rest is all that is needed.
    arrives_with_one_plain_get([this](auto) { return whole(); }, 1);
}

BOOST_AUTO_TEST_CASE(capped_ranges_are_continued_without_waiting) {
    for (const bool parts : {false, true}) {
        home = path() / (parts ? "parts" : "continued");
        if (parts) in_parts();
        bool broke = parts;
        serve = [&](std::optional<Range> range) {
            if (!range) return std::exchange(broke, true) ? whole() : broken(whole(), 1u << 20);
            return part({range->begin, std::min<std::uint64_t>(range->end, range->begin + (100u << 10))});
        };
        const auto retries = sink.counters().retries;
        const DownloadedFile file = download();
        BOOST_TEST((read(file.path) == content));
        BOOST_TEST(sink.counters().retries == retries + (parts ? 0 : 1));
    }
}

BOOST_AUTO_TEST_CASE(ranges_of_one_byte_are_given_up) {
    in_parts();
    serve = [&](std::optional<Range> range) { return part({range->begin, range->begin + 1}); };
    BOOST_CHECK_THROW(download(), ConnectionError);
    BOOST_TEST(gets() < 100u);
}

BOOST_AUTO_TEST_CASE(a_server_that_has_a_shorter_file_is_told_from_one_without_ranges) {
    in_parts();
    serve = [&](std::optional<Range> range) {
        if (range) return error(416);
        ScriptedAnswer out = whole();
        out.body.resize(1u << 20);
        return out;
    };
    BOOST_CHECK_THROW(download(), IntegrityError);
    BOOST_TEST(whole_gets == 1u);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_too_long_leaves_nothing_but_what_came_before_it) {
    const auto partials = [this] {
        std::size_t found = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(home))
            found += entry.path().extension() == ".partial";
        return found;
    };
    ScriptedAnswer too_long = whole();
    too_long.body += std::string(300'000, 'x');
    too_long.content_length = false;
    too_long.chunked = true;
    serve = [&](auto) { return too_long; };
    BOOST_CHECK_THROW(download(), IntegrityError);
    BOOST_TEST(partials() == 0u);
    // What an earlier run brought is continued by the next, and hashed then.
    transfers.resume.max_attempts = 1;
    serve = [&](auto) { return broken(whole(), 3u << 20); };
    BOOST_CHECK_THROW(download(), Error);
    BOOST_TEST(partials() == 1u);
    serve = [&](std::optional<Range> range) {
        if (!range) return too_long;
        ScriptedAnswer rest = part(*range);
        rest.body += std::string(300'000, 'x');
        rest.content_length = false;
        rest.chunked = true;
        return rest;
    };
    BOOST_CHECK_THROW(download(), IntegrityError);
    BOOST_TEST(partials() == 1u);
    serve = [this](std::optional<Range> range) { return range ? part(*range) : whole(); };
    BOOST_TEST((read(download().path) == content));
}

BOOST_AUTO_TEST_CASE(a_part_instead_of_the_whole_file_is_an_error) {
    serve = [&](std::optional<Range>) { return part({5, content.size()}); };
    BOOST_CHECK_THROW(download(), ProtocolError);
    BOOST_TEST(gets() == 1u);
}

BOOST_AUTO_TEST_CASE(small_files_know_the_same_ways_out) {
    content = noise(200'000);
    bool broke = false;
    serve = [&](std::optional<Range> range) {
        if (range) return error(416);
        return std::exchange(broke, true) ? whole() : broken(whole(), 100'000);
    };
    BOOST_TEST((read(download().path) == content));
    BOOST_TEST(ranged_gets == 1u);
    BOOST_TEST(whole_gets == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

// How a part of a file is put together.
#include "local_hub/xet/window.hpp"

#include "xet_samples.hpp"

namespace {

using namespace hf::test;
using namespace hf::local_hub;
namespace xet = hf::xet;

// Four chunks of 10 bytes each, stored as they are.
const xet::SerializedXorb& sample_xorb() {
    static const auto out = xorb_of({"aaaaaaaaa1", "bbbbbbbbb2", "ccccccccc3", "ddddddddd4"});
    return out;
}

XorbIndexPtr find_sample(const xet::Hash& hash) {
    static const auto index = std::make_shared<const xet::XorbFooter>(sample_xorb().footer());
    return hash == index->xorb ? index : nullptr;
}

PlacedTerm term(std::uint32_t begin, std::uint32_t end, std::uint64_t position) {
    return {{sample_xorb().hash, {begin, end}, (end - begin) * 10}, position};
}

xet::Term cut(std::uint32_t begin, std::uint32_t end) { return term(begin, end, 0).term; }

xet::FetchRange range(std::uint32_t begin, std::uint32_t end) { return {{begin, end}, {begin * 18u, end * 18u}}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(xet_window)

BOOST_AUTO_TEST_CASE(a_whole_file_has_its_terms_as_they_are) {
    BOOST_REQUIRE_EQUAL(sample_xorb().body.size(), 72u);
    const auto out = reconstruct({term(0, 4, 0)}, {0, 40}, find_sample);
    BOOST_TEST(out.skip == 0u);
    BOOST_TEST((out.terms == std::vector{cut(0, 4)}));
    BOOST_REQUIRE_EQUAL(out.sources.size(), 1u);
    BOOST_TEST((out.sources[0].ranges == std::vector{range(0, 4)}));
}

BOOST_AUTO_TEST_CASE(a_window_needs_no_chunk_that_lies_outside) {
    const struct {
        hf::ByteRange window;
        std::uint32_t begin, end;
        std::uint64_t skip;
    } rows[] = {{{0, 1}, 0, 1, 0},   {{9, 10}, 0, 1, 9},  {{9, 11}, 0, 2, 9}, {{10, 20}, 1, 2, 0},
                {{15, 31}, 1, 4, 5}, {{39, 40}, 3, 4, 9}, {{0, 30}, 0, 3, 0}, {{20, 40}, 2, 4, 0}};
    for (const auto& row : rows) BOOST_TEST_CONTEXT(row.window.begin << " to " << row.window.end) {
            const auto out = reconstruct({term(0, 4, 0)}, row.window, find_sample);
            BOOST_TEST(out.skip == row.skip);
            BOOST_TEST((out.terms == std::vector{cut(row.begin, row.end)}));
            BOOST_TEST((out.sources.at(0).ranges == std::vector{range(row.begin, row.end)}));
        }
}

BOOST_AUTO_TEST_CASE(the_first_and_the_last_of_several_terms_are_cut) {
    const auto out = reconstruct({term(0, 2, 100), term(3, 4, 120), term(1, 3, 130)}, {113, 135}, find_sample);
    BOOST_TEST(out.skip == 3u);
    BOOST_TEST((out.terms == std::vector{cut(1, 2), cut(3, 4), cut(1, 2)}));
}

BOOST_AUTO_TEST_CASE(ranges_that_touch_are_one_and_a_range_serves_all_terms) {
    const auto out = reconstruct({term(0, 1, 0), term(3, 4, 10), term(0, 2, 20), term(0, 1, 40)}, {0, 50}, find_sample);
    BOOST_REQUIRE_EQUAL(out.sources.size(), 1u);
    BOOST_TEST((out.sources[0].ranges == std::vector{range(0, 2), range(3, 4)}));
}

BOOST_AUTO_TEST_CASE(no_url_is_for_more_ranges_than_fit_into_a_request_line) {
    const std::vector<std::string> chunks(400, "x");
    const auto xorb = xorb_of(chunks);
    const auto index = std::make_shared<const xet::XorbFooter>(xorb.footer());
    std::vector<PlacedTerm> terms;
    for (std::uint32_t i = 0; i < 200; ++i) terms.push_back({{xorb.hash, {2 * i, 2 * i + 1}, 1}, i});
    const auto out = reconstruct(terms, {0, 200}, [&](const xet::Hash&) { return index; });
    std::size_t ranges = 0;
    for (const auto& source : out.sources) {
        BOOST_TEST(source.ranges.size() <= 64u);
        ranges += source.ranges.size();
    }
    BOOST_TEST(ranges == 200u);
}

BOOST_AUTO_TEST_CASE(what_was_answered_can_be_planned_by_the_client) {
    const std::vector<PlacedTerm> terms{term(0, 2, 0), term(3, 4, 20), term(1, 3, 30)};
    for (std::uint64_t begin = 0; begin < 50; ++begin)
        for (std::uint64_t end = begin + 1; end <= 50; ++end) {
            std::vector<PlacedTerm> needed;
            for (const auto& one : terms)
                if (one.position < end && one.position + one.term.size > begin) needed.push_back(one);
            const auto out = reconstruct(needed, {begin, end}, find_sample);
            BOOST_CHECK_NO_THROW(xet::plan_fetches(out, {begin, end}, 50));
        }
}

BOOST_AUTO_TEST_CASE(a_xorb_that_has_vanished_is_no_fault_of_the_client) {
    BOOST_CHECK_THROW(reconstruct({term(0, 1, 0)}, {0, 1}, [](const xet::Hash&) { return nullptr; }),
                      std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

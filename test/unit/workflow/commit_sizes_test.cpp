#include "workflow/commit_sizes.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using hf::CommitSizes;

namespace {

/// The most operations of no content that fit.
std::size_t most(const CommitSizes& sizes) {
    std::size_t n = 1;
    while (sizes.fits(n + 1, 0)) ++n;
    return n;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(commit_sizes)

BOOST_AUTO_TEST_CASE(one_always_fits) {
    CommitSizes sizes;
    BOOST_TEST(sizes.fits(1, 10ull << 30));
    BOOST_TEST(!sizes.fits(2, 10ull << 30));
    BOOST_TEST(sizes.refused(2, 10));
    BOOST_TEST(sizes.fits(1, 10ull << 30));
    BOOST_TEST(!sizes.refused(1, 5));
}

BOOST_AUTO_TEST_CASE(they_grow_while_the_hub_is_quick) {
    CommitSizes sizes;
    BOOST_TEST(most(sizes) == 256u);
    sizes.made(256, 0, 1s);
    BOOST_TEST(most(sizes) == 512u);
    sizes.made(100, 0, 1s);  // says nothing of 512
    BOOST_TEST(most(sizes) == 512u);
    for (int i = 0; i < 20; ++i) sizes.made(most(sizes), 0, 1s);
    BOOST_TEST(most(sizes) == 10'000u);
    BOOST_TEST(sizes.fits(2, 64u << 20));
    BOOST_TEST(!sizes.fits(2, (64u << 20) + 1));
    sizes.made(2, 60u << 20, 1s);
    BOOST_TEST(sizes.fits(2, 128u << 20));
}

BOOST_AUTO_TEST_CASE(they_shrink_when_it_is_slow) {
    CommitSizes sizes;
    sizes.made(200, 50u << 20, 30s);
    BOOST_TEST(most(sizes) == 256u);
    sizes.made(200, 50u << 20, 50s);
    BOOST_TEST(most(sizes) == 100u);
    BOOST_TEST(!sizes.fits(2, 26u << 20));
    sizes.made(100, 25u << 20, 5s);
    BOOST_TEST(most(sizes) == 200u);
    sizes.made(1, 1, 50s);
    BOOST_TEST(most(sizes) == 1u);
}

BOOST_AUTO_TEST_CASE(what_was_refused_is_not_tried_again) {
    CommitSizes sizes;
    BOOST_TEST(sizes.refused(200, 1'000));
    BOOST_TEST(most(sizes) == 100u);
    BOOST_TEST(!sizes.fits(2, 501));
    for (int i = 0; i < 5; ++i) sizes.made(100, 500, 1s);
    BOOST_TEST(most(sizes) == 100u);
    BOOST_TEST(!sizes.fits(2, 501));
    BOOST_TEST(sizes.refused(3, 0));
    BOOST_TEST(most(sizes) == 1u);
}

BOOST_AUTO_TEST_CASE(lfs_files_say_nothing_of_content) {
    CommitSizes sizes;
    BOOST_TEST(sizes.refused(200, 0));
    sizes.made(100, 0, 50s);
    BOOST_TEST(most(sizes) == 50u);
    BOOST_TEST(sizes.fits(50, 64u << 20));
}

BOOST_AUTO_TEST_SUITE_END()

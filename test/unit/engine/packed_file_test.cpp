#include "engine/xet/packed_file.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace hf;

namespace {

xet::Node chunk(unsigned n) {
    const std::string text = "chunk " + std::to_string(n);
    return {xet::chunk_hash(std::as_bytes(std::span(text))), 10'000 + n};
}

std::shared_ptr<PackedXorb> xorb(unsigned n) {
    const auto out = std::make_shared<PackedXorb>();
    out->hash = chunk(1000 + n).hash;
    out->stored = true;
    return out;
}

const std::string sha256(64, 'a');

}  // namespace

BOOST_AUTO_TEST_SUITE(packed_file)

BOOST_AUTO_TEST_CASE(chunks_that_follow_each_other_are_one_term) {
    const auto first = xorb(1), second = xorb(2);
    PackedFile file;
    xet::MerkleTree tree;
    const auto add = [&](const auto& from, std::uint32_t index) {
        file.add(from, index, chunk(index));
        tree.add(chunk(index));
    };
    for (const std::uint32_t index : {3, 4, 5}) add(first, index);
    for (const std::uint32_t index : {0, 1}) add(second, index);
    add(second, 1);  // once more
    add(first, 6);
    file.finish();
    const xet::ShardFile listing = file.listing(sha256);
    BOOST_TEST((listing.id == file_id(tree)));
    BOOST_TEST_REQUIRE(listing.terms.size() == 4u);
    BOOST_TEST((listing.terms[0] == xet::Term{first->hash, {3, 6}, 30'012}));
    BOOST_TEST((listing.terms[1] == xet::Term{second->hash, {0, 2}, 20'001}));
    BOOST_TEST((listing.terms[2] == xet::Term{second->hash, {1, 2}, 10'001}));
    BOOST_TEST((listing.terms[3] == xet::Term{first->hash, {6, 7}, 10'006}));
    BOOST_TEST_REQUIRE(listing.verification.has_value());
    BOOST_TEST((listing.verification->at(1) == xet::range_hash(std::vector{chunk(0).hash, chunk(1).hash})));
    BOOST_TEST(to_text(*listing.sha256) == sha256);
}

BOOST_AUTO_TEST_CASE(a_file_is_stored_when_all_its_xorbs_are) {
    const auto late = xorb(1);
    late->stored = false;
    PackedFile file;
    file.add(xorb(2), 0, chunk(0));
    file.add(late, 0, chunk(1));
    file.finish();
    BOOST_TEST(!file.is_stored());
    late->stored = true;
    BOOST_TEST(file.is_stored());
}

BOOST_AUTO_TEST_CASE(a_scattered_file_does_not_take_short_runs_any_more) {
    PackedFile file;
    const auto from = xorb(1);
    std::uint32_t index = 0;
    const auto term = [&](std::uint32_t chunks) {
        index += 10;  // not where the last one ended
        for (std::uint32_t i = 0; i < chunks; ++i, ++index) file.add(from, index, chunk(i));
    };
    for (int i = 0; i < 128; ++i) term(3);
    BOOST_TEST(!file.is_too_scattered_for(1));  // the last term is open, so there are fewer
    term(3);
    BOOST_TEST(file.is_too_scattered_for(1));
    BOOST_TEST(!file.is_too_scattered_for(3));
    for (int i = 0; i < 60; ++i) term(12);
    BOOST_TEST(file.is_too_scattered_for(1));  // better, but not good yet
    for (int i = 0; i < 70; ++i) term(12);
    BOOST_TEST(!file.is_too_scattered_for(1));
}

BOOST_AUTO_TEST_SUITE_END()

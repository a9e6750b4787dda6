#include "engine/xet/known_chunks.hpp"

#include "xet/merkle.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>

using namespace hf;

namespace {

xet::Hash hash(unsigned n) {
    const std::string text = "chunk " + std::to_string(n);
    return xet::chunk_hash(std::as_bytes(std::span(text)));
}

xet::Shard answer(unsigned begin, unsigned end, std::optional<xet::ShardFooter> footer = std::nullopt) {
    xet::Shard out;
    xet::ShardXorb& xorb = out.xorbs.emplace_back();
    xorb.hash = hash(1'000'000 + begin);
    for (unsigned n = begin; n < end; ++n) xorb.chunks.push_back({hash(n), 10'000});
    out.footer = footer;
    if (footer) protect(out, footer->key);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(known_chunks)

BOOST_AUTO_TEST_CASE(own_chunks_are_found_where_they_were_put) {
    KnownChunks known;
    BOOST_TEST(!known.find(hash(1)).has_value());
    const auto xorb = std::make_shared<PackedXorb>();
    known.add(hash(1), {xorb, 7});
    BOOST_TEST_REQUIRE(known.find(hash(1)).has_value());
    BOOST_TEST(known.find(hash(1))->index == 7u);
    BOOST_TEST((known.find(hash(1))->xorb == xorb));
}

BOOST_AUTO_TEST_CASE(answers_name_chunks_by_protected_hashes) {
    KnownChunks known;
    known.add(answer(0, 10, xet::ShardFooter{hash(77), 100, 200}), 150);
    const auto place = known.find(hash(3));
    BOOST_TEST_REQUIRE(place.has_value());
    BOOST_TEST(place->index == 3u);
    BOOST_TEST((place->xorb->hash == hash(1'000'000)));
    BOOST_TEST(place->xorb->stored);
    BOOST_TEST(!known.find(hash(10)).has_value());
}

BOOST_AUTO_TEST_CASE(answers_without_a_key_or_a_footer_are_understood) {
    KnownChunks known;
    known.add(answer(0, 10), 150);
    known.add(answer(10, 20, xet::ShardFooter{xet::Hash(), 100, 0}), 150);
    BOOST_TEST(known.find(hash(3)).has_value());
    BOOST_TEST(known.find(hash(13)).has_value());
}

BOOST_AUTO_TEST_CASE(what_has_expired_is_not_used) {
    KnownChunks known;
    known.add(answer(0, 10, xet::ShardFooter{hash(77), 100, 200}), 200);
    BOOST_TEST(!known.find(hash(3)).has_value());
}

BOOST_AUTO_TEST_CASE(a_store_that_changes_its_key_each_time_is_forgotten_but_not_what_is_our_own) {
    KnownChunks known;
    known.add(hash(1), {std::make_shared<PackedXorb>(), 0});
    for (unsigned i = 0; i < 20; ++i)
        known.add(answer(100 * i + 100, 100 * i + 110, xet::ShardFooter{hash(i), 1, 0}), 2);
    BOOST_TEST(known.find(hash(1)).has_value());
    BOOST_TEST(!known.find(hash(103)).has_value());
    BOOST_TEST(known.find(hash(2003)).has_value());
}

BOOST_AUTO_TEST_CASE(only_so_many_are_kept) {
    KnownChunks known;
    const auto xorb = std::make_shared<PackedXorb>();
    xet::Hash chunk;
    constexpr std::uint32_t many = 600'000;
    for (std::uint32_t i = 0; i < many; ++i) {
        std::memcpy(chunk.bytes.data(), &i, sizeof i);
        known.add(chunk, {xorb, i});
    }
    BOOST_TEST(known.find(chunk).has_value());
    BOOST_TEST(!known.find(xet::Hash()).has_value());  // the first of them
    BOOST_TEST(xorb.use_count() < 530'000);
}

BOOST_AUTO_TEST_SUITE_END()

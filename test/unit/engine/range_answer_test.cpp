#include "engine/download/range_answer.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
using Kind = RangeAnswer::Kind;

namespace {

constexpr std::uint64_t size = 100;
constexpr ByteRange asked{40, 60};

RangeAnswer judged(unsigned status, net::Fields fields, std::optional<std::uint64_t> body_size,
                   std::optional<std::uint64_t> of = size) {
    return judge_answer(status, fields, body_size, asked, of, "f.bin");
}

RangeAnswer partial(std::string content_range, std::optional<std::uint64_t> body_size = std::nullopt) {
    net::Fields fields;
    fields.add("Content-Range", std::move(content_range));
    return judged(206, std::move(fields), body_size);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(range_answer)

BOOST_AUTO_TEST_CASE(what_was_asked_for_is_taken_and_so_is_the_beginning_of_it) {
    for (const auto* text : {"bytes 40-59/100", "bytes 40-59/*"}) {
        BOOST_TEST((partial(text).kind == Kind::as_asked));
        BOOST_TEST((partial(text).body == asked));
    }
    const RangeAnswer capped = partial("bytes 40-44/100", 5);
    BOOST_TEST((capped.kind == Kind::as_asked));
    BOOST_TEST((capped.body == ByteRange{40, 45}));
}

BOOST_AUTO_TEST_CASE(any_other_part_is_of_no_use) {
    for (const auto* text : {"bytes 0-59/100", "bytes 41-59/100", "bytes 40-60/100", "bytes 40-99/100", "bytes */100",
                             "bytes 40-39/100", "bytes -5-1/100", "lines 40-59/100", "40-59/100", "",
                             "bytes 40-18446744073709551615/*", "bytes 40-59/99999999999999999999999"})
        BOOST_TEST((partial(text).kind == Kind::useless), text);
    BOOST_TEST((partial("bytes 40-59/100", 19).kind == Kind::useless));  // its own length denies it
}

BOOST_AUTO_TEST_CASE(several_parts_are_of_no_use) {
    net::Fields fields;
    fields.add("Content-Type", "multipart/byteranges; boundary=x");
    BOOST_TEST((judged(206, fields, 20).kind == Kind::useless));
}

BOOST_AUTO_TEST_CASE(without_content_range_the_length_must_fit) {
    BOOST_TEST((judged(206, {}, 20).kind == Kind::as_asked));
    BOOST_TEST((judged(206, {}, std::nullopt).kind == Kind::as_asked));
    BOOST_TEST((judged(206, {}, 21).kind == Kind::useless));
}

BOOST_AUTO_TEST_CASE(a_part_of_a_file_of_unknown_size_is_of_no_use) {
    BOOST_TEST((judged(206, {}, 20, std::nullopt).kind == Kind::useless));
}

BOOST_AUTO_TEST_CASE(the_whole_file_is_told_apart_and_another_one_refused) {
    BOOST_TEST((judged(200, {}, size).kind == Kind::whole));
    BOOST_TEST((judged(200, {}, std::nullopt).body == ByteRange{0, size}));
    BOOST_CHECK_THROW(judged(200, {}, 99), IntegrityError);
    BOOST_CHECK_THROW(partial("bytes 40-59/99"), IntegrityError);
    BOOST_CHECK_THROW(judged(304, {}, 0), ProtocolError);
}

BOOST_AUTO_TEST_CASE(some_refusals_may_be_of_the_range_alone) {
    for (const unsigned status : {400u, 403u, 405u, 416u, 501u}) BOOST_TEST(may_refuse_ranges(status));
    for (const unsigned status : {401u, 404u, 410u, 429u, 500u, 503u}) BOOST_TEST(!may_refuse_ranges(status));
}

BOOST_AUTO_TEST_SUITE_END()

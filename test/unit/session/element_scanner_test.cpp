#include "session/element_scanner.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

namespace {

std::vector<std::string> scan(std::string_view text, std::size_t step) {
    hf::ElementScanner scanner;
    std::vector<std::string> out;
    for (std::size_t i = 0; i < text.size(); i += step) {
        scanner.feed(text.substr(i, step));
        std::string batch;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> elements;
        scanner.take(batch, elements);
        for (const auto& [offset, length] : elements) out.push_back(batch.substr(offset, length));
    }
    BOOST_TEST(scanner.complete());
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(element_scanner)

BOOST_AUTO_TEST_CASE(cuts_at_every_chunk_size) {
    const std::string text = R"( [ {"a":"],}\"{","b":[1,[2]]} , 12, "x\\", null ,[],"\\\",[\\\\" ] )";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        const auto found = scan(text, step);
        BOOST_REQUIRE_EQUAL(found.size(), 6u);
        BOOST_TEST(found[0] == R"({"a":"],}\"{","b":[1,[2]]})");
        BOOST_TEST(found[1] == "12");
        BOOST_TEST(found[2] == R"("x\\")");
        BOOST_TEST(found[3] == "null");
        BOOST_TEST(found[4] == "[]");
        BOOST_TEST(found[5] == R"("\\\",[\\\\")");
    }
}

BOOST_AUTO_TEST_CASE(empty_array) { BOOST_TEST(scan("[]", 1).empty()); }

BOOST_AUTO_TEST_CASE(no_array_is_refused) {
    for (const std::string_view text : {"{\"error\":1}", "<html>", "[1]]", "[}"}) {
        hf::ElementScanner scanner;
        BOOST_CHECK_THROW(scanner.feed(text), hf::InvalidResponseError);
    }
}

BOOST_AUTO_TEST_CASE(cut_off_is_not_complete) {
    hf::ElementScanner scanner;
    scanner.feed("[{\"a\":1},{");
    BOOST_TEST(!scanner.complete());
    BOOST_TEST(scanner.pending() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

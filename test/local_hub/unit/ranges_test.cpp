// Range fields and bodies of several pieces of files.
#include "local_hub/http/ranges.hpp"

#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using namespace hf::local_hub;
using hf::ByteRange;

constexpr std::uint64_t largest = ~std::uint64_t{0};

std::string field(const Response& response, std::string_view name) {
    const auto found = std::ranges::find(response.fields, name, &Field::first);
    return found == response.fields.end() ? std::string() : found->second;
}

// As a connection sends it, so many bytes at a time.
std::string body_of(const Response& response, std::size_t step) {
    std::string out;
    while (out.size() < response.body_size()) {
        std::string piece(std::min<std::uint64_t>(step, response.body_size() - out.size()), '?');
        const std::size_t got = response.read_body(piece.data(), piece.size(), out.size());
        BOOST_REQUIRE_GT(got, 0u);
        out += piece.substr(0, got);
    }
    return out;
}

std::shared_ptr<const File> file_with(const hf::test::TemporaryFolder& folder, std::string_view content) {
    return std::make_shared<const File>(File::open_existing(folder.write("content", content).string()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ranges)

BOOST_AUTO_TEST_CASE(each_range_of_a_field_is_read_in_its_order) {
    using Ranges = std::vector<ByteRange>;
    BOOST_TEST((byte_ranges("bytes=0-0") == Ranges{{0, 1}}));
    BOOST_TEST((byte_ranges("bytes=5-9,0-3") == Ranges{{5, 10}, {0, 4}}));
    BOOST_TEST((byte_ranges("bytes=7-") == Ranges{{7, largest}}));
}

BOOST_AUTO_TEST_CASE(what_is_no_range_is_none) {
    for (const char* text : {"", "bytes=", "bytes=-5", "bytes=5", "bytes=5-4", "bytes=1-2,", "bytes=a-b", "lines=1-2",
                             "bytes=1-2, 3-4", "bytes=0-18446744073709551615", "bytes=0-99999999999999999999"})
        BOOST_TEST(!byte_ranges(text), text);
}

BOOST_AUTO_TEST_CASE(one_piece_is_a_plain_body) {
    const hf::test::TemporaryFolder folder;
    Response out;
    serve_pieces(out, file_with(folder, "0123456789"), {{2, 5}});
    BOOST_TEST(out.status == 206u);
    BOOST_TEST(field(out, "Content-Range") == "bytes 2-4/10");
    BOOST_TEST(field(out, "Content-Type") == "application/octet-stream");
    BOOST_TEST(body_of(out, 100) == "234");
}

BOOST_AUTO_TEST_CASE(several_pieces_are_parts_of_a_multipart_body) {
    const hf::test::TemporaryFolder folder;
    Response out;
    serve_pieces(out, file_with(folder, "0123456789"), {{7, 10}, {0, 1}});
    BOOST_TEST(out.status == 206u);
    BOOST_TEST(!out.in_memory());
    const std::string type = field(out, "Content-Type"), introduction = "multipart/byteranges; boundary=";
    BOOST_REQUIRE(type.starts_with(introduction));
    const std::string delimiter = "--" + type.substr(introduction.size());
    const std::string head = "\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ";
    const std::string expected =
        delimiter + head + "7-9/10\r\n\r\n789\r\n" + delimiter + head + "0-0/10\r\n\r\n0\r\n" + delimiter + "--\r\n";
    for (const std::size_t step : {1u, 7u, 1000u}) BOOST_TEST(body_of(out, step) == expected);
}

BOOST_AUTO_TEST_SUITE_END()

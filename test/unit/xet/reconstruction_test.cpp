#include "xet/reconstruction.hpp"
#include "xet/xorb.hpp"
#include "xet_fixture.hpp"

#include <boost/json/serialize.hpp>

#include <limits>
#include <map>

using namespace hf::test;
using hf::ByteRange;
using hf::InvalidResponseError;
using hf::xet::Placement;
using hf::xet::Reconstruction;

BOOST_AUTO_TEST_SUITE(xet_reconstruction)

namespace {

// Recorded texts have {cas} in place of the server.
std::string with_server(std::string text) {
    for (auto at = text.find("{cas}"); at != text.npos; at = text.find("{cas}")) text.replace(at, 5, "http://cas:8080");
    return text;
}

std::string hex64(char digit) { return std::string(64, digit); }

std::string term(char xorb, std::uint64_t begin, std::uint64_t end, std::uint64_t size) {
    return R"({"hash":")" + hex64(xorb) + R"(","unpacked_length":)" + std::to_string(size) + R"(,"range":{"start":)" +
           std::to_string(begin) + R"(,"end":)" + std::to_string(end) + "}}";
}

std::string pair(std::string_view name, std::uint64_t start, std::uint64_t end) {
    return "\"" + std::string(name) + R"(":{"start":)" + std::to_string(start) + R"(,"end":)" + std::to_string(end) +
           "}";
}

// A range of version 2; the end of the bytes is inclusive.
std::string range(std::uint64_t begin, std::uint64_t end, std::uint64_t first, std::uint64_t last) {
    return "{" + pair("chunks", begin, end) + "," + pair("bytes", first, last) + "}";
}

std::string source(char xorb, const std::string& ranges, const std::string& url = "https://cdn/x?sig=secret") {
    return "\"" + hex64(xorb) + R"(":[{"url":")" + url + R"(","ranges":[)" + ranges + "]}]";
}

std::string answer(std::uint64_t skip, const std::string& terms, const std::string& sources) {
    return R"({"offset_into_first_range":)" + std::to_string(skip) + R"(,"terms":[)" + terms + R"(],"xorbs":{)" +
           sources + "}}";
}

Reconstruction parse(const std::string& text) { return hf::xet::parse_reconstruction(text); }

void plan(const std::string& text, std::uint64_t size) {
    const auto reconstruction = parse(text);
    hf::xet::plan_fetches(reconstruction, {0, size}, size);
}

void refuse(const std::string& text, std::uint64_t size, std::string_view words) {
    check_error<InvalidResponseError>([&] { plan(text, size); }, words);
}

// Puts a file together from whole xorbs.
std::string rebuilt(const Reconstruction& reconstruction, ByteRange window, std::uint64_t file_size,
                    const std::map<hf::xet::Hash, std::string>& xorbs) {
    std::string out(window.size(), '?');
    for (const auto& fetch : hf::xet::plan_fetches(reconstruction, window, file_size)) {
        const auto& bytes = fetch.range.bytes;
        auto data = bytes_of(xorbs.at(fetch.source->xorb)).subspan(bytes.begin, bytes.size());
        hf::xet::RecordReader reader(fetch.range.chunks.count());
        std::vector<std::string> contents;
        while (const auto record = reader.next(data)) {
            contents.emplace_back(record->header.size, '?');
            hf::xet::ChunkDecoder().decode(record->header, record->stored,
                                           std::as_writable_bytes(std::span(contents.back())));
        }
        reader.finish();
        BOOST_TEST(data.empty());
        for (const Placement& place : fetch.placements) {
            std::string content;
            for (auto i = place.chunks.begin; i < place.chunks.end; ++i)
                content += contents.at(i - fetch.range.chunks.begin);
            BOOST_TEST(content.size() == place.content_size);
            out.replace(place.file.begin - window.begin, place.file.size(), content, place.skip, place.file.size());
        }
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(recorded_answers_of_both_versions_put_the_file_together) {
    const auto vectors = xet_vectors("exchanges_1_8");
    const auto& exchanges = vectors.at("exchanges").as_array();
    const auto& small = vectors.at("inputs").at("small case");
    const std::string xorb = unhex(exchanges[51].at("body").at("hex"));
    const std::map<hf::xet::Hash, std::string> xorbs = {{hash_of(small.at("xorb")), xorb}};
    const std::string data(small.at("data").as_string());
    std::size_t answers = 0;
    for (const std::size_t i : {54u, 57u, 59u}) {
        const auto reconstruction = parse(with_server(std::string(exchanges[i].at("answer").at("text").as_string())));
        BOOST_TEST(reconstruction.size() == data.size());
        BOOST_TEST(rebuilt(reconstruction, {0, data.size()}, data.size(), xorbs) == data);
        ++answers;
    }
    // Bytes 20 to 30 of the same file, which begin within a chunk.
    const auto part = parse(with_server(std::string(exchanges[60].at("answer").at("text").as_string())));
    BOOST_TEST(part.skip == 2u);
    BOOST_TEST(part.size() == 16u);
    BOOST_TEST(rebuilt(part, {20, 31}, data.size(), xorbs) == data.substr(20, 11));
    BOOST_TEST(rebuilt(part, {20, 36}, data.size(), xorbs) == data.substr(20, 16));
    BOOST_TEST(answers == 3u);
}

BOOST_AUTO_TEST_CASE(all_recorded_answers_are_planned) {
    const auto vectors = xet_vectors("exchanges_1_8");
    std::size_t answers = 0;
    for (const auto& exchange : vectors.at("exchanges").as_array()) {
        const std::string request(exchange.at("request").as_string());
        if (request.find("/reconstructions/") == request.npos) continue;
        if (exchange.at("status").to_number<int>() != 200) continue;
        const auto reconstruction = parse(with_server(std::string(exchange.at("answer").at("text").as_string())));
        const auto size = reconstruction.size();
        const auto fetches = hf::xet::plan_fetches(reconstruction, {0, size}, size);
        std::uint64_t placed = 0;
        for (const auto& fetch : fetches) {
            BOOST_TEST(fetch.source->url.starts_with("http://cas:8080/v1/fetch_term?term="));
            for (const auto& place : fetch.placements) placed += place.file.size();
        }
        BOOST_TEST(placed == size);
        ++answers;
    }
    BOOST_TEST(answers == 8u);
}

BOOST_AUTO_TEST_CASE(an_answer_of_the_real_hub_asks_for_the_body_that_was_uploaded) {
    const auto vectors = xet_vectors("exchanges_2026"), real = xet_vectors("real_hub_2026");
    std::size_t answers = 0;
    for (const auto& exchange : vectors.at("scenarios").at("download").as_array()) {
        const auto& response = exchange.at("response").as_object();
        if (exchange.at("request").at("path").as_string().find("/reconstructions/") == std::string::npos) continue;
        if (response.at("status").to_number<int>() != 200) continue;
        const auto reconstruction = parse(boost::json::serialize(response.at("json")));
        const auto fetches = hf::xet::plan_fetches(reconstruction, {0, 1 << 20}, 1 << 20);
        BOOST_REQUIRE(fetches.size() == 1u);
        BOOST_TEST(fetches[0].source->xorb == hash_of(real.at("xorb_hash")));
        BOOST_TEST(fetches[0].range.bytes.size() == real.at("xorb_body").at("len").to_number<std::uint64_t>());
        ++answers;
    }
    BOOST_TEST(answers == 1u);
}

BOOST_AUTO_TEST_CASE(version_1_says_the_same_in_other_words) {
    const std::string terms = term('a', 0, 1, 18) + "," + term('a', 2, 4, 36);
    const std::string v1 = R"({"offset_into_first_range":0,"terms":[)" + terms + R"(],"fetch_info":{")" + hex64('a') +
                           R"(":[{)" + pair("range", 0, 1) + R"(,"url":"https://cdn/1",)" + pair("url_range", 0, 25) +
                           "},{" + pair("range", 2, 4) + R"(,"url":"https://cdn/2",)" + pair("url_range", 49, 100) +
                           "}]}}";
    const auto first = parse(v1);
    const auto second = parse(answer(0, terms, source('a', range(0, 1, 0, 25) + "," + range(2, 4, 49, 100))));
    BOOST_TEST(hf::xet::same_terms(first, second));
    const auto fetches = hf::xet::plan_fetches(first, {0, 54}, 54);
    BOOST_REQUIRE(fetches.size() == 2u);
    BOOST_TEST(fetches[1].source->url == "https://cdn/2");
    BOOST_TEST((fetches[1].range == hf::xet::FetchRange{{2, 4}, {49, 101}}));
    BOOST_TEST((fetches[1].placements == std::vector<Placement>{{{2, 4}, 36, 0, {18, 54}}}));
}

BOOST_AUTO_TEST_CASE(every_window_of_a_file_of_many_terms_comes_out_right) {
    // Two xorbs; a file of pieces of them, some twice; descriptors that are larger than terms.
    std::map<hf::xet::Hash, std::string> xorbs;
    std::map<char, std::pair<std::vector<std::string>, std::vector<std::uint32_t>>> packed;
    for (const char name : {'a', 'b'}) {
        hf::xet::XorbWriter writer;
        auto& [contents, ends] = packed[name];
        for (std::size_t i = 0; i < 12; ++i) {
            contents.push_back(splitmix64(i * 31 + static_cast<std::size_t>(name), 20 + i * 7 % 50));
            writer.add(hf::xet::chunk_hash(bytes_of(contents.back())), bytes_of(contents.back()));
        }
        const auto xorb = writer.finish();
        ends = xorb.record_ends;
        xorbs[*hf::xet::parse_hash(hex64(name))] = text_of(xorb.body);
    }
    struct Piece {
        char xorb;
        std::uint32_t begin, end;
    };
    const std::vector<Piece> file = {{'a', 2, 6}, {'b', 0, 3}, {'a', 3, 5}, {'b', 8, 12}, {'a', 2, 6}, {'b', 9, 10}};
    const auto content = [&](const Piece& piece) {
        std::string out;
        for (auto i = piece.begin; i < piece.end; ++i) out += packed[piece.xorb].first[i];
        return out;
    };
    const auto descriptor = [&](char name, std::uint32_t begin, std::uint32_t end) {
        const auto& ends = packed[name].second;
        return range(begin, end, begin == 0 ? 0 : ends[begin - 1], ends[end - 1] - 1);
    };
    const auto sources =
        source('a', descriptor('a', 1, 7)) + "," + source('b', descriptor('b', 7, 12) + "," + descriptor('b', 0, 4));
    std::string data;
    for (const Piece& piece : file) data += content(piece);
    for (std::size_t begin = 0; begin < data.size(); begin += 13) {
        for (const std::size_t size : {1u, 2u, 50u, 51u, 300u, 10000u}) {
            const std::size_t end = std::min(begin + size, data.size());
            // Whole terms, so that the first may begin several chunks before the window.
            std::string terms;
            std::uint64_t skip = 0;
            std::size_t at = 0;
            for (const Piece& piece : file) {
                const std::size_t length = content(piece).size();
                if (at + length > begin && at < end) {
                    if (terms.empty())
                        skip = begin - at;
                    else
                        terms += ",";
                    terms += term(piece.xorb, piece.begin, piece.end, length);
                }
                at += length;
            }
            const auto reconstruction = parse(answer(skip, terms, sources));
            BOOST_TEST((rebuilt(reconstruction, {begin, end}, data.size(), xorbs) == data.substr(begin, end - begin)));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_range_that_several_terms_use_is_fetched_once) {
    const auto terms =
        term('a', 0, 2, 200) + "," + term('b', 5, 6, 50) + "," + term('a', 1, 4, 300) + "," + term('a', 0, 2, 200);
    const auto reconstruction =
        parse(answer(0, terms, source('a', range(0, 4, 0, 399)) + "," + source('b', range(5, 9, 900, 1300))));
    const auto fetches = hf::xet::plan_fetches(reconstruction, {1000, 1750}, 9999);
    BOOST_REQUIRE(fetches.size() == 2u);
    BOOST_TEST((fetches[0].placements == std::vector<Placement>{{{0, 2}, 200, 0, {1000, 1200}},
                                                                {{1, 4}, 300, 0, {1250, 1550}},
                                                                {{0, 2}, 200, 0, {1550, 1750}}}));
    BOOST_TEST((fetches[1].placements == std::vector<Placement>{{{5, 6}, 50, 0, {1200, 1250}}}));
}

BOOST_AUTO_TEST_CASE(overlapping_ranges_that_agree_are_used) {
    const auto ranges = range(2, 6, 200, 599) + "," + range(0, 4, 0, 399) + "," + range(0, 4, 0, 399) + "," +
                        range(1, 2, 100, 199) + "," + range(6, 7, 600, 699);
    const auto reconstruction = parse(
        answer(0, term('a', 0, 3, 30) + "," + term('a', 3, 6, 30) + "," + term('a', 6, 7, 9) + "," + term('a', 1, 2, 9),
               source('a', ranges)));
    const auto fetches = hf::xet::plan_fetches(reconstruction, {0, 78}, 78);
    BOOST_REQUIRE(fetches.size() == 3u);
    BOOST_TEST((fetches[0].range == hf::xet::FetchRange{{0, 4}, {0, 400}}));
    BOOST_TEST(fetches[0].placements.size() == 2u);
    BOOST_TEST((fetches[1].range == hf::xet::FetchRange{{2, 6}, {200, 600}}));
}

BOOST_AUTO_TEST_CASE(ranges_that_contradict_each_other_are_refused) {
    const auto contradict = [](const std::string& ranges, std::string_view words) {
        refuse(answer(0, term('a', 0, 1, 9), source('a', ranges)), 9, words);
    };
    contradict(range(0, 4, 0, 399) + "," + range(0, 4, 0, 400), "contradict");
    contradict(range(0, 4, 0, 399) + "," + range(4, 6, 300, 499), "contradict");
    contradict(range(0, 4, 0, 399) + "," + range(4, 6, 401, 499), "contradict");
    contradict(range(0, 4, 0, 399) + "," + range(5, 6, 400, 499), "contradict");
    contradict(range(0, 4, 0, 399) + "," + range(2, 3, 500, 599), "contradict");
    contradict(range(0, 4, 0, 399) + "," + range(3, 6, 399, 700), "contradict");
    contradict(range(0, 1, 0, 30) + "," + range(5, 6, 1, 20), "contradict");
    contradict(range(0, 4, 1, 399), "cannot have");
    contradict(range(0, 1, 0, 30) + "," + range(1, 4, 0, 399), "cannot have");
    contradict(range(0, 4, 0, 34), "cannot have");
    contradict(range(0, 1, 0, 262152), "cannot have");
    contradict(range(0, 4294967295u, 0, 30), "cannot have");
    contradict(range(1, 1, 10, 30), "ends before it begins");
    contradict(range(2, 1, 10, 30), "ends before it begins");
    contradict(range(1, 2, 30, 10), "ends before it begins");
    contradict(range(1, 2, 30, std::numeric_limits<std::uint64_t>::max()), "ends before it begins");
}

BOOST_AUTO_TEST_CASE(terms_that_cannot_be_are_refused) {
    const auto ranges = source('a', range(0, 4, 0, 399));
    refuse(answer(0, term('a', 1, 1, 9), ranges), 9, "no chunks");
    refuse(answer(0, term('a', 2, 1, 9), ranges), 9, "ends before it begins");
    refuse(answer(0, term('a', 0, 2, 1), ranges), 1, "more chunks than bytes");
    refuse(answer(0, term('a', 0, 1, 131073), ranges), 131073, "more bytes than its chunks");
    refuse(answer(0, term('a', 0, 1, 4294967296), ranges), 9, "terms[0].unpacked_length");
    refuse(answer(9, term('a', 0, 1, 9), ranges), 9, "begins behind");
    refuse(answer(1, "", ranges), 9, "begins behind");
}

BOOST_AUTO_TEST_CASE(terms_that_nothing_is_fetched_for_are_refused) {
    const auto ranges = source('a', range(1, 4, 100, 399));
    refuse(answer(0, term('b', 1, 2, 9), ranges), 9, "does not say where to fetch a term of " + hex64('b'));
    refuse(answer(0, term('a', 0, 2, 9), ranges), 9, "does not say where");
    refuse(answer(0, term('a', 3, 5, 9), ranges), 9, "does not say where");
    // In two ranges, but in none as a whole.
    refuse(answer(0, term('a', 3, 5, 9), source('a', range(1, 4, 100, 399) + "," + range(4, 5, 400, 499))), 9,
           "does not say where");
    refuse(R"({"offset_into_first_range":0,"terms":[)" + term('a', 1, 2, 9) + "]}", 9, "neither");
}

BOOST_AUTO_TEST_CASE(sums_that_do_not_add_up_are_refused) {
    const auto text = answer(0, term('a', 0, 1, 10) + "," + term('a', 1, 2, 10), source('a', range(0, 4, 0, 399)));
    plan(text, 20);
    refuse(text, 21, "20 bytes and not 21");
    refuse(text, 19, "1 bytes beyond the end");
    refuse(text, 0, "nothing was asked");
    const auto reconstruction = parse(text);
    const auto window = [&](std::uint64_t begin, std::uint64_t end, std::uint64_t size) {
        return hf::xet::plan_fetches(reconstruction, {begin, end}, size);
    };
    BOOST_TEST(window(100, 111, 1000).size() == 1u);
    check_error<InvalidResponseError>([&] { window(100, 110, 1000); }, "terms behind");
    check_error<InvalidResponseError>([&] { window(100, 121, 1000); }, "not 21");
    check_error<InvalidResponseError>([&] { window(100, 120, 119); }, "beyond the end");
    // An end beyond the file is cut.
    BOOST_TEST(window(100, 9000, 120)[0].placements.back().file.end == 120u);
}

BOOST_AUTO_TEST_CASE(an_empty_file_needs_nothing) {
    const auto text = R"({"offset_into_first_range":0,"terms":[],"xorbs":{}})";
    BOOST_TEST(hf::xet::plan_fetches(parse(text), {0, 0}, 0).empty());
    BOOST_TEST(parse(R"({"offset_into_first_range":0,"terms":[]})").size() == 0u);
    refuse(text, 5, "0 bytes and not 5");
}

BOOST_AUTO_TEST_CASE(hashes_of_upper_case_digits_mean_the_same) {
    const auto reconstruction =
        parse(answer(0, term('A', 0, 1, 10) + "," + term('a', 1, 2, 10), source('a', range(0, 4, 0, 399))));
    BOOST_TEST(hf::xet::plan_fetches(reconstruction, {0, 20}, 20).size() == 1u);
    // Both spellings as two members: one xorb, whose ranges must agree.
    plan(answer(0, term('a', 0, 1, 9), source('a', range(0, 1, 0, 30)) + "," + source('A', range(1, 2, 31, 60))), 9);
    refuse(answer(0, term('a', 0, 1, 9), source('a', range(0, 1, 0, 30)) + "," + source('A', range(0, 1, 0, 31))), 9,
           "contradict");
}

BOOST_AUTO_TEST_CASE(wrong_members_are_named) {
    const auto wrong = [](const std::string& text, std::string_view words) {
        check_error<InvalidResponseError>([&] { parse(text); }, words);
    };
    wrong("", "JSON");
    wrong("<html>", "JSON");
    wrong("[]", "object");
    wrong("{}", "offset_into_first_range");
    wrong(answer(0, R"({"hash":"abc","unpacked_length":1,"range":{"start":0,"end":1}})", ""), "terms[0].hash");
    wrong(answer(0, R"({"hash":5,"unpacked_length":1,"range":{"start":0,"end":1}})", ""), "terms[0].hash");
    wrong(answer(0, term('a', 0, 1, 9) + R"(,{"hash":")" + hex64('a') + R"("})", ""), "terms[1]");
    wrong(answer(0, R"({"hash":")" + hex64('a') + R"(","unpacked_length":1,"range":{"start":-1,"end":1}})", ""),
          "terms[0].range.start");
    wrong(answer(0, term('a', 0, 1, 9), R"("abc":[{"url":"https://cdn/","ranges":[)" + range(0, 1, 0, 9) + "]}]"),
          "something else than a hash");
    wrong(answer(0, term('a', 0, 1, 9), "\"" + hex64('a') + R"(":[{"url":5,"ranges":[]}])"), "url");
    for (const char* url : {"", "cdn/x?sig=secret", "file:///etc/passwd?secret", "ftp://cdn/secret", "https://"}) {
        try {
            parse(answer(0, term('a', 0, 1, 9), source('a', range(0, 1, 0, 9), url)));
            BOOST_ERROR(url);
        } catch (const InvalidResponseError& error) {
            BOOST_TEST(error.message().find("something else than a URL") != std::string::npos);
            BOOST_TEST(error.message().find("secret") == std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(members_in_another_order_and_unknown_ones_are_read) {
    const std::string text = R"({"xorbs":{)" + source('a', range(0, 4, 0, 399)) + R"(},"new":[1],"terms":[)" +
                             term('a', 0, 1, 10) + R"(],"offset_into_first_range":3})";
    BOOST_TEST(parse(text).size() == 7u);
    BOOST_TEST(parse(text).sources[0].url == "https://cdn/x?sig=secret");
}

BOOST_AUTO_TEST_CASE(renewed_answers_must_have_the_same_terms) {
    const auto ranges = source('a', range(0, 4, 0, 399));
    const auto other_url = source('a', range(0, 4, 0, 399), "https://cdn/y");
    const auto base = parse(answer(0, term('a', 0, 2, 10), ranges));
    BOOST_TEST(hf::xet::same_terms(base, parse(answer(0, term('a', 0, 2, 10), other_url))));
    BOOST_TEST(!hf::xet::same_terms(base, parse(answer(1, term('a', 0, 2, 10), ranges))));
    BOOST_TEST(!hf::xet::same_terms(base, parse(answer(0, term('a', 0, 2, 11), ranges))));
    BOOST_TEST(!hf::xet::same_terms(base, parse(answer(0, term('a', 0, 3, 10), ranges))));
    BOOST_TEST(!hf::xet::same_terms(base, parse(answer(0, term('b', 0, 2, 10), ranges))));
}

BOOST_AUTO_TEST_SUITE_END()

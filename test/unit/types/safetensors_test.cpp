#include "pure_table.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/types/safetensors.hpp>

#include <boost/json/serialize.hpp>

BOOST_AUTO_TEST_SUITE(safetensors)

using hf::SafetensorsParsingError;

namespace {

std::string length_prefix(std::uint64_t size) {
    std::string out;
    for (int i = 0; i < 8; ++i) out += static_cast<char>(size >> (8 * i));
    return out;
}

hf::SafetensorsFileMetadata parse(std::string_view header) { return hf::parse_safetensors_header(header, "'f'"); }

std::string tensor(std::string_view shape) {
    return R"({"w":{"dtype":"F32","shape":)" + std::string(shape) + R"(,"data_offsets":[0,4]}})";
}

}  // namespace

BOOST_AUTO_TEST_CASE(counts_as_the_reference) {
    hf::test::for_each_row("safetensors_counts", [](const hf::test::Row& row) {
        hf::SafetensorsRepoMetadata repo;
        const auto& expected = row.output().as_object();
        for (const auto& [file, tensors] : row.input().at("files_tensors").as_object()) {
            boost::json::object header;
            for (const auto& [name, tensor] : tensors.as_object())
                header[name] = {
                    {"dtype", tensor.as_array()[0]}, {"shape", tensor.as_array()[1]}, {"data_offsets", {0, 1}}};
            const auto parsed = parse(boost::json::serialize(header));
            for (const auto& [name, count] : expected.at("tensor_counts").at(file).as_object())
                BOOST_TEST(parsed.tensors.at(std::string(name)).parameter_count == count.to_number<std::uint64_t>());
            BOOST_TEST((hf::json::to_value(parsed.parameter_count) == expected.at("file_counts").at(file)));
            repo.files_metadata.emplace(file, parsed);
        }
        hf::count_parameters(repo, "'repo'");
        BOOST_TEST((hf::json::to_value(repo.parameter_count) == expected.at("repo_counts")));
    });
}

BOOST_AUTO_TEST_CASE(headers) {
    // Written by the format's own tool, padded with spaces.
    const auto file = parse(R"({"__metadata__":{"format":"pt"},)"
                            R"("wte.weight":{"dtype":"F32","shape":[10,4],"data_offsets":[0,160]}}   )");
    BOOST_TEST(file.metadata.at("format").as_string() == "pt");
    const auto& wte = file.tensors.at("wte.weight");
    BOOST_TEST(wte.dtype == "F32");
    BOOST_TEST((wte.shape == std::vector<std::uint64_t>{10, 4}));
    BOOST_TEST((wte.data_offsets == std::array<std::uint64_t, 2>{0, 160}));
    BOOST_TEST(parse("{}").tensors.empty());
    BOOST_TEST(parse(R"({"__metadata__":null})").metadata.empty());
    BOOST_TEST((hf::json::to_value(wte).at("parameter_count").to_number<int>() == 40));
}

BOOST_AUTO_TEST_CASE(hostile_headers) {
    for (const std::string& header :
         {std::string(), std::string("null"), std::string("[]"), std::string("{bad"), std::string("{}{}"),
          std::string(R"({"w":1})"), std::string(R"({"w":{}})"), std::string(R"({"__metadata__":"x"})"),
          std::string(R"({"w":{"dtype":"F32","shape":[1]}})"),
          std::string(R"({"w":{"dtype":1,"shape":[],"data_offsets":[0,1]}})"),
          std::string(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0]}})"), tensor("[-1]"), tensor("[1.5]"),
          tensor("\"x\""), tensor("[4294967296,4294967296]"), tensor("[18446744073709551616]"),
          std::string(100'000, '['), "{\"a\":" + std::string(100'000, '{')})
        BOOST_CHECK_EXCEPTION(parse(header), SafetensorsParsingError, [](const hf::Error& e) {
            return e.message().find("'f'") != std::string::npos && e.message().size() < 1000;
        });
    // Two tensors that fit one by one.
    BOOST_CHECK_THROW(parse(R"({"a":{"dtype":"U8","shape":[9223372036854775807,2],"data_offsets":[0,1]},)"
                            R"("b":{"dtype":"U8","shape":[9],"data_offsets":[0,1]}})"),
                      SafetensorsParsingError);
}

BOOST_AUTO_TEST_CASE(a_tensor_that_is_described_twice_is_an_error) {
    const std::string one = R"("w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
    BOOST_CHECK_THROW(parse("{" + one + "," + one + "}"), SafetensorsParsingError);
    BOOST_TEST(parse(R"({"a:\"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"x":"{:"}})")
                   .tensors.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_length_before_the_header) {
    BOOST_TEST(hf::safetensors_header_size(length_prefix(0x1234) + "{", "'f'") == 0x1234u);
    BOOST_TEST(hf::safetensors_header_size(length_prefix(25'000'000), "'f'") == hf::safetensors_max_header_bytes);
    BOOST_CHECK_THROW(hf::safetensors_header_size("1234567", "'f'"), SafetensorsParsingError);
    BOOST_CHECK_EXCEPTION(hf::safetensors_header_size(length_prefix(25'000'001), "'f'"), SafetensorsParsingError,
                          [](const hf::Error& e) {
                              return e.message().find("25000001") != std::string::npos &&
                                     e.message().find("25000000") != std::string::npos;
                          });
    BOOST_CHECK_THROW(hf::safetensors_header_size(std::string(8, '\xff'), "'f'"), SafetensorsParsingError);
}

BOOST_AUTO_TEST_CASE(indexes) {
    const auto index = hf::parse_safetensors_index(R"({"metadata":{"total_size":9},"weight_map":{"w":"f-1"}})", "'i'");
    BOOST_TEST(index.weight_map.at("w") == "f-1");
    BOOST_REQUIRE(index.metadata.has_value());
    BOOST_TEST(index.metadata->at("total_size").as_int64() == 9);
    BOOST_TEST(!hf::parse_safetensors_index("{}", "'i'").metadata);
    for (const char* text : {"", "[]", R"({"weight_map":{"w":1}})", R"({"weight_map":[]})"})
        BOOST_CHECK_THROW(hf::parse_safetensors_index(text, "'i'"), SafetensorsParsingError);
}

BOOST_AUTO_TEST_SUITE_END()

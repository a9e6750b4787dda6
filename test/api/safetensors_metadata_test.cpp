#include "fake_transport.hpp"

#include <hf/hf_api.hpp>
#include <hf/session/environment.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

// What the vectors do not show: servers that ignore ranges, and waste nothing.
using namespace hf;
namespace asio = boost::asio;

namespace {

std::string safetensors(const std::string& header) {
    std::string out;
    for (int i = 0; i < 8; ++i) out += static_cast<char>(header.size() >> 8 * i & 0xff);
    return out + header;
}

std::string header_of(std::size_t size) {
    std::string header = R"({"t":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})";
    header.resize(std::max(size, header.size()), ' ');
    return header;
}

struct Fixture {
    asio::io_context context;
    std::shared_ptr<test::FakeTransport> transport = std::make_shared<test::FakeTransport>();
    Environment environment{[](const std::string&) { return std::optional<std::string>(); }, "/nowhere"};

    SafetensorsFileMetadata parse() {
        SessionConfig config;
        config.endpoint = "https://hub.test";
        config.environment = &environment;
        config.retry.max_attempts = 1;
        HfApi api(Session(context.get_executor(), config, transport, std::make_shared<test::FakeClock>()));
        auto future =
            asio::co_spawn(context, api.parse_safetensors_file_metadata("a/b", "model.safetensors"), asio::use_future);
        context.restart();
        context.run();
        return future.get();
    }
    std::string range(std::size_t i) const { return std::string(transport->field(i, "Range").value_or("none")); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(safetensors_metadata)

BOOST_FIXTURE_TEST_CASE(a_whole_file_in_place_of_the_first_range_is_not_read_to_its_end, Fixture) {
    transport->answers.push_back(
        test::Answer(200, safetensors(header_of(0)) + std::string(1u << 20, 'x')).with_step(4096).breaking());
    const SafetensorsFileMetadata file = parse();
    BOOST_TEST(file.parameter_count.at("F32") == 6u);
    BOOST_TEST(transport->requests.size() == 1u);
    BOOST_TEST(range(0) == "bytes=0-100000");
}

BOOST_FIXTURE_TEST_CASE(a_header_that_the_first_range_cuts_is_asked_for, Fixture) {
    for (const std::size_t size : {std::size_t(99'994), std::size_t(100'000), std::size_t(300'000)}) {
        const std::string file = safetensors(header_of(size));
        transport->answers.emplace_back(206, file.substr(0, 100'001));
        transport->answers.emplace_back(206, file.substr(8));
        const std::size_t first = transport->requests.size();
        BOOST_TEST(parse().tensors.at("t").shape.size() == 2u);
        BOOST_TEST(range(first + 1) == "bytes=8-" + std::to_string(size + 7));
    }
}

BOOST_FIXTURE_TEST_CASE(a_header_that_just_fits_is_not_asked_for_again, Fixture) {
    transport->answers.emplace_back(206, safetensors(header_of(99'993)));
    BOOST_TEST(parse().tensors.size() == 1u);
    BOOST_TEST(transport->requests.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_whole_file_in_place_of_the_second_range_is_understood, Fixture) {
    const std::string file = safetensors(header_of(300'000)) + std::string(24, 'x');
    transport->answers.push_back(test::Answer(200, file).with_step(1000));
    transport->answers.push_back(test::Answer(200, file).with_step(1000));
    BOOST_TEST(parse().tensors.at("t").parameter_count == 6u);
}

BOOST_FIXTURE_TEST_CASE(an_answer_cut_short_is_an_error, Fixture) {
    transport->answers.emplace_back(206, safetensors(header_of(300'000)).substr(0, 100'001));
    transport->answers.emplace_back(206, header_of(300'000).substr(0, 20));
    BOOST_CHECK_THROW(parse(), SafetensorsParsingError);
    transport->answers.emplace_back(206, "1234567");
    BOOST_CHECK_THROW(parse(), SafetensorsParsingError);
}

BOOST_AUTO_TEST_SUITE_END()

// hfhub's side of the differential run: makes the calls that it reads on a Hub that runs.
//
//     hfhub_differential FOLDER ENDPOINT TOKEN
//
// A line of input is {"method", "args", "error"} in the notation of test/fixtures/wire/README.md, where "error" is
// what the reference raised (null: it did not). A line of output is {"result"}, or {"thrown", "difference"}: what was
// thrown, and how it differs from the reference's error (null: not at all).

#include "comparison.hpp"
#include "methods.hpp"
#include "world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <optional>

namespace {

using namespace hf::conformance;
namespace asio = boost::asio;

asio::awaitable<json::value> make_call(World& world, const Method& method, const json::object& given) {
    Arena arena;
    Arguments arguments(given, {arena, world});
    Call call{world, arena, arguments};
    co_return co_await method(call);
}

/// The result, or the exception in `failure`.
json::value run(asio::io_context& context, World& world, const json::object& line, std::exception_ptr& failure) {
    const std::string name(line.at("method").as_string());
    const Method* method = find_method(own_name(name));
    if (!method) throw std::runtime_error("no such method: " + name);
    bool done = false;
    json::value result;
    const auto store = [&](std::exception_ptr error, json::value value) {
        failure = error;
        result = std::move(value);
        done = true;
    };
    const json::object given = line.at("args").as_object();
    asio::co_spawn(context, make_call(world, *method, given), store);
    while (!done) context.run_one();
    return result;
}

json::object answer(asio::io_context& context, World& world, const json::object& line) {
    std::exception_ptr failure;
    json::value result = run(context, world, line, failure);
    if (!failure) return {{"result", std::move(result)}};
    json::object out{{"thrown", describe(failure)}, {"difference", nullptr}};
    if (const auto* expected = line.at("error").if_object())
        if (const Difference difference = compare_error(*expected, failure)) out["difference"] = *difference;
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: hfhub_differential FOLDER ENDPOINT TOKEN\n";
        return 2;
    }
    const json::string endpoint(argv[2]);
    const json::object client{{"token", argv[3]}, {"inference_endpoints", endpoint}};
    const json::object call{{"env", json::object{{"HF_ENDPOINT", endpoint}}}, {"client", client}};
    asio::io_context context(1);
    World world(context.get_executor(), argv[1], Mode::outcome, false);
    world.make_api({{"call", call}});
    for (std::string line; std::getline(std::cin, line);) {
        try {
            const json::value parsed = json::parse(line);
            std::cout << json::serialize(answer(context, world, parsed.as_object())) << std::endl;
        } catch (const std::exception& error) {
            const json::object out{{"thrown", error.what()}, {"difference", "the program cannot make the call"}};
            std::cout << json::serialize(out) << std::endl;
        }
    }
    world.close();
    context.run();
}

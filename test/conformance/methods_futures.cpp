#include "methods.hpp"

namespace hf::conformance {

namespace {

namespace asio = boost::asio;

/// A call that outlives the step which made it.
struct BackgroundCall {
    BackgroundCall(World& world, json::object given)
        : given(std::move(given)), arguments(this->given, {arena, world}), call{world, arena, arguments} {}

    json::object given;
    Arena arena;
    Arguments arguments;
    Call call;
};

asio::awaitable<json::value> run(std::shared_ptr<BackgroundCall> background, const Method* method) {
    co_return co_await (*method)(background->call);
}

asio::awaitable<json::value> run_as_future(Call& call) {
    const json::object function = call.arguments.parameter<json::object>("fn");
    const std::string name = text_member(function, "$method");
    const Method* method = find_method(own_name(name));
    if (!method) throw std::runtime_error("the runner does not know the method " + name);
    auto background = std::make_shared<BackgroundCall>(call.world, call.arguments.rest_as_json());
    Future<json::value> future = call.world.api().run_as_future(run(std::move(background), method));
    if (!call.wait) co_return json::value{{"$future", "pending"}};
    co_return co_await future.result();
}

}  // namespace

std::vector<MethodRow> future_methods() {
    return {
        {"InferenceEndpoint.delete", without_result(call_object(&InferenceEndpoint::delete_))},
        {"run_as_future", run_as_future},
    };
}

}  // namespace hf::conformance

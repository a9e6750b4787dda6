#include "run_case.hpp"

#include "fs_tree.hpp"
#include "methods.hpp"
#include "outcome_hub.hpp"
#include "pure_tables.hpp"
#include "script.hpp"
#include "world.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/value_from.hpp>

#include <fstream>

namespace hf::conformance {
namespace {

namespace asio = boost::asio;

// A case that takes longer hangs: the longest one waits a second for a stalled peer.
constexpr std::chrono::seconds patience{20};

/// What a call gave: exactly one of both.
struct Outcome {
    json::value result;
    std::exception_ptr error;
};

/// "$name.method" is the method of the class of the saved object.
std::string table_name(const std::string& method, World& world, std::any*& receiver) {
    if (!method.starts_with('$')) return own_name(method);
    const auto dot = method.find('.');
    SavedObject& object = world.saved(method.substr(1, dot - 1));
    receiver = &object.value;
    return object.type + method.substr(dot);
}

asio::awaitable<Outcome> make_call(World& world, const json::object& step) {
    std::any* receiver = nullptr;
    const std::string name = table_name(text_member(step, "method"), world, receiver);
    const Method* method = find_method(name);
    if (!method) throw std::runtime_error("the runner does not know the method " + name);
    Arena arena;
    const json::object given = step.at("args").as_object();
    Arguments arguments(given, {arena, world});
    const json::value* wait = member(step, "wait");
    Call call{world, arena, arguments, receiver, !wait || wait->as_bool(), {}};
    Outcome outcome;
    try {
        outcome.result = co_await (*method)(call);
    } catch (...) {
        outcome.error = std::current_exception();
    }
    const json::value* save_as = member(step, "save_as");
    if (save_as && call.made) world.save(std::string(save_as->as_string()), std::move(*call.made));
    co_return outcome;
}

void write_files(World& world, const json::object& step) {
    create_files(step.at("fs_write").as_object(), world.folder());
    if (const json::value* shift = member(step, "mtime_shift")) shift_times(shift->as_object(), world.folder());
}

Difference compare_outcome(const json::object* error, const json::value& expected, const Outcome& outcome) {
    if (error) {
        if (!outcome.error) return "expected " + excerpt(error->at("class")) + ", got " + excerpt(outcome.result);
        return compare_error(*error, outcome.error);
    }
    if (outcome.error) return "expected a result, got " + describe(outcome.error);
    return compare_json(expected, outcome.result);
}

const json::object* error_in(const json::value& expected) {
    const json::object* object = expected.if_object();
    const json::value* error = object ? member(*object, "$error") : nullptr;
    return error ? &error->as_object() : nullptr;
}

json::value with_objects(World& world, const json::array& shown, json::value result) {
    json::object states;
    for (const auto& name : shown) states[name.as_string()] = world.saved(std::string(name.as_string())).show();
    return {{"$return", std::move(result)}, {"vars", std::move(states)}};
}

asio::awaitable<Difference> play_step(World& world, const json::object& step, const json::value& expected) {
    if (step.contains("fs_write")) {
        write_files(world, step);
        co_return Difference();
    }
    Outcome outcome = co_await make_call(world, step);
    const json::value* show = member(step, "show");
    if (show && !outcome.error) outcome.result = with_objects(world, show->as_array(), std::move(outcome.result));
    co_return compare_outcome(error_in(expected), expected, outcome);
}

asio::awaitable<Difference> play(World& world, const json::object& data) {
    const json::object& call = data.at("call").as_object();
    if (const json::value* steps = member(call, "steps")) {
        const json::array& results = data.at("results").as_array();
        for (std::size_t i = 0; i < steps->as_array().size(); ++i) {
            Difference difference = co_await play_step(world, steps->at(i).as_object(), results.at(i));
            if (difference) co_return "step " + std::to_string(i + 1) + " " + *difference;
        }
        co_return Difference();
    }
    const Outcome outcome = co_await make_call(world, call);
    const json::value* error = member(data, "error");
    co_return compare_outcome(error ? &error->as_object() : nullptr, error ? json::value() : data.at("result"),
                              outcome);
}

Difference compare_sleeps(const json::object& data, const FakeClock& clock) {
    const json::value* sleeps = member(data, "retry_sleeps_s");
    if (!sleeps) return {};
    std::vector<double> expected, actual;
    for (const auto& seconds : sleeps->as_array()) expected.push_back(seconds.to_number<double>());
    for (const auto sleep : clock.sleeps()) actual.push_back(std::chrono::duration<double>(sleep).count());
    bool same = expected.size() == actual.size();
    // The clock's random number is a little less than 1, and waits are whole milliseconds.
    for (std::size_t i = 0; same && i < expected.size(); ++i) same = std::abs(expected[i] - actual[i]) < 0.01;
    if (same) return {};
    return "waits: expected " + excerpt(json::value_from(expected)) + ", got " + excerpt(json::value_from(actual));
}

/// Runs `play` to its end, or gives up.
Difference run(asio::io_context& context, World& world, const json::object& data) {
    Difference difference = "the call did not end within " + std::to_string(patience.count()) + " s";
    asio::cancellation_signal stop;
    const auto done = [&](std::exception_ptr error, Difference found) {
        difference = error ? Difference("the runner failed: " + describe(error)) : std::move(found);
        world.close();
    };
    asio::co_spawn(context, play(world, data), asio::bind_cancellation_slot(stop.slot(), done));
    context.run_for(patience);
    if (!context.stopped()) {
        if (!difference) difference = "work was left on the executor";
        stop.emit(asio::cancellation_type::all);
        context.run_for(std::chrono::seconds(2));
    }
    return difference;
}

/// Compares result or error and files.
Difference play_and_compare(asio::io_context& context, World& world, const json::object& data) {
    if (const json::value* files = member(data, "fs_before")) create_files(files->as_object(), world.folder());
    world.make_api(data);
    world.make_objects(data);
    if (auto difference = run(context, world, data)) return difference;
    if (auto difference = compare_sleeps(data, world.clock())) return difference;
    const json::value* files = member(data, "fs_after");
    return files ? compare_files(files->as_object(), world.folder()) : Difference();
}

Difference compare_everything(const VectorCase& vector_case, const std::filesystem::path& folder) {
    asio::io_context context(1);
    World world(context.get_executor(), folder, Mode::requests, vector_case.reference_routes);
    const json::value data = substitute(json::value(vector_case.data), world.placeholders());
    Script script(data.at("exchanges").as_array(), world.placeholders().at("endpoint"));
    world.answer_with(
        [&script](std::string_view url, const test::ReceivedRequest& request) { return script.answer(url, request); });
    const Difference result = play_and_compare(context, world, data.as_object());
    // A request that differs is the cause of a result that does.
    if (auto difference = script.compare()) return *difference + (result ? "; then " + *result : "");
    return result;
}

/// The same case with the client's own plan: result and files must be equal, requests need not.
Difference compare_outcome_only(const VectorCase& vector_case, const std::filesystem::path& folder) {
    asio::io_context context(1);
    World world(context.get_executor(), folder, Mode::outcome, vector_case.reference_routes);
    const json::value data = substitute(json::value(vector_case.data), world.placeholders());
    OutcomeHub hub(data.as_object(), world.placeholders().at("endpoint"));
    world.answer_with(
        [&hub](std::string_view url, const test::ReceivedRequest& request) { return hub.answer(url, request); });
    const Difference result = play_and_compare(context, world, data.as_object());
    if (auto difference = hub.unanswered()) return *difference + (result ? "; then " + *result : "");
    return result;
}

Difference run_wire_case(const VectorCase& vector_case, const std::filesystem::path& folder) {
    if (auto difference = compare_everything(vector_case, folder / "1")) return difference;
    const json::value* method = member(vector_case.data.at("call").as_object(), "method");
    if (!method || *method != "snapshot_download") return {};
    const Difference difference = compare_outcome_only(vector_case, folder / "2");
    return difference ? Difference("in outcome mode: " + *difference) : Difference();
}

Difference run_pure_case(const VectorCase& vector_case, const std::filesystem::path& folder) {
    const PureFunction* function = find_pure_function(vector_case.file);
    if (!function) return "the runner does not know the table " + vector_case.file;
    const json::value whole = substitute(json::value(vector_case.data), {{"tmp", folder.string()}});
    const json::object& data = whole.get_object();
    Outcome outcome;
    try {
        outcome.result = (*function)(data.at("input").as_object(), PurePlace{folder, vector_case.reference_routes});
    } catch (...) {
        outcome.error = std::current_exception();
    }
    if (const json::value* error = member(data, "error")) return compare_outcome(&error->as_object(), {}, outcome);
    // The table of errors has them as output; class null means that nothing is thrown.
    const json::value& output = data.at("output");
    const json::object* object = output.if_object();
    if (const json::value* type = object ? member(*object, "class") : nullptr)
        return compare_outcome(type->is_null() ? nullptr : object, {}, outcome);
    return compare_outcome(nullptr, output, outcome);
}

}  // namespace

Difference run_case(const VectorCase& vector_case, const std::filesystem::path& folder) {
    try {
        return vector_case.pure() ? run_pure_case(vector_case, folder) : run_wire_case(vector_case, folder);
    } catch (const std::exception& error) {
        return std::string("the runner failed: ") + error.what();
    }
}

}  // namespace hf::conformance

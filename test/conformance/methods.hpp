#pragma once

#include "arguments.hpp"
#include "render.hpp"
#include "world.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace hf::conformance {

/// One call of a case.
struct Call {
    World& world;
    Arena& arena;
    Arguments& arguments;
    std::any* receiver = nullptr;          ///< of "$name.method"
    bool wait = true;                      ///< false: start it and go on
    std::optional<SavedObject> made = {};  ///< what `save_as` keeps
};

/// Makes the call and gives its result in the notation of the vectors.
using Method = std::function<boost::asio::awaitable<json::value>(Call& call)>;

/// A row of the table of methods. The name is the reference's; those of objects are "Class.method".
struct MethodRow {
    std::string_view name;
    Method method;
    std::string_view parameters = {};  ///< of declared calls: "repo_id, [options]"
    std::string_view result = {};      ///< and their type: "ModelInfo"
    /// Of the second of two calls of one name: the parameter whose list the case must give for it.
    std::string_view list_parameter = {};
};

/// The calls that a header declares, written by declared_calls.
struct DeclaredCalls {
    std::string_view header;  ///< below include/hf: "api/models.hpp"
    std::vector<MethodRow> rows;
};
std::vector<DeclaredCalls> declared_calls();

/// Rows that are not what the declaration says: constructors, objects, and calls that need more than arguments.
std::vector<MethodRow> commit_methods();
std::vector<MethodRow> future_methods();
std::vector<MethodRow> workflow_methods();

/// The name of hfhub's call for one of the vectors: "huggingface_hub.X" is X, and "hfhub.X" is X of our own vectors
/// where the reference's X gives something else.
std::string own_name(std::string_view name);

/// All rows, by their own names; null for a method that the runner does not know.
const Method* find_method(std::string_view name);

/// Types whose objects have calls of their own: `save_as` keeps them.
template <class T>
inline constexpr bool has_calls = false;

template <class T>
void keep(Call& call, T object) {
    auto kept = std::make_shared<T>(std::move(object));
    call.made = SavedObject{type_name(typeid(T)), std::any(kept), [kept] { return render(*kept); }};
}

template <class T>
boost::asio::awaitable<json::value> rendered(Call& call, boost::asio::awaitable<T> operation) {
    if constexpr (std::is_void_v<T>) {
        co_await std::move(operation);
        co_return json::value();
    } else {
        T result = co_await std::move(operation);
        auto out = render(result);
        if constexpr (has_calls<T>) keep(call, std::move(result));
        co_return out;
    }
}

template <class T>
boost::asio::awaitable<json::value> rendered(Call&, AsyncGenerator<T> items) {
    json::array out;
    while (true) {
        const std::optional<T> item = co_await items.next();
        if (!item) break;
        out.push_back(render(*item));
    }
    co_return json::value(std::move(out));
}

namespace detail {
// What the case does not give is such that the client sends its requests one after the other, as the reference.
template <class Options>
Options options(Call& call) {
    auto out = call.arguments.rest<Options>();
    if constexpr (requires { out.num_threads; }) {
        if (out.num_threads == 0) out.num_threads = 1;
    }
    return out;
}

using Names = std::vector<std::string_view>;

/// The parameters that `names` names are taken one by one; what follows them is the options struct.
template <class... P, std::size_t... I>
std::tuple<P...> take_arguments(Call& call, const Names& names, std::index_sequence<I...>) {
    [[maybe_unused]] const auto parameter = [&]<class T>(std::size_t index, T*) -> T {
        if (index < names.size()) return call.arguments.parameter<T>(names[index]);
        if constexpr (hf::json::detail::described<T>)
            return options<T>(call);
        else
            throw std::logic_error("too few parameters are named, or the options are not described");
    };
    std::tuple<P...> values{parameter(I, static_cast<P*>(nullptr))...};
    call.arguments.require_all_used();
    return values;
}

template <class C, class Member, class... P>
Method make_method(Member member, Names names, std::tuple<P...>*) {
    return [member, names = std::move(names)](Call& call) {
        auto values = take_arguments<P...>(call, names, std::index_sequence_for<P...>());
        const auto function = [&](auto&&... arguments) {
            C& api = call.world.api();
            return (api.*member)(std::move(arguments)...);
        };
        return rendered(call, std::apply(function, std::move(values)));
    };
}

template <class C>
boost::asio::awaitable<json::value> shown(std::shared_ptr<C> object, boost::asio::awaitable<void> operation) {
    co_await std::move(operation);
    co_return render(*object);
}
}  // namespace detail

/// The row of a member function whose parameters are, in order, the reference's `names`, then options. A name
/// with a question mark may be missing, as in "private?"; the parameter is then empty.
template <class R, class C, class... P>
Method call(R (C::*function)(P...) const, std::initializer_list<std::string_view> names = {}) {
    return detail::make_method<const C>(function, names, static_cast<std::tuple<std::remove_cvref_t<P>...>*>(nullptr));
}
template <class R, class C, class... P>
Method call(R (C::*function)(P...), std::initializer_list<std::string_view> names = {}) {
    return detail::make_method<C>(function, names, static_cast<std::tuple<std::remove_cvref_t<P>...>*>(nullptr));
}

/// The same for a function of a kept object, which is what the reference gives back.
template <class C, class... P>
Method call_object(boost::asio::awaitable<void> (C::*function)(P...),
                   std::initializer_list<std::string_view> names = {}) {
    return [function, names = detail::Names(names)](Call& call) {
        const auto object = std::any_cast<const std::shared_ptr<C>&>(*call.receiver);
        auto values = detail::take_arguments<std::remove_cvref_t<P>...>(call, names, std::index_sequence_for<P...>());
        const auto bound = [&](auto&&... arguments) { return ((*object).*function)(std::move(arguments)...); };
        return detail::shown(object, std::apply(bound, std::move(values)));
    };
}

/// The same row without a result.
inline Method without_result(Method method) {
    return [method = std::move(method)](Call& call) -> boost::asio::awaitable<json::value> {
        co_await method(call);
        co_return json::value();
    };
}

/// The same row without some arguments, which the reference does not look at or which mean nothing here.
inline Method ignoring(std::vector<std::string_view> names, Method method) {
    return [names = std::move(names), method = std::move(method)](Call& call) {
        for (const auto name : names) call.arguments.ignore(name);
        return method(call);
    };
}

}  // namespace hf::conformance

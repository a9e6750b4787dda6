#pragma once

#include "arguments.hpp"
#include "render.hpp"
#include "world.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <initializer_list>
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
};

/// The rows of each resource group.
std::vector<MethodRow> commit_methods();
std::vector<MethodRow> download_methods();
std::vector<MethodRow> file_methods();
std::vector<MethodRow> listing_methods();
std::vector<MethodRow> repo_methods();
std::vector<MethodRow> user_methods();
std::vector<MethodRow> workflow_methods();

/// All rows; null for a method that the runner does not know.
const Method* find_method(std::string_view name);

template <class T>
boost::asio::awaitable<json::value> rendered(boost::asio::awaitable<T> operation) {
    if constexpr (std::is_void_v<T>) {
        co_await std::move(operation);
        co_return json::value();
    } else {
        const T result = co_await std::move(operation);
        co_return render(result);
    }
}

template <class T>
boost::asio::awaitable<json::value> rendered(AsyncGenerator<T> items) {
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

// The parameters that `names` names are taken one by one; what follows them is the options struct.
template <class F, class... P, std::size_t... I>
boost::asio::awaitable<json::value> invoke(Call& call, const F& function, std::tuple<P...>*, std::index_sequence<I...>,
                                           const std::vector<std::string_view>& names) {
    [[maybe_unused]] const auto parameter = [&]<class T>(std::size_t index, T*) -> T {
        if (index < names.size()) return call.arguments.parameter<T>(names[index]);
        if constexpr (hf::json::detail::described<T>)
            return options<T>(call);
        else
            throw std::logic_error("too few parameters are named, or the options are not described");
    };
    std::tuple<P...> values{parameter(I, static_cast<P*>(nullptr))...};
    call.arguments.require_all_used();
    return rendered(function(call.world.api(), std::get<I>(std::move(values))...));
}

template <class R, class C, class Member, class... P>
Method make_method(Member member, std::initializer_list<std::string_view> names) {
    return [member, names = std::vector<std::string_view>(names)](Call& call) {
        const auto function = [member](C& api, auto&&... arguments) {
            return (api.*member)(std::forward<decltype(arguments)>(arguments)...);
        };
        return invoke(call, function, static_cast<std::tuple<std::remove_cvref_t<P>...>*>(nullptr),
                      std::index_sequence_for<P...>(), names);
    };
}
}  // namespace detail

/// The row of a member function whose parameters are, in order, the reference's `names`, then options. A name
/// with a question mark may be missing, as in "private?"; the parameter is then empty.
template <class R, class C, class... P>
Method call(R (C::*function)(P...) const, std::initializer_list<std::string_view> names = {}) {
    return detail::make_method<R, const C, R (C::*)(P...) const, P...>(function, names);
}
template <class R, class C, class... P>
Method call(R (C::*function)(P...), std::initializer_list<std::string_view> names = {}) {
    return detail::make_method<R, C, R (C::*)(P...), P...>(function, names);
}

/// The same row without some deprecated arguments, which the reference does not look at.
inline Method ignoring(std::initializer_list<std::string_view> names, Method method) {
    return [names = std::vector<std::string_view>(names), method = std::move(method)](Call& call) {
        for (const auto name : names) call.arguments.ignore(name);
        return method(call);
    };
}

}  // namespace hf::conformance

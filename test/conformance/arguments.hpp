#pragma once

#include "vector_file.hpp"

#include <hf/core/duration_arg.hpp>
#include <hf/core/json.hpp>
#include <hf/core/string_list.hpp>
#include <hf/core/text_arg.hpp>
#include <hf/core/token_arg.hpp>

#include <boost/describe/members.hpp>

#include <declared/declared_structs.hpp>

#include <chrono>
#include <concepts>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hf::conformance {

class World;

/// For an argument that the reference refuses at run time, with a ValueError, and C++ at compile time: throws what
/// hfhub throws for wrong arguments, HFValidationError.
[[noreturn]] void refuse_type(std::string_view argument);

/// Keeps what views refer to until the call has ended.
class Arena {
public:
    template <class T>
    T& keep(T value) {
        auto kept = std::make_shared<T>(std::move(value));
        T& out = *kept;
        kept_.push_back(std::move(kept));
        return out;
    }

private:
    std::vector<std::shared_ptr<void>> kept_;
};

/// What conversions need: a place for what they make, and the case (for `$ref`).
struct ArgumentContext {
    Arena& arena;
    World& world;
};

/// How an argument is made of JSON; specialise for types that are none of the usual ones.
template <class T>
struct Argument;

template <class T>
concept convertible = requires { sizeof(Argument<T>); };

template <class T>
T to_argument(const json::value& data, ArgumentContext context) {
    return Argument<T>::from(data, context);
}

/// "cardData" -> "card_data".
std::string snake_case(std::string_view name);

/// The named arguments of one call. All of them must be used: an option that the runner drops would make a
/// vector pass for nothing.
class Arguments {
public:
    Arguments(const json::object& arguments, ArgumentContext context) : arguments_(arguments), context_(context) {}

    bool contains(std::string_view name) const { return arguments_.contains(name); }

    bool is_list(std::string_view name) const {
        const json::value* data = member(arguments_, name);
        return data && data->is_array();
    }

    /// A parameter; a name that ends in '?' may be missing, then it is empty. Throws std::runtime_error if the
    /// case lacks another one.
    template <class T>
    T parameter(std::string_view name) {
        const bool may_be_missing = name.ends_with('?');
        if (may_be_missing) name.remove_suffix(1);
        const json::value* data = use(name);
        if (data && !(may_be_missing && data->is_null())) return convert<T>(name, *data);
        if constexpr (std::default_initializable<T>) {
            if (may_be_missing) return T();
        }
        throw std::runtime_error("the case lacks the argument '" + std::string(name) + "'");
    }

    void ignore(std::string_view name) { used_.insert(std::string(name)); }

    /// All arguments together, as the members of one object.
    template <class T>
    T whole() {
        for (const auto& [name, data] : arguments_) used_.insert(std::string(name));
        return to_argument<T>(json::value(arguments_), context_);
    }

    /// All other arguments as a described options struct; null leaves the default.
    template <class Options>
    Options rest() {
        Options options{};
        for (const auto& [name, data] : arguments_) {
            if (used_.contains(std::string(name))) continue;
            // An argument that is not given by being None need not exist (`proxies`).
            if (!set_member(options, snake_case(std::string_view(name)), data) && !data.is_null()) {
                throw std::runtime_error("the options have no '" + std::string(name) + "'");
            }
            used_.insert(std::string(name));
        }
        return options;
    }

    /// All other arguments as they stand.
    json::object rest_as_json();

    /// Throws std::runtime_error if an argument was not used.
    void require_all_used() const;

private:
    const json::value* use(std::string_view name);

    template <class T>
    T convert(std::string_view name, const json::value& data) {
        if constexpr ((std::integral<T> && !std::same_as<T, bool>) || std::same_as<T, DurationArg>) {
            if (!data.is_number()) refuse_type(name);
        }
        return to_argument<T>(data, context_);
    }

    template <class Options>
    bool set_member(Options& options, const std::string& wanted, const json::value& data) {
        bool found = false;
        boost::mp11::mp_for_each<boost::describe::describe_members<Options, boost::describe::mod_public>>(
            [&](auto member) {
                std::string_view name = member.name;
                if (name.ends_with('_')) name.remove_suffix(1);
                if (name != wanted) return;
                found = true;
                using T = std::remove_cvref_t<decltype(options.*member.pointer)>;
                if (data.is_null()) return;
                if constexpr (convertible<T>)
                    options.*member.pointer = convert<T>(wanted, data);
                else
                    throw std::runtime_error("'" + wanted + "' cannot be given by a case");
            });
        return found;
    }

    const json::object& arguments_;
    ArgumentContext context_;
    std::set<std::string> used_;
};

template <>
struct Argument<bool> {
    static bool from(const json::value& data, ArgumentContext) { return data.as_bool(); }
};

template <class T>
    requires(std::integral<T> || std::floating_point<T>)
struct Argument<T> {
    static T from(const json::value& data, ArgumentContext) { return data.to_number<T>(); }
};

template <class Rep, class Period>
struct Argument<std::chrono::duration<Rep, Period>> {
    using Duration = std::chrono::duration<Rep, Period>;
    static Duration from(const json::value& data, ArgumentContext) {
        return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(data.to_number<double>()));
    }
};

template <>
struct Argument<DurationArg> {
    static DurationArg from(const json::value& data, ArgumentContext) { return data.to_number<double>(); }
};

template <>
struct Argument<std::string> {
    static std::string from(const json::value& data, ArgumentContext) { return std::string(data.as_string()); }
};

template <>
struct Argument<TextArg> {
    static TextArg from(const json::value& data, ArgumentContext context) {
        if (data.is_null()) return TextArg();
        return std::string_view(context.arena.keep(std::string(data.as_string())));
    }
};

template <>
struct Argument<std::string_view> {
    static std::string_view from(const json::value& data, ArgumentContext context) {
        return context.arena.keep(std::string(data.as_string()));
    }
};

/// A local path, also as {"$path": …}.
template <>
struct Argument<std::filesystem::path> {
    static std::filesystem::path from(const json::value& data, ArgumentContext) {
        const json::object* object = data.if_object();
        return object ? text_member(*object, "$path") : std::string(data.as_string());
    }
};

template <class T>
struct Argument<std::optional<T>> {
    static std::optional<T> from(const json::value& data, ArgumentContext context) {
        if (data.is_null()) return std::nullopt;
        return to_argument<T>(data, context);
    }
};

template <class T>
struct Argument<std::vector<T>> {
    static std::vector<T> from(const json::value& data, ArgumentContext context) {
        std::vector<T> out;
        for (const auto& item : data.as_array()) out.push_back(to_argument<T>(item, context));
        return out;
    }
};

template <class T>
struct Argument<std::span<const T>> {
    static std::span<const T> from(const json::value& data, ArgumentContext context) {
        return context.arena.keep(to_argument<std::vector<T>>(data, context));
    }
};

template <class T>
struct Argument<std::map<std::string, T>> {
    static std::map<std::string, T> from(const json::value& data, ArgumentContext context) {
        std::map<std::string, T> out;
        for (const auto& [name, item] : data.as_object()) out.emplace(name, to_argument<T>(item, context));
        return out;
    }
};

/// Views of what is kept in the arena.
template <class T>
    requires convertible<T>
struct Argument<const T*> {
    static const T* from(const json::value& data, ArgumentContext context) {
        return &context.arena.keep(to_argument<T>(data, context));
    }
};

template <>
struct Argument<json::value> {
    static json::value from(const json::value& data, ArgumentContext) { return data; }
};

template <>
struct Argument<json::object> {
    static json::object from(const json::value& data, ArgumentContext) { return data.as_object(); }
};

/// One text, or a list of them.
template <>
struct Argument<StringList> {
    static StringList from(const json::value& data, ArgumentContext context) {
        if (data.is_string()) return StringList(to_argument<std::string_view>(data, context));
        return StringList(context.arena.keep(to_argument<std::vector<std::string>>(data, context)));
    }
};

template <>
struct Argument<TokenArg> {
    static TokenArg from(const json::value& data, ArgumentContext context) {
        if (data.is_bool()) return TokenArg(data.get_bool());
        if (data.is_null()) return TokenArg();
        return TokenArg(to_argument<std::string_view>(data, context));
    }
};

template <hf::json::detail::described_enum T>
struct Argument<T> {
    static T from(const json::value& data, ArgumentContext) { return hf::json::from_value<T>(data); }
};

/// A described struct made of its members; `$type` is not looked at.
template <hf::json::detail::described T>
struct Argument<T> {
    static T from(const json::value& data, ArgumentContext context) {
        json::object members = data.as_object();
        members.erase("$type");
        return Arguments(members, context).rest<T>();
    }
};

}  // namespace hf::conformance

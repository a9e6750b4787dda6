#include "comparison.hpp"

#include "reference_errors.hpp"

#include <hf/core/error.hpp>
#include <hf/core/url.hpp>

#include <boost/core/demangle.hpp>
#include <boost/json/serialize.hpp>

#include <typeinfo>

namespace hf::conformance {
namespace {

bool same_number(const json::value& a, const json::value& b) {
    if (a.is_double() || b.is_double()) return a.to_number<double>() == b.to_number<double>();
    if (a.is_uint64() || b.is_uint64()) {
        if (a.is_int64() && a.get_int64() < 0) return false;
        if (b.is_int64() && b.get_int64() < 0) return false;
        return a.to_number<std::uint64_t>() == b.to_number<std::uint64_t>();
    }
    return a.get_int64() == b.get_int64();
}

Difference differ(const json::value& expected, const json::value& actual, const std::string& path) {
    return path + ": expected " + excerpt(expected) + ", got " + excerpt(actual);
}

// Notations for "nothing to compare", and members that README.md makes optional.
bool is_opaque(const json::value& expected) {
    const json::object* object = expected.if_object();
    return object && (object->contains("$repr") || object->contains("$none"));
}
bool is_optional_member(std::string_view name) { return name == "$extra"; }

// A member of a record, or of what it keeps as `extra`.
const json::value* find_member(const json::object& actual, std::string_view name) {
    if (const json::value* found = member(actual, name)) return found;
    const json::value* extra = member(actual, "$extra");
    return extra && extra->is_object() ? member(extra->get_object(), name) : nullptr;
}

// The reference keeps some parts of answers as dictionaries where hfhub has records: these may have no more
// members than the dictionary, but for empty ones.
Difference find_surplus(const json::object& expected, const json::object& actual, const std::string& path) {
    if (expected.contains("$type")) return {};
    const bool record = actual.contains("$type");
    for (const auto& [name, value] : actual) {
        if (expected.contains(name) || (record && (name.starts_with('$') || value.is_null()))) continue;
        return path + "." + std::string(name) + ": not expected, got " + excerpt(value);
    }
    return {};
}

Difference compare_objects(const json::object& expected, const json::object& actual, const std::string& path) {
    for (const auto& [name, value] : expected) {
        if (is_optional_member(name)) continue;
        const std::string inner = path + "." + std::string(name);
        const json::value* found = find_member(actual, name);
        if (!found) return inner + ": missing, expected " + excerpt(value);
        if (auto difference = compare_json(value, *found, inner)) return difference;
    }
    return find_surplus(expected, actual, path);
}

Difference compare_texts(const json::object& expected, std::string_view name, const std::string& actual) {
    const json::value* value = member(expected, name);
    if (!value) return {};
    const std::string wanted = value->is_null() ? std::string() : std::string(value->as_string());
    if (wanted == actual) return {};
    return "error." + std::string(name) + ": expected " + excerpt(*value) + ", got " + excerpt(json::value(actual));
}

/// An address as hfhub's messages have it: without signatures.
std::string without_secrets(const std::string& fragment) {
    if (!fragment.starts_with("http://") && !fragment.starts_with("https://")) return fragment;
    return Url::parse(fragment).redacted();
}

Difference compare_message(const json::object& expected, const std::string& message) {
    const json::value* fragments = member(expected, "message_contains");
    if (!fragments) return {};
    for (const auto& fragment : fragments->as_array()) {
        if (message.find(without_secrets(std::string(fragment.as_string()))) == message.npos)
            return "error message lacks " + excerpt(fragment) + ": " + excerpt(json::value(message));
    }
    return {};
}

Difference compare_class(const json::object& expected, const Error& error, const std::string& description) {
    using Check = bool (ReferenceError::*)(const boost::system::error_code&) const;
    const auto check = [&](const json::value& name, Check holds) -> Difference {
        const ReferenceError* row = find_reference_error(std::string_view(name.as_string()));
        if (!row) return "error class unknown to the runner: " + excerpt(name);
        if (!(row->*holds)(error.code())) return "error is no " + excerpt(name) + ": " + description;
        return {};
    };
    if (auto difference = check(expected.at("class"), &ReferenceError::is_thrown_as)) return difference;
    if (const json::value* ancestors = member(expected, "is_a")) {
        for (const auto& name : ancestors->as_array()) {
            if (auto difference = check(name, &ReferenceError::includes)) return difference;
        }
    }
    const json::value* cause = member(expected, "cause");
    if (!cause) return {};
    const ReferenceError* row = find_reference_error(std::string_view(cause->as_string()));
    if (!row) return "cause unknown to the runner: " + excerpt(*cause);
    // Where the reference wraps an error into another, ours may be the inner one.
    if (!row->includes(error.info().cause) && !row->includes(error.code()))
        return "cause is no " + excerpt(*cause) + ": " + error.info().cause.message() + " in " + description;
    return {};
}

}  // namespace

Difference compare_json(const json::value& expected, const json::value& actual, const std::string& path) {
    if (is_opaque(expected)) return {};
    if (expected.is_number() && actual.is_number())
        return same_number(expected, actual) ? Difference() : differ(expected, actual, path);
    if (expected.kind() != actual.kind()) return differ(expected, actual, path);
    if (expected.is_object()) return compare_objects(expected.get_object(), actual.get_object(), path);
    if (!expected.is_array()) return expected == actual ? Difference() : differ(expected, actual, path);
    const json::array& wanted = expected.get_array();
    const json::array& found = actual.get_array();
    if (wanted.size() != found.size())
        return path + ": expected " + std::to_string(wanted.size()) + " elements, got " + std::to_string(found.size()) +
               ": " + excerpt(actual);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (auto difference = compare_json(wanted[i], found[i], path + "[" + std::to_string(i) + "]"))
            return difference;
    }
    return {};
}

Difference compare_error(const json::object& expected, const std::exception_ptr& thrown) {
    const std::string description = describe(thrown);
    try {
        if (!thrown) return "no error, expected " + excerpt(expected.at("class"));
        std::rethrow_exception(thrown);
    } catch (const Error& error) {
        if (auto difference = compare_class(expected, error, description)) return difference;
        if (const json::value* status = member(expected, "status");
            status && !status->is_null() && status->to_number<unsigned>() != error.status())
            return "error.status: expected " + excerpt(*status) + ", got " + std::to_string(error.status());
        if (auto difference = compare_texts(expected, "server_message", error.info().server_message)) return difference;
        if (auto difference = compare_texts(expected, "request_id", error.info().request_id)) return difference;
        return compare_message(expected, error.message());
    } catch (...) {
        return "expected " + excerpt(expected.at("class")) + ", got a foreign exception: " + description;
    }
}

std::string describe(const std::exception_ptr& thrown) {
    if (!thrown) return "no error";
    try {
        std::rethrow_exception(thrown);
    } catch (const Error& error) {
        return boost::core::demangle(typeid(error).name()) + " (" + std::to_string(error.status()) + ", " +
               error.code().message() + "): " + error.message();
    } catch (const std::exception& error) {
        return boost::core::demangle(typeid(error).name()) + ": " + error.what();
    } catch (...) {
        return "an unknown exception";
    }
}

json::array decode_pairs(std::string_view text) {
    const auto decode = [](std::string_view part) {
        std::string out(part);
        for (char& c : out) {
            if (c == '+') c = ' ';
        }
        return unquote(out);
    };
    json::array out;
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        const auto equals = pair.find('=');
        const std::string_view value = equals == pair.npos ? std::string_view() : pair.substr(equals + 1);
        out.push_back(json::array{json::value(decode(pair.substr(0, equals))), json::value(decode(value))});
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
    }
    return out;
}

std::string excerpt(const json::value& value) {
    constexpr std::size_t limit = 300;
    std::string text = json::serialize(value);
    if (text.size() > limit) text = text.substr(0, limit) + "…";
    return text;
}

}  // namespace hf::conformance

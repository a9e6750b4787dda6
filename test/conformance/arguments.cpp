#include "arguments.hpp"

#include <hf/core/error.hpp>

namespace hf::conformance {

void refuse_type(std::string_view argument) {
    throw_validation(argument, std::string(argument) + " does not have this type");
}

std::string snake_case(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z') {
            out += '_';
            out += static_cast<char>(c - 'A' + 'a');
        } else {
            out += c;
        }
    }
    return out;
}

json::object Arguments::rest_as_json() {
    json::object out;
    for (const auto& [name, data] : arguments_) {
        if (used_.insert(std::string(name)).second) out[name] = data;
    }
    return out;
}

void Arguments::require_all_used() const {
    for (const auto& [name, data] : arguments_) {
        if (!used_.contains(std::string(name)))
            throw std::runtime_error("the call has no argument '" + std::string(name) + "'");
    }
}

const json::value* Arguments::use(std::string_view name) {
    const json::value* data = member(arguments_, name);
    if (data) used_.insert(std::string(name));
    return data;
}

}  // namespace hf::conformance

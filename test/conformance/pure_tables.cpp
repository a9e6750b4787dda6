#include "pure_tables.hpp"

#include "arguments.hpp"

#include <map>

namespace hf::conformance {

const PureFunction* find_pure_function(std::string_view table) {
    static const std::map<std::string_view, PureFunction> functions = [] {
        std::map<std::string_view, PureFunction> out;
        for (auto rows : {core_tables(), type_tables()}) {
            for (auto& row : rows) out.emplace(row.table, std::move(row.function));
        }
        return out;
    }();
    const auto it = functions.find(table);
    return it == functions.end() ? nullptr : &it->second;
}

std::string input_text(const json::object& input, std::string_view name, std::string fallback) {
    const json::value* value = member(input, name);
    if (!value || value->is_null()) return fallback;
    if (value->is_string()) return std::string(value->get_string());
    const json::object* object = value->if_object();
    const json::value* repeat = object ? member(*object, "repeat") : nullptr;
    if (!repeat) refuse_type(name);
    std::string out;
    for (auto count = repeat->at(1).to_number<std::size_t>(); count > 0; --count) out += repeat->at(0).as_string();
    return out;
}

}  // namespace hf::conformance

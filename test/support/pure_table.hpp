#pragma once

#include "files.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace hf::test {

/// One row of a pure table: a function's input, and its output or error.
class Row {
public:
    explicit Row(const boost::json::object& row) : row_(row) {}

    std::string id() const { return std::string(row_.at("id").as_string()); }
    const boost::json::object& input() const { return row_.at("input").as_object(); }
    const boost::json::value& output() const { return row_.at("output"); }
    bool is_error() const { return row_.contains("error"); }
    bool may_differ() const { return row_.contains("may_differ"); }

    /// A text of the input; empty where it is absent or null.
    std::string text(std::string_view name) const {
        const auto* value = input().if_contains(name);
        if (!value || value->is_null()) return {};
        if (const auto* members = value->if_object()) return repeated(*members);
        return std::string(value->as_string());
    }
    bool has(std::string_view name) const {
        const auto* value = input().if_contains(name);
        return value && !value->is_null();
    }

private:
    // {"repeat": ["a", 96]} and {"repeat": {"text": "a", "count": 96}}
    static std::string repeated(const boost::json::object& members) {
        const auto& what = members.at("repeat");
        const bool is_list = what.is_array();
        const auto& text = is_list ? what.as_array().at(0) : what.as_object().at("text");
        const auto& count = is_list ? what.as_array().at(1) : what.as_object().at("count");
        std::string out;
        for (auto i = count.as_int64(); i > 0; --i) out += std::string_view(text.as_string());
        return out;
    }

    boost::json::object row_;
};

/// The rows that demand what today's client of the Hub does otherwise.
inline std::set<std::string> retired_rows() {
    std::set<std::string> out;
    std::ifstream file(HFHUB_FIXTURES "/wire/retired.txt");
    for (std::string line; std::getline(file, line);) out.insert(line.substr(0, line.find(' ')));
    return out;
}

/// Runs `check` on every row of test/fixtures/wire/<name>.json that is not retired; failures name the row.
template <class Check>
void for_each_row(const std::string& name, Check check) {
    const auto retired = retired_rows();
    const auto table = boost::json::parse(read_file(HFHUB_FIXTURES "/wire/" + name + ".json"));
    BOOST_REQUIRE(!table.as_array().empty());
    for (const auto& row : table.as_array()) {
        const Row data(row.as_object());
        if (retired.contains(data.id())) continue;
        BOOST_TEST_CONTEXT(data.id()) { check(data); }
    }
}

inline std::vector<std::string> texts(const boost::json::value& list) {
    std::vector<std::string> out;
    if (const auto* single = list.if_string()) return {std::string(*single)};
    for (const auto& item : list.as_array()) out.emplace_back(item.as_string());
    return out;
}

}  // namespace hf::test

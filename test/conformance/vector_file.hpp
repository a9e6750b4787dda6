#pragma once

#include <boost/json/value.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hf::conformance {

namespace json = boost::json;

/// One case of a vector file, or one row of a pure table.
struct VectorCase {
    std::string id;
    std::string file;  ///< stem of its file: the name of the method or table
    json::object data;
    bool reference_routes = true;  ///< recorded from v0.20.3, whose requests the client is to send

    bool pure() const;
    bool may_differ() const;
};

struct Vectors {
    std::vector<VectorCase> cases;
    std::size_t retired = 0;  ///< cases that were left out
};
/// All cases of all `*.json` files of a folder, in order of file name, without those that its `retired.txt` lists, if
/// it has one: `file/case  reason` per line, comments begin with #. A folder that has an `unchanged.txt`, which is
/// about an older client, was recorded from a later client than v0.20.3. Throws std::runtime_error for a file that is
/// no list of cases, and for a retired case without a reason or that no file has.
Vectors load_vectors(const std::filesystem::path& folder);

/// What "{endpoint}", "{tmp}" and so on stand for.
using Placeholders = std::map<std::string, std::string, std::less<>>;

std::string substitute(std::string_view text, const Placeholders& placeholders);
/// The same in every string of a value; names of members stay.
json::value substitute(const json::value& data, const Placeholders& placeholders);

/// The member, or null for none.
const json::value* member(const json::object& object, std::string_view name);
/// The member as a text; throws std::runtime_error if it is missing or something else.
std::string text_member(const json::object& object, std::string_view name);

/// Content in any notation: a text, {"repeat"}, {"b64"}, {"$bytes_text"}, {"$bytes_b64"}, {"$bytes_repeat"},
/// {"$fileobj_text"}. Throws std::runtime_error for anything else.
std::string decode_content(const json::value& notation);

}  // namespace hf::conformance

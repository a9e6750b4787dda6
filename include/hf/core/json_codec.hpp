#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace hf::json {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// Conversion of one type. Specialise for types that are neither described nor in json_values.hpp.
template <class T>
struct Codec;

/// A required member or type is wrong; `path` grows while the exception travels outwards.
class DecodeError {
public:
    explicit DecodeError(std::string problem) : problem_(std::move(problem)) {}
    void inside(std::string_view member);
    void inside(std::size_t index);
    [[noreturn]] void raise() const;  ///< throws InvalidResponseError

private:
    std::string path_;
    std::string problem_;
};

[[noreturn]] void throw_type(std::string_view expected, const value& found);

}  // namespace hf::json

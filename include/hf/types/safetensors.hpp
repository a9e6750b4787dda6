#pragma once

#include <hf/core/json.hpp>

#include <boost/describe/class.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// One tensor of a safetensors file. https://huggingface.co/docs/safetensors/index#format
struct TensorInfo {
    std::string dtype;                            ///< "F32", "BF16", "I64", …
    std::vector<std::uint64_t> shape;             ///< empty for a scalar
    std::array<std::uint64_t, 2> data_offsets{};  ///< begin and end, counted from the end of the header
    std::uint64_t parameter_count = 0;            ///< product of `shape`; 1 for a scalar
};
BOOST_DESCRIBE_STRUCT(TensorInfo, (), (dtype, shape, data_offsets, parameter_count))

/// Number of parameters by data type.
using ParameterCount = std::map<std::string, std::uint64_t>;

/// The header of a safetensors file.
struct SafetensorsFileMetadata {
    json::object metadata;                      ///< texts by name, as the file's author chose
    std::map<std::string, TensorInfo> tensors;  ///< by name
    ParameterCount parameter_count;
};
BOOST_DESCRIBE_STRUCT(SafetensorsFileMetadata, (), (metadata, tensors, parameter_count))

/// The headers of all safetensors files of a model.
struct SafetensorsRepoMetadata {
    std::optional<json::object> metadata;                           ///< of the index of a sharded model
    bool sharded = false;                                           ///< has an index, and more than one file
    std::map<std::string, std::string> weight_map;                  ///< file by tensor
    std::map<std::string, SafetensorsFileMetadata> files_metadata;  ///< by file name
    ParameterCount parameter_count;
};
BOOST_DESCRIBE_STRUCT(SafetensorsRepoMetadata, (), (metadata, sharded, weight_map, files_metadata, parameter_count))

/// `model.safetensors.index.json`.
struct SafetensorsIndex {
    std::optional<json::object> metadata;
    std::map<std::string, std::string> weight_map;  ///< file by tensor
};
BOOST_DESCRIBE_STRUCT(SafetensorsIndex, (), (metadata, weight_map))

template <class T>
    requires std::same_as<T, TensorInfo> || std::same_as<T, SafetensorsFileMetadata> ||
             std::same_as<T, SafetensorsRepoMetadata> || std::same_as<T, SafetensorsIndex>
constexpr std::string_view hf_wire_name(std::type_identity<T>, std::string_view member) {
    return member;
}

// The functions below throw SafetensorsParsingError. `where` names the file in its message:
// "'model.safetensors' (repo 'gpt2', revision 'main')".

/// Length of the JSON header, from the first eight bytes of a file. At most `safetensors_max_header_bytes`.
std::uint64_t safetensors_header_size(std::string_view file, std::string_view where);

/// The JSON header of a file, without the eight bytes of length before it.
SafetensorsFileMetadata parse_safetensors_header(std::string_view header, std::string_view where);

SafetensorsIndex parse_safetensors_index(std::string_view text, std::string_view where);

/// Sets `parameter_count` of each tensor and of the file from dtypes and shapes.
void count_parameters(SafetensorsFileMetadata& file, std::string_view where);

/// Sets `parameter_count` of the model from its files.
void count_parameters(SafetensorsRepoMetadata& repo, std::string_view where);

namespace json {
template <>
struct Codec<std::array<std::uint64_t, 2>> {
    static std::array<std::uint64_t, 2> from(const value& json);
    static value to(const std::array<std::uint64_t, 2>& data);
};
}  // namespace json

}  // namespace hf

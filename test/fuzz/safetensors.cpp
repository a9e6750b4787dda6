#include "fuzz.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/types/safetensors.hpp>

HFHUB_FUZZ_TARGET(input) {
    const auto file = input;
    try {
        HFHUB_PROPERTY(hf::safetensors_header_size(file, "f") <= hf::safetensors_max_header_bytes);
    } catch (const hf::SafetensorsParsingError&) {
    }
    try {
        const auto metadata = hf::parse_safetensors_header(file, "f");
        std::uint64_t tensors = 0, types = 0;
        for (const auto& [name, tensor] : metadata.tensors) tensors += tensor.parameter_count;
        for (const auto& [type, count] : metadata.parameter_count) types += count;
        HFHUB_PROPERTY(tensors == types);
    } catch (const hf::SafetensorsParsingError&) {
    }
    try {
        hf::parse_safetensors_index(file, "f");
    } catch (const hf::SafetensorsParsingError&) {
    }
}

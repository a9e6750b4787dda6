#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/types/safetensors.hpp>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <limits>

namespace hf {
namespace {

[[noreturn]] void fail(std::string_view where, std::string_view why, boost::system::error_code cause = {}) {
    ErrorInfo info;
    info.message = "Failed to parse the safetensors header of " + std::string(where) + ": " + std::string(why);
    info.cause = cause;
    throw SafetensorsParsingError(std::move(info));
}

// Sums and products of hostile shapes do not fit.
std::uint64_t product(const std::vector<std::uint64_t>& shape, std::string_view where) {
    std::uint64_t out = 1;
    for (const auto extent : shape) {
        if (__builtin_mul_overflow(out, extent, &out)) fail(where, "a tensor has more than 2^64 elements");
    }
    return out;
}

void add(std::uint64_t& sum, std::uint64_t count, std::string_view where) {
    if (__builtin_add_overflow(sum, count, &sum)) fail(where, "it counts more than 2^64 parameters");
}

json::value parse(std::string_view text, std::string_view where, boost::json::storage_ptr storage = {}) {
    boost::system::error_code failure;
    boost::json::parse_options options;
    options.max_depth = 16;  // the format nests three deep; metadata are texts
    json::value out = boost::json::parse(text, failure, std::move(storage), options);
    if (failure) fail(where, "it is not valid JSON (" + failure.message() + ")", Errc::invalid_response);
    return out;
}

std::string text_of(const json::DecodeError& error) try { error.raise(); } catch (const InvalidResponseError& raised) {
    return raised.message();
}

// Of the members of an object, given as valid JSON, also of those that have the same name.
std::size_t count_members(std::string_view text) {
    std::size_t count = 0, depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string && c == '\\') ++i;
        else if (c == '"') in_string = !in_string;
        else if (in_string) continue;
        else if (c == '{' || c == '[') ++depth;
        else if (c == '}' || c == ']') --depth;
        else if (c == ':' && depth == 1) ++count;
    }
    return count;
}

// A plain copy would stay in the arena.
json::object metadata_of(const json::value& json) {
    if (json.is_null()) return {};
    if (!json.is_object()) json::throw_type("an object", json);
    return json::object(json.get_object(), boost::json::storage_ptr());
}

TensorInfo tensor_of(const json::value& json) {
    const auto* members = json.if_object();
    if (!members) json::throw_type("an object", json);
    const auto member = [&](std::string_view name) -> const json::value& {
        if (const auto* found = members->if_contains(name)) return *found;
        throw json::DecodeError("member '" + std::string(name) + "' is missing");
    };
    TensorInfo out;
    out.dtype = json::Codec<std::string>::from(member("dtype"));
    out.shape = json::Codec<std::vector<std::uint64_t>>::from(member("shape"));
    out.data_offsets = json::Codec<std::array<std::uint64_t, 2>>::from(member("data_offsets"));
    return out;
}

}  // namespace

std::uint64_t safetensors_header_size(std::string_view file, std::string_view where) {
    if (file.size() < 8) fail(where, "the file is shorter than 8 bytes");
    std::uint64_t size = 0;
    for (std::size_t i = 8; i-- > 0;) size = size << 8 | static_cast<unsigned char>(file[i]);
    if (size > safetensors_max_header_bytes)
        fail(where, "safetensors header is too big. Maximum supported size is " +
                        std::to_string(safetensors_max_header_bytes) + " bytes (got " + std::to_string(size) + ")");
    return size;
}

SafetensorsFileMetadata parse_safetensors_header(std::string_view header, std::string_view where) {
    // A header may have 25 MB and 100,000 tensors: its JSON lives in one arena, freed at once.
    boost::json::monotonic_resource arena;
    const json::value json = parse(header, where, &arena);
    const auto* members = json.if_object();
    if (!members) fail(where, "it is no JSON object");
    if (count_members(header) != members->size()) fail(where, "it describes a tensor twice");
    SafetensorsFileMetadata out;
    for (const auto& [key, member] : *members) {
        const std::string_view name(key.data(), key.size());
        try {
            if (name == "__metadata__")
                out.metadata = metadata_of(member);
            else
                out.tensors.emplace(name, tensor_of(member));
        } catch (json::DecodeError& error) {
            error.inside(name);
            fail(where, text_of(error), Errc::invalid_response);
        }
    }
    count_parameters(out, where);
    return out;
}

SafetensorsIndex parse_safetensors_index(std::string_view text, std::string_view where) {
    const json::value json = parse(text, where);
    try {
        return json::Codec<SafetensorsIndex>::from(json);
    } catch (const json::DecodeError& error) {
        fail(where, text_of(error), Errc::invalid_response);
    }
}

void count_parameters(SafetensorsFileMetadata& file, std::string_view where) {
    file.parameter_count.clear();
    for (auto& [name, tensor] : file.tensors) {
        tensor.parameter_count = product(tensor.shape, where);
        add(file.parameter_count[tensor.dtype], tensor.parameter_count, where);
    }
}

void count_parameters(SafetensorsRepoMetadata& repo, std::string_view where) {
    repo.parameter_count.clear();
    for (const auto& [name, file] : repo.files_metadata) {
        for (const auto& [dtype, count] : file.parameter_count) add(repo.parameter_count[dtype], count, where);
    }
}

namespace json {

std::array<std::uint64_t, 2> Codec<std::array<std::uint64_t, 2>>::from(const value& json) {
    const auto list = Codec<std::vector<std::uint64_t>>::from(json);
    if (list.size() != 2) throw DecodeError("expected two numbers");
    return {list[0], list[1]};
}

value Codec<std::array<std::uint64_t, 2>>::to(const std::array<std::uint64_t, 2>& data) {
    return array{data[0], data[1]};
}

}  // namespace json
}  // namespace hf

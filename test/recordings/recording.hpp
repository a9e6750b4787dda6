#pragma once

#include <hf/core/json.hpp>
#include <hf/net/transport.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hf::recordings {

namespace json = boost::json;

/// One exchange with the real Hub, in the format of test/fixtures/real/README.md.
struct Recording {
    std::string name;                       ///< of the file, without ".json"
    net::Method method = net::Method::get;  ///< GET where the request is not known
    std::string url = "https://huggingface.co/";
    bool has_request = false;
    unsigned status = 200;
    std::vector<net::Fields::Field> fields;
    std::optional<json::value> body_json;
    std::string body;  ///< as text

    std::optional<std::string_view> field(std::string_view name) const;
    /// Path of the request, without query, '<cut>' and the like as they stand.
    std::string path() const;
};

/// Whatever of the format is missing is taken as empty. Throws std::runtime_error for what is no recording at all.
Recording load_recording(const std::filesystem::path& file);

/// All recordings of a folder, in order of names. Files that hold no exchange (openapi.json) are left out.
std::vector<std::filesystem::path> recording_files(const std::filesystem::path& folder);

/// What is wrong; empty if nothing is.
using Problem = std::optional<std::string>;

/// The body becomes its type and the type the body again, and nothing is lost on the way. Bodies of endpoints that
/// hfhub does not type are raw JSON.
Problem check_body(const Recording& recording);

/// The client makes of the answer what it is: the typed error, a redirect that is followed, JSON.
Problem check_answer(const Recording& recording);

/// Link, RateLimit, Retry-After, and what resolve answers say of a file.
Problem check_headers(const Recording& recording);

}  // namespace hf::recordings

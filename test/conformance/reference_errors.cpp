#include "reference_errors.hpp"

#include <algorithm>

namespace hf::conformance {
namespace {

using enum Errc;
using Codes = std::vector<Errc>;

Codes operator+(Codes a, const Codes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

bool contains(const Codes& codes, const boost::system::error_code& code) {
    return std::ranges::any_of(codes, [&](Errc wanted) { return code == make_error_code(wanted); });
}

std::vector<ReferenceError> make_table() {
    const Codes repository = {gated_repo};
    const Codes entry = {local_entry_not_found};
    const Codes http =
        Codes{repository_not_found, disabled_repo, revision_not_found, entry_not_found, bad_request, job_not_found} +
        repository + entry;
    const Codes network = {connection, Errc::timeout, tls, protocol};
    const Codes value = {validation, unsafe_path, invalid_response, bad_request, local_entry_not_found};
    const Codes os = Codes{http_error, offline, token_not_found, integrity, file_system, invalid_response, too_large} +
                     http + network;
    // An upload to object storage that fails: the answer itself, or what is wrong with it.
    const Codes upload = Codes{http_error, invalid_response, integrity} + http + network;
    return {
        // The reference came to know disabled repositories only later.
        {"HfHubHTTPError", "HfHubHTTPError", {http_error, disabled_repo}, http},
        {"RepositoryNotFoundError", "RepositoryNotFoundError", {repository_not_found}, repository},
        {"GatedRepoError", "GatedRepoError", {gated_repo}, {}},
        {"DisabledRepoError", "DisabledRepoError", {disabled_repo}, {}},
        {"RevisionNotFoundError", "RevisionNotFoundError", {revision_not_found}, {}},
        {"EntryNotFoundError", "EntryNotFoundError", {entry_not_found}, entry},
        {"RemoteEntryNotFoundError", "EntryNotFoundError", {entry_not_found}, {}},
        {"JobNotFoundError", "JobNotFoundError", {job_not_found}, {}},
        {"LocalEntryNotFoundError", "LocalEntryNotFoundError", {local_entry_not_found}, {}},
        {"BadRequestError", "BadRequestError", {bad_request}, {}},
        {"HFValidationError", "HFValidationError", {validation}, {}},
        {"LocalTokenNotFoundError", "LocalTokenNotFoundError", {token_not_found}, {}},
        {"OfflineModeIsEnabled", "OfflineModeIsEnabled", {offline}, {}},
        {"NotASafetensorsRepoError", "NotASafetensorsRepoError", {not_a_safetensors_repo}, {}},
        {"SafetensorsParsingError", "SafetensorsParsingError", {safetensors_parsing}, {}},
        {"MultiCommitException", "MultiCommitException", {multi_commit}, {}},
        {"InferenceEndpointError", "InferenceEndpointError", {inference_endpoint}, {Errc::timeout}},
        {"InferenceEndpointTimeoutError", "InferenceEndpointTimeoutError", {Errc::timeout}, {}},
        {"FileMetadataError", "InvalidResponseError", {invalid_response}, {}},
        {"JSONDecodeError", "InvalidResponseError", {invalid_response}, {}},
        {"InvalidJSONError", "InvalidResponseError", {invalid_response}, {}},
        {"KeyError", "InvalidResponseError", {invalid_response}, {}},
        {"LookupError", "InvalidResponseError", {invalid_response}, {}},
        {"AssertionError", "InvalidResponseError", {invalid_response}, {}},
        {"struct.error", "SafetensorsParsingError", {safetensors_parsing}, {}},
        {"error", "SafetensorsParsingError", {safetensors_parsing}, {}},
        {"ConnectionError", "ConnectionError", {connection, protocol}, network + Codes{offline}},
        {"RemoteProtocolError", "ConnectionError", {connection, protocol}, {}},
        {"ProtocolError", "ConnectionError", {connection, protocol}, {}},
        {"TransportError", "ConnectionError", {connection}, network},
        {"RequestError", "ConnectionError", {connection}, network},
        {"TimeoutError", "TimeoutError", {Errc::timeout}, {}},
        {"HTTPError", "HfHubHTTPError", {http_error}, http + network},
        {"RequestException",
         "HfHubHTTPError, ConnectionError or InvalidResponseError",
         {http_error},
         http + network + Codes{invalid_response}},
        {"FileNotFoundError", "ErrorCondition::file_not_found", {file_system, local_entry_not_found}, {}},
        {"ValueError", "ErrorCondition::value_error", {validation, invalid_response, unsafe_path}, value},
        {"OSError", "ErrorCondition::os_error", {integrity, file_system}, os},
        {"RuntimeError",
         "HfHubHTTPError, ConnectionError, InvalidResponseError or IntegrityError",
         upload,
         {validation}},
        {"NotImplementedError", "HFValidationError", {validation}, {}},
        {"Exception", "Error", {}, {}},
    };
}

}  // namespace

bool ReferenceError::is_thrown_as(const boost::system::error_code& code) const { return contains(thrown_as, code); }

bool ReferenceError::includes(const boost::system::error_code& code) const {
    return name == "Exception" || is_thrown_as(code) || contains(derived, code);
}

std::span<const ReferenceError> reference_errors() {
    static const std::vector<ReferenceError> table = make_table();
    return table;
}

const ReferenceError* find_reference_error(std::string_view name) {
    const auto table = reference_errors();
    const auto it = std::ranges::find(table, name, &ReferenceError::name);
    return it == table.end() ? nullptr : &*it;
}

std::string reference_errors_markdown() {
    std::string text = "| reference client | hfhub |\n|---|---|\n";
    for (const auto& row : reference_errors()) {
        if (row.name == "error") continue;  // the short name of struct.error
        text += "| `" + std::string(row.name) + "` | `" + std::string(row.ours) + "` |\n";
    }
    return text;
}

}  // namespace hf::conformance

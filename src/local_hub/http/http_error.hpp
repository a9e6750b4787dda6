#pragma once

#include "local_hub/http/message.hpp"

#include <boost/json/object.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hf::local_hub {

/// Thrown by handlers: becomes an answer in the Hub's format.
class HttpError : public std::runtime_error {
public:
    HttpError(unsigned status, std::string message, std::string code = {})
        : std::runtime_error(message), status(status), code(std::move(code)) {}
    unsigned status;
    std::string code;           ///< X-Error-Code
    std::vector<Field> fields;  ///< further header fields
    json::object extra;         ///< further members of a JSON body

    HttpError&& with(std::string name, std::string value) &&;
};

HttpError unauthorized();  ///< 401 as the Hub answers unknown, private and bad tokens
HttpError entry_not_found(std::string_view path, std::string_view commit);  ///< 404 EntryNotFound
HttpError bad_request(std::string message);
HttpError forbidden(std::string message);
HttpError not_found(std::string message);
HttpError conflict(std::string message);

/// What whoever asked is told of a failure of any kind: an HttpError as it is, a StorageError by its refusal, a full
/// disk as 507, everything else as 500.
HttpError http_error_of(const std::exception& failure);

/// In JSON (`{"error": ...}`), or in plain text where the Hub does so (`/resolve`).
Response error_response(const HttpError& error, bool as_json);

}  // namespace hf::local_hub

#include "local_hub/http/http_error.hpp"

#include "local_hub/data/storage_error.hpp"

#include <cerrno>
#include <system_error>

namespace hf::local_hub {
namespace {

// A header value must not carry line breaks of a message that quotes the request.
std::string header_safe(std::string_view text) {
    std::string out(text.substr(0, 500));
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return out;
}

HttpError refused(const StorageError& error) {
    switch (error.refusal) {
        case Refusal::invalid: return {400, error.what()};
        case Refusal::forbidden: return {403, error.what()};
        case Refusal::not_found: return {404, error.what()};
        case Refusal::repo_not_found: return {404, error.what(), "RepoNotFound"};
        case Refusal::revision_not_found: return {404, error.what(), "RevisionNotFound"};
        case Refusal::exists: return {409, error.what()};
        case Refusal::moved: return {412, error.what()};
        case Refusal::full: return {507, error.what()};
        case Refusal::no_git: return {501, error.what()};
    }
    return {500, error.what()};
}

}  // namespace

HttpError&& HttpError::with(std::string name, std::string value) && {
    fields.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
}

HttpError unauthorized() {
    return HttpError(401, "Invalid username or password.")
        .with("WWW-Authenticate", "Bearer realm=\"Authentication required\", charset=\"UTF-8\"");
}

HttpError entry_not_found(std::string_view path, std::string_view commit) {
    std::string message = "Entry not found";
    if (!path.empty()) message = std::string(path) + " does not exist on \"" + std::string(commit) + "\"";
    return HttpError(404, std::move(message), "EntryNotFound").with("X-Repo-Commit", std::string(commit));
}

HttpError bad_request(std::string message) { return {400, std::move(message)}; }
HttpError forbidden(std::string message) { return {403, std::move(message)}; }
HttpError not_found(std::string message) { return {404, std::move(message)}; }
HttpError conflict(std::string message) { return {409, std::move(message)}; }

HttpError http_error_of(const std::exception& failure) {
    if (const auto* error = dynamic_cast<const HttpError*>(&failure)) return *error;
    if (const auto* error = dynamic_cast<const StorageError*>(&failure)) return refused(*error);
    if (const auto* error = dynamic_cast<const std::system_error*>(&failure)) {
        const int cause = error->code().value();
        if (cause == ENOSPC || cause == EDQUOT || cause == EFBIG)
            return {507, "Insufficient storage: the disk of the Hub is full"};
    }
    return {500, "Internal Error: " + std::string(failure.what())};
}

Response error_response(const HttpError& error, bool as_json) {
    Response out(error.status);
    if (error.status < 400) {
        // A redirect to the new name of a repository.
        out = text_response(error.what(), error.status);
        for (const auto& field : error.fields) out.fields.push_back(field);
        return out;
    }
    if (as_json) {
        json::object body = error.extra;
        body.insert_or_assign("error", error.what());
        out = json_response(body, error.status);
    } else {
        out = text_response(error.what(), error.status);
    }
    if (!error.code.empty()) out.set("X-Error-Code", error.code);
    out.set("X-Error-Message", header_safe(error.what()));
    for (const auto& field : error.fields) out.fields.push_back(field);
    return out;
}

}  // namespace hf::local_hub

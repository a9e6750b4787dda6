#include "engine/download/not_cached.hpp"

#include <string>

namespace hf {

bool may_use_cache(const Error& error) {
    if (dynamic_cast<const TlsError*>(&error)) return false;
    if (dynamic_cast<const RevisionNotFoundError*>(&error)) return false;
    if (dynamic_cast<const EntryNotFoundError*>(&error)) return false;
    return dynamic_cast<const ConnectionError*>(&error) || dynamic_cast<const HfHubHTTPError*>(&error) ||
           dynamic_cast<const InvalidResponseError*>(&error);
}

void throw_not_cached(std::string_view what, bool local_only, std::exception_ptr cause) {
    ErrorInfo info;
    info.message = std::string(what) + " is not in the cache";
    if (local_only) {
        info.message += ", and local_files_only forbids to ask the Hub";
    } else if (cause) {
        try {
            std::rethrow_exception(cause);
        } catch (const RepositoryNotFoundError&) {
            throw;
        } catch (const Error& error) {
            if (error.status() == 401) throw;
            const bool answered = error.status() != 0 || error.code() == Errc::invalid_response;
            std::string message = info.message;
            message += answered ? ", and the Hub does not give it: " : ", and the Hub could not be asked: ";
            message += error.message();
            info = error.info();
            info.message = std::move(message);
            info.cause = error.code();
            // As in the reference these belong to the Hub's error, whose text is in the message.
            info.server_message.clear();
            info.request_id.clear();
        }
    }
    throw LocalEntryNotFoundError(std::move(info));
}

}  // namespace hf

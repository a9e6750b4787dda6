#include "core/rethrow.hpp"

#include <typeinfo>
#include <utility>

namespace hf {
namespace {

template <class... Types>
void throw_same(const Error& error, const ErrorInfo& info) {
    const auto try_one = [&]<class T>(std::type_identity<T>) {
        if (typeid(error) == typeid(T)) throw T(info);
    };
    (try_one(std::type_identity<Types>()), ...);
}

}  // namespace

void rethrow_as(const Error& error, ErrorInfo info) {
    throw_same<HfHubHTTPError, RepositoryNotFoundError, GatedRepoError, DisabledRepoError, RevisionNotFoundError,
               EntryNotFoundError, BadRequestError, LocalEntryNotFoundError, IncompleteSnapshotError, ConnectionError,
               TimeoutError, TlsError, ProtocolError, OfflineModeIsEnabled, HFValidationError, LocalTokenNotFoundError,
               NotASafetensorsRepoError, SafetensorsParsingError, MultiCommitException, InferenceEndpointError,
               InferenceEndpointTimeoutError, ResponseTooLargeError, InvalidResponseError, IntegrityError,
               FileSystemError, UnsafePathError, TooManyDeletionsError, HostNotAllowedError>(error, info);
    throw Error(error.code(), std::move(info));
}

void rethrow_as(const Error& error, std::string message) {
    ErrorInfo info = error.info();
    info.message = std::move(message);
    rethrow_as(error, std::move(info));
}

}  // namespace hf

#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace hf {

/// What went wrong, as a value of `hub_category()`. Every `hf::Error` carries one, so that code that
/// works with `error_code` can branch without catching by type.
enum class Errc {
    http_error = 1,         ///< a status of 400 or above that has no more precise meaning
    repository_not_found,   ///< the repository is unknown or private and not visible to this token
    gated_repo,             ///< the repository exists, but access must be requested
    disabled_repo,          ///< the repository was disabled by the Hub
    revision_not_found,     ///< no such branch, tag or commit
    entry_not_found,        ///< no such file or folder at this revision
    bad_request,            ///< 400: the Hub rejected what was sent
    local_entry_not_found,  ///< not in the cache, and the network may not or could not be used
    offline,                ///< HF_HUB_OFFLINE forbids the request
    validation,             ///< an argument is wrong; nothing was sent
    token_not_found,        ///< a token was demanded and none is configured
    not_a_safetensors_repo,
    safetensors_parsing,
    multi_commit,
    inference_endpoint,
    connection,        ///< DNS, connect, reset, early end of stream
    timeout,           ///< a deadline or the minimum transfer rate was missed
    tls,               ///< the peer's certificate or the handshake was refused
    protocol,          ///< the peer does not speak HTTP or answered nonsense
    too_large,         ///< an answer exceeds a configured limit
    invalid_response,  ///< the answer is HTTP, but not the JSON or the headers it should be
    integrity,         ///< content does not have the promised size or hash
    file_system,       ///< a local file or folder could not be read or written
    unsafe_path,       ///< a file name of the server would leave its folder
    incomplete_snapshot,  ///< a cached snapshot is known to lack files, and the Hub may not or could not be asked
    too_many_deletions,   ///< a mirror would delete more than it may, or on the word of a listing that cannot be right
    host_not_allowed,     ///< the server leads to a host that the session may not contact
    job_not_found,        ///< no such job, scheduled or not
};

/// Broader classes of `Errc`, to be compared with `error.code() == hf::ErrorCondition::not_found`.
/// The first five are the categories of the reference client's exceptions.
enum class ErrorCondition {
    value_error = 1,   ///< Python's ValueError: a wrong argument
    os_error,          ///< Python's OSError: network, HTTP or file system
    file_not_found,    ///< Python's FileNotFoundError
    connection_error,  ///< the Hub could not be reached
    timeout,
    not_found,  ///< repository, revision or entry
    network,    ///< anything below HTTP
};

const boost::system::error_category& hub_category() noexcept;
boost::system::error_code make_error_code(Errc) noexcept;
boost::system::error_condition make_error_condition(ErrorCondition) noexcept;

struct FileFailure;

/// Everything that is known of a failure. Strings are empty where nothing is known.
struct ErrorInfo {
    std::string message;         ///< one line for a person, never containing a token
    std::string argument;        ///< the argument or local path that was wrong
    std::string method;          ///< HTTP method
    std::string url;             ///< URL without user info and without signatures
    unsigned status = 0;         ///< HTTP status
    std::string request_id;      ///< X-Request-Id of the answer
    std::string error_code;      ///< X-Error-Code of the answer
    std::string repo_commit;     ///< X-Repo-Commit of the answer: the commit that lacks the file
    std::string server_message;  ///< the Hub's own words, from headers and body
    std::string body;            ///< the body of the answer, up to `SessionConfig::max_error_body`
    std::optional<std::chrono::milliseconds> retry_after;  ///< how long the Hub asks to wait
    boost::system::error_code cause;                       ///< code of the operating system, TLS or Asio
    bool unsent = false;  ///< no byte of the request left this machine: any method may be repeated
    /// Where one call brings many files: all that could not be fetched, in the order of their paths. The error
    /// itself has the type and the words of the first.
    std::vector<FileFailure> failures;
};

/// One file that could not be fetched.
struct FileFailure {
    std::string path;
    boost::system::error_code code;
    std::string message;
};

/// Base of all errors that hfhub throws. Cheap to copy; copying does not throw.
class Error : public boost::system::system_error {
public:
    Error() : Error(boost::system::error_code(), ErrorInfo()) {}  ///< no error, as boost::system::result needs it
    Error(boost::system::error_code code, ErrorInfo info);

    const ErrorInfo& info() const noexcept { return *info_; }
    const std::string& message() const noexcept { return info_->message; }
    unsigned status() const noexcept { return info_->status; }
    const char* what() const noexcept override { return info_->message.c_str(); }

private:
    std::shared_ptr<const ErrorInfo> info_;
};

namespace detail {
/// An error type whose default code is `Code`; derived ones pass their own.
template <class Base, Errc Code>
class TypedError : public Base {
public:
    explicit TypedError(ErrorInfo info) : Base(make_error_code(Code), std::move(info)) {}

protected:
    TypedError(boost::system::error_code code, ErrorInfo info) : Base(code, std::move(info)) {}
};
}  // namespace detail

/// The Hub answered with an error status.
class HfHubHTTPError : public detail::TypedError<Error, Errc::http_error> {
    using TypedError::TypedError;
};
class RepositoryNotFoundError : public detail::TypedError<HfHubHTTPError, Errc::repository_not_found> {
    using TypedError::TypedError;
};
class GatedRepoError : public detail::TypedError<RepositoryNotFoundError, Errc::gated_repo> {
    using TypedError::TypedError;
};
class DisabledRepoError : public detail::TypedError<HfHubHTTPError, Errc::disabled_repo> {
    using TypedError::TypedError;
};
class RevisionNotFoundError : public detail::TypedError<HfHubHTTPError, Errc::revision_not_found> {
    using TypedError::TypedError;
};
class EntryNotFoundError : public detail::TypedError<HfHubHTTPError, Errc::entry_not_found> {
    using TypedError::TypedError;
};
class JobNotFoundError : public detail::TypedError<HfHubHTTPError, Errc::job_not_found> {
    using TypedError::TypedError;
};
class BadRequestError : public detail::TypedError<HfHubHTTPError, Errc::bad_request> {
    using TypedError::TypedError;
};
/// The file or snapshot is not in the cache, and the Hub is switched off or out of reach.
class LocalEntryNotFoundError : public detail::TypedError<EntryNotFoundError, Errc::local_entry_not_found> {
    using TypedError::TypedError;
};

/// The Hub could not be reached, or the connection broke. `info().cause` says why.
class ConnectionError : public detail::TypedError<Error, Errc::connection> {
    using TypedError::TypedError;
};
class TimeoutError : public detail::TypedError<ConnectionError, Errc::timeout> {
    using TypedError::TypedError;
};
class TlsError : public detail::TypedError<ConnectionError, Errc::tls> {
    using TypedError::TypedError;
};
class ProtocolError : public detail::TypedError<ConnectionError, Errc::protocol> {
    using TypedError::TypedError;
};
class OfflineModeIsEnabled : public detail::TypedError<ConnectionError, Errc::offline> {
    using TypedError::TypedError;
};

/// An argument is wrong. `info().argument` names it. Thrown before anything is sent.
class HFValidationError : public detail::TypedError<Error, Errc::validation> {
    using TypedError::TypedError;
};
class LocalTokenNotFoundError : public detail::TypedError<Error, Errc::token_not_found> {
    using TypedError::TypedError;
};
class NotASafetensorsRepoError : public detail::TypedError<Error, Errc::not_a_safetensors_repo> {
    using TypedError::TypedError;
};
class SafetensorsParsingError : public detail::TypedError<Error, Errc::safetensors_parsing> {
    using TypedError::TypedError;
};
class MultiCommitException : public detail::TypedError<Error, Errc::multi_commit> {
    using TypedError::TypedError;
};
class InferenceEndpointError : public detail::TypedError<Error, Errc::inference_endpoint> {
    using TypedError::TypedError;
};
class InferenceEndpointTimeoutError : public detail::TypedError<InferenceEndpointError, Errc::timeout> {
    using TypedError::TypedError;
};
/// A buffered answer, header or decompressed body exceeds a limit of `SessionConfig`.
class ResponseTooLargeError : public detail::TypedError<Error, Errc::too_large> {
    using TypedError::TypedError;
};
/// The answer lacks what the call needs: not JSON, a required member or header is missing.
class InvalidResponseError : public detail::TypedError<Error, Errc::invalid_response> {
    using TypedError::TypedError;
};
/// Downloaded or uploaded content does not have the promised size or hash.
class IntegrityError : public detail::TypedError<Error, Errc::integrity> {
    using TypedError::TypedError;
};
/// A local file could not be read or written. `info().argument` is its path, `info().cause` the errno.
class FileSystemError : public detail::TypedError<Error, Errc::file_system> {
    using TypedError::TypedError;
};
/// A repository names a file that would be stored outside its folder.
class UnsafePathError : public detail::TypedError<Error, Errc::unsafe_path> {
    using TypedError::TypedError;
};

/// The cached snapshot is known to lack files: an earlier download was interrupted or took only a part.
/// `info().argument` is its folder, `info().message` says how many.
class IncompleteSnapshotError : public detail::TypedError<LocalEntryNotFoundError, Errc::incomplete_snapshot> {
    using TypedError::TypedError;
};
/// `mirror` was to delete more than `MirrorOptions::max_delete` files, or the listing is empty or contradicts the
/// commit's own list. Nothing was deleted. `info().argument` is "max_delete" where that would allow it, or "folder".
class TooManyDeletionsError : public detail::TypedError<Error, Errc::too_many_deletions> {
    using TypedError::TypedError;
};
/// A redirect, next link or storage link leads to a host that `SessionConfig::allowed_hosts` or its hook refuses.
class HostNotAllowedError : public detail::TypedError<Error, Errc::host_not_allowed> {
    using TypedError::TypedError;
};

/// Throws HFValidationError: `argument` is the parameter's name, `message` says what is wrong with it.
[[noreturn]] void throw_validation(std::string_view argument, std::string message);

/// Throws FileSystemError for `path`: "<action> <path>: <text of cause>".
[[noreturn]] void throw_file_system(std::string_view action, std::string_view path, boost::system::error_code cause);

}  // namespace hf

template <>
struct boost::system::is_error_code_enum<hf::Errc> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<hf::ErrorCondition> : std::true_type {};

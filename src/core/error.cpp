#include <hf/core/error.hpp>

namespace hf {
namespace {

class HubCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "hfhub"; }

    std::string message(int value) const override {
        switch (static_cast<Errc>(value)) {
            case Errc::http_error: return "HTTP error";
            case Errc::repository_not_found: return "repository not found";
            case Errc::gated_repo: return "access to the repository must be requested";
            case Errc::disabled_repo: return "repository is disabled";
            case Errc::revision_not_found: return "revision not found";
            case Errc::entry_not_found: return "entry not found";
            case Errc::bad_request: return "bad request";
            case Errc::local_entry_not_found: return "not found in the local cache";
            case Errc::offline: return "offline mode is enabled";
            case Errc::validation: return "invalid argument";
            case Errc::token_not_found: return "no token";
            case Errc::not_a_safetensors_repo: return "not a safetensors repository";
            case Errc::safetensors_parsing: return "invalid safetensors header";
            case Errc::multi_commit: return "multi-commit failed";
            case Errc::inference_endpoint: return "inference endpoint failed";
            case Errc::connection: return "connection failed";
            case Errc::timeout: return "timed out";
            case Errc::tls: return "TLS failed";
            case Errc::protocol: return "malformed HTTP";
            case Errc::too_large: return "answer too large";
            case Errc::invalid_response: return "unexpected answer";
            case Errc::integrity: return "content is corrupt";
            case Errc::file_system: return "file system error";
            case Errc::unsafe_path: return "unsafe file name";
            case Errc::incomplete_snapshot: return "the cached snapshot is incomplete";
            case Errc::too_many_deletions: return "too many files would be deleted";
            case Errc::host_not_allowed: return "the host is not allowed";
            case Errc::job_not_found: return "job not found";
        }
        return "unknown error";
    }

    bool equivalent(int value, const boost::system::error_condition& condition) const noexcept override;
};

class ConditionCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "hfhub condition"; }
    std::string message(int) const override { return "error class"; }
};

const ConditionCategory condition_category;

bool is_http(Errc code) {
    return (code >= Errc::http_error && code <= Errc::bad_request) || code == Errc::job_not_found;
}
bool is_network(Errc code) {
    return code == Errc::connection || code == Errc::timeout || code == Errc::tls || code == Errc::protocol;
}
bool is_not_found(Errc code) {
    return code == Errc::repository_not_found || code == Errc::gated_repo || code == Errc::revision_not_found ||
           code == Errc::entry_not_found || code == Errc::local_entry_not_found || code == Errc::incomplete_snapshot ||
           code == Errc::job_not_found;
}

bool belongs(Errc code, ErrorCondition condition) {
    switch (condition) {
        case ErrorCondition::value_error:
            return code == Errc::validation || code == Errc::bad_request || code == Errc::local_entry_not_found ||
                   code == Errc::incomplete_snapshot || code == Errc::unsafe_path || code == Errc::invalid_response;
        case ErrorCondition::os_error:
            return is_http(code) || is_network(code) || code == Errc::local_entry_not_found ||
                   code == Errc::incomplete_snapshot || code == Errc::host_not_allowed || code == Errc::offline ||
                   code == Errc::token_not_found || code == Errc::integrity || code == Errc::file_system ||
                   code == Errc::invalid_response || code == Errc::too_large;
        case ErrorCondition::file_not_found:
            return code == Errc::local_entry_not_found || code == Errc::incomplete_snapshot;
        case ErrorCondition::connection_error: return is_network(code) || code == Errc::offline;
        case ErrorCondition::timeout: return code == Errc::timeout;
        case ErrorCondition::not_found: return is_not_found(code);
        case ErrorCondition::network: return is_network(code);
    }
    return false;
}

bool HubCategory::equivalent(int value, const boost::system::error_condition& condition) const noexcept {
    if (condition.category() == condition_category)
        return belongs(static_cast<Errc>(value), static_cast<ErrorCondition>(condition.value()));
    return boost::system::error_category::equivalent(value, condition);
}

const HubCategory category;

}  // namespace

const boost::system::error_category& hub_category() noexcept { return category; }

boost::system::error_code make_error_code(Errc code) noexcept { return {static_cast<int>(code), category}; }

boost::system::error_condition make_error_condition(ErrorCondition condition) noexcept {
    return {static_cast<int>(condition), condition_category};
}

Error::Error(boost::system::error_code code, ErrorInfo info)
    : system_error(code), info_(std::make_shared<const ErrorInfo>(std::move(info))) {}

void throw_validation(std::string_view argument, std::string message) {
    ErrorInfo info;
    info.argument = argument;
    info.message = std::move(message);
    throw HFValidationError(std::move(info));
}

void throw_file_system(std::string_view action, std::string_view path, boost::system::error_code cause) {
    ErrorInfo info;
    info.argument = path;
    info.message = std::string(action) + " " + std::string(path) + ": " + cause.message();
    info.cause = cause;
    throw FileSystemError(std::move(info));
}

}  // namespace hf

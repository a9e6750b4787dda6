#include "session/error_mapping.hpp"

#include "core/text.hpp"
#include "net/policy/rate_limit.hpp"

#include <hf/core/datetime.hpp>
#include <hf/core/error.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace hf {
namespace {

std::string text_of(const net::Fields& fields, std::string_view name) {
    return std::string(fields.find(name).value_or(std::string_view()));
}

// What the newest reference client also takes where the Hub's own field is missing: answers of a CDN.
std::string request_id(const net::Fields& fields) {
    for (const auto name : {"X-Request-Id", "X-Amzn-Trace-Id", "X-Amz-Cf-Id"}) {
        if (auto id = text_of(fields, name); !id.empty()) return id;
    }
    return {};
}

std::string_view reason(unsigned status) {
    switch (status) {
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 412: return "Precondition Failed";
        case 413: return "Payload Too Large";
        case 416: return "Range Not Satisfiable";
        case 422: return "Unprocessable Entity";
        case 429: return "Too Many Requests";
        case 500: return "Internal Server Error";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        default: return status < 500 ? "Client Error" : "Server Error";
    }
}

// Addresses below one repository: /api/models/..., /<repo>/resolve/...
bool is_repo_path(std::string_view path) {
    for (const std::string_view prefix : {"/api/models/", "/api/datasets/", "/api/spaces/"}) {
        if (path.starts_with(prefix) && path.size() > prefix.size()) return true;
    }
    const auto resolve = path.find("/resolve/", 2);
    return resolve != path.npos && resolve + 9 < path.size();
}

// Addresses of one job, /api/jobs/<namespace>/<id>, not those of a list.
bool is_job_path(std::string_view path) {
    for (const std::string_view prefix : {"/api/jobs/", "/api/scheduled-jobs/"}) {
        if (path.starts_with(prefix)) return path.find('/', prefix.size()) != path.npos;
    }
    return false;
}

Errc classify(const Url& url, unsigned status, std::string_view code, std::string_view message) {
    if (code == "RevisionNotFound") return Errc::revision_not_found;
    if (code == "EntryNotFound") return Errc::entry_not_found;
    if (code == "GatedRepo") return Errc::gated_repo;
    // The Hub has used both, https://github.com/huggingface/huggingface_hub/pull/2412
    if (code == "DisabledRepo" || message == "Access to this resource is disabled.") return Errc::disabled_repo;
    // The Hub hides private repositories so; a token that it refuses is another matter.
    const bool hidden = status == 401 && url.origin().scheme == "https" && is_repo_path(url.path()) &&
                        message != "Invalid credentials in Authorization header";
    if (status == 404 && is_job_path(url.path())) return Errc::job_not_found;
    if (code == "RepoNotFound" || hidden) return Errc::repository_not_found;
    return status == 400 ? Errc::bad_request : Errc::http_error;
}

std::string_view explanation(Errc kind, unsigned status) {
    switch (kind) {
        case Errc::revision_not_found: return "revision not found";
        case Errc::entry_not_found: return "entry not found";
        case Errc::gated_repo: return "access to this gated repository must be requested on its page";
        case Errc::disabled_repo: return "the repository is disabled";
        case Errc::repository_not_found:
            return status == 401 ? "repository not found, or private and the token is missing or wrong"
                                 : "repository not found, or private and not visible to this token";
        case Errc::job_not_found: return "job not found";
        default: return {};
    }
}

// One line: what happened, where, in whose words, and the id by which the Hub's people find it.
std::string describe(const ErrorInfo& info, Errc kind) {
    std::string out = std::to_string(info.status) + " " + std::string(reason(info.status));
    if (const auto why = explanation(kind, info.status); !why.empty()) out.append(": ").append(why);
    out += " for " + info.method + " " + info.url;
    if (!info.server_message.empty()) {
        out += ": ";
        for (const char c : info.server_message) {
            if (c == '\n')
                out += "; ";
            else
                out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
        }
    }
    if (!info.request_id.empty()) out += " (Request ID: " + info.request_id + ")";
    return out;
}

[[noreturn]] void raise(Errc kind, ErrorInfo info) {
    switch (kind) {
        case Errc::revision_not_found: throw RevisionNotFoundError(std::move(info));
        case Errc::entry_not_found: throw EntryNotFoundError(std::move(info));
        case Errc::gated_repo: throw GatedRepoError(std::move(info));
        case Errc::disabled_repo: throw DisabledRepoError(std::move(info));
        case Errc::repository_not_found: throw RepositoryNotFoundError(std::move(info));
        case Errc::bad_request: throw BadRequestError(std::move(info));
        case Errc::job_not_found: throw JobNotFoundError(std::move(info));
        default: throw HfHubHTTPError(std::move(info));
    }
}

// Retry-After, else the end of a quota's window. The Hub sends RateLimit with every answer: only a 429 with
// nothing left means that it has to be waited for.
std::optional<std::chrono::milliseconds> wait_of(unsigned status, const net::Fields& fields,
                                                 std::chrono::system_clock::time_point now) {
    if (const auto field = fields.find("Retry-After")) {
        if (const auto wait = parse_retry_after(*field, now)) return wait;
    }
    if (status != 429) return std::nullopt;
    const auto limit = net::RateLimit::parse(fields);
    if (!limit || limit->remaining != 0u || !limit->reset) return std::nullopt;
    return *limit->reset;
}

void add_line(std::string& out, std::string_view line) {
    if (line.empty() || out.find(line) != out.npos) return;
    if (!out.empty()) out += '\n';
    out += line;
}

void add_text(std::string& out, const boost::json::value& value) {
    if (const auto* text = value.if_string()) add_line(out, {text->data(), text->size()});
}

// The text of the first element of that name, at most `limit` bytes; empty if there is none.
std::string element(std::string_view xml, std::string_view name, std::size_t limit) {
    const std::string open = "<" + std::string(name) + ">";
    const auto begin = xml.find(open);
    if (begin == xml.npos) return {};
    std::string_view rest = xml.substr(begin + open.size());
    rest = rest.substr(0, std::min(rest.find('<'), limit));
    constexpr std::pair<std::string_view, char> entities[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}};
    std::string out;
    while (!rest.empty()) {
        const auto entity = std::ranges::find_if(entities, [&](const auto& e) { return rest.starts_with(e.first); });
        const bool found = entity != std::end(entities);
        out += found ? entity->second : rest.front();
        rest.remove_prefix(found ? entity->first.size() : 1);
    }
    return out;
}

// What object stores (S3, GCS, Azure) answer: <Error><Code>AccessDenied</Code><Message>Request has expired</Message>.
void add_store_error(std::string& out, std::string_view body) {
    constexpr std::size_t longest_code = 128;
    constexpr std::size_t longest_message = 1024;
    const auto error = body.find("<Error>");
    if (error == body.npos) return;
    body.remove_prefix(error);
    const std::string code = element(body, "Code", longest_code);
    const std::string message = element(body, "Message", longest_message);
    add_line(out, code.empty() || message.empty() ? code + message : code + ": " + message);
}

// A body that is no JSON, and was not to be any. Pages tell people nothing that can be said in a line.
void add_plain_text(std::string& out, const net::Fields& fields, std::string_view body) {
    constexpr std::size_t longest_text = 512;
    const std::string type = to_lower(text_of(fields, "Content-Type"));
    body = trim(body, " \t\r\n");
    if (type.find("html") == type.npos && !body.starts_with('<') && !body.starts_with('{'))
        add_line(out, body.substr(0, longest_text));
}

void add_error(std::string& out, const boost::json::object& members) {
    const auto* error = members.if_contains("error");
    const auto* description = members.if_contains("error_description");
    const auto* reason = description ? description->if_string() : nullptr;
    const auto* name = error ? error->if_string() : nullptr;
    if (name && reason)
        add_line(out, std::string(*name) + ": " + std::string(*reason));
    else if (reason && (!error || error->is_null()))
        add_text(out, *description);
    else if (error)
        add_text(out, *error);
}

void add_body(std::string& out, const net::Fields& fields, std::string_view body) {
    add_store_error(out, body);
    boost::system::error_code failure;
    const auto json = boost::json::parse(body, failure);
    if (failure) return add_plain_text(out, fields, body);
    const auto* members = json.if_object();
    if (!members) return;
    add_error(out, *members);
    if (const auto* error = members->if_contains("error")) {
        if (const auto* list = error->if_array()) {
            for (const auto& item : *list) add_text(out, item);
        }
    }
    const auto* errors = members->if_contains("errors");
    if (!errors || !errors->is_array()) return;
    for (const auto& item : errors->get_array()) {
        const auto* entry = item.if_object();
        if (const auto* text = entry ? entry->if_contains("message") : nullptr) add_text(out, *text);
    }
}

}  // namespace

std::string server_message(const net::Fields& fields, std::string_view body) {
    std::string out;
    add_line(out, fields.find("X-Error-Message").value_or(std::string_view()));
    add_body(out, fields, body);
    return out;
}

void raise_for_status(net::Method method, const Url& url, unsigned status, const net::Fields& fields,
                      std::string_view body, std::chrono::system_clock::time_point now, std::string_view hint) {
    if (status < 400) return;
    ErrorInfo info;
    info.method = net::to_string(method);
    info.url = url.redacted();
    info.status = status;
    info.request_id = request_id(fields);
    info.error_code = text_of(fields, "X-Error-Code");
    info.repo_commit = text_of(fields, "X-Repo-Commit");
    info.server_message = server_message(fields, body);
    info.body = body;
    info.retry_after = wait_of(status, fields, now);
    const Errc kind = classify(url, status, info.error_code, info.server_message);
    info.message = describe(info, kind);
    if (!hint.empty()) info.message.append(". ").append(hint);
    raise(kind, std::move(info));
}

}  // namespace hf

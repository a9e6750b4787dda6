#include "core/link_header.hpp"
#include "fake_transport.hpp"
#include "net/policy/rate_limit.hpp"
#include "net/policy/redirect.hpp"
#include "recording.hpp"

#include <hf/api/downloads.hpp>
#include <hf/session/environment.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <regex>

namespace hf::recordings {
namespace {

namespace asio = boost::asio;

/// A client whose server gives recorded answers.
class Client {
public:
    Client() {
        SessionConfig config;
        config.environment = &environment_;
        config.retry.max_attempts = 1;
        config.obey_quota = false;
        session_.emplace(context_.get_executor(), config, transport, std::make_shared<test::FakeClock>());
    }

    void answer(const Recording& recording, bool moved = true) {
        const bool with_body = recording.method != net::Method::head;
        test::Answer out(recording.status, with_body ? recording.body : std::string());
        for (const auto& field : recording.fields) {
            // Of the wire, and of the untrimmed body.
            if (is_of_the_wire(field.first)) continue;
            out.fields.push_back(field);
        }
        if (!moved) {
            out.status = 200;
            std::erase_if(out.fields, [](const auto& field) { return is(field.first, "Location"); });
        }
        transport->answers.push_back(std::move(out));
    }

    template <class T>
    T run(asio::awaitable<T> operation) {
        auto future = asio::co_spawn(context_, std::move(operation), asio::use_future);
        context_.restart();
        context_.run();
        return future.get();
    }

    Session& session() { return *session_; }

    std::shared_ptr<test::FakeTransport> transport = std::make_shared<test::FakeTransport>();

    static bool is(std::string_view a, std::string_view b) {
        return std::ranges::equal(a, b,
                                  [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
    }

private:
    static bool is_of_the_wire(std::string_view name) {
        for (const auto* wire : {"Content-Encoding", "Transfer-Encoding", "Connection"}) {
            if (is(name, wire)) return true;
        }
        return false;
    }

    asio::io_context context_;
    Environment environment_{[](const std::string&) { return std::optional<std::string>(); }, "/nowhere"};
    std::optional<Session> session_;
};

Request request_of(const Recording& recording, Request::Redirects redirects) {
    Request request(recording.method, {});
    request.to(Url::parse(recording.url)).redirects(redirects);
    return request;
}

std::string text(std::optional<std::string_view> field) { return std::string(field.value_or(std::string_view())); }

/// The class that an error must have, by what the Hub's people say of X-Error-Code and 401.
Errc expected_error(const Recording& recording) {
    const std::string code = text(recording.field("X-Error-Code"));
    if (code == "RepoNotFound") return Errc::repository_not_found;
    if (code == "RevisionNotFound") return Errc::revision_not_found;
    if (code == "EntryNotFound") return Errc::entry_not_found;
    if (code == "GatedRepo") return Errc::gated_repo;
    if (code == "DisabledRepo" || text(recording.field("X-Error-Message")) == "Access to this resource is disabled.")
        return Errc::disabled_repo;
    static const std::regex of_repo("https://huggingface\\.co(?:/api/(?:model|dataset|space)s/.+|/.+/resolve/.+)");
    if (recording.status == 401 && recording.has_request && std::regex_match(recording.url, of_repo))
        return Errc::repository_not_found;
    return recording.status == 400 ? Errc::bad_request : Errc::http_error;
}

bool says(const ErrorInfo& info, std::string_view words) {
    return words.empty() || info.server_message.find(words) != info.server_message.npos;
}

/// What the body says of an error, for people.
std::vector<std::string> words_of(const Recording& recording) {
    std::vector<std::string> out;
    const json::object* body = recording.body_json ? recording.body_json->if_object() : nullptr;
    const json::value* error = body && recording.method != net::Method::head ? body->if_contains("error") : nullptr;
    if (error && error->is_string()) out.emplace_back(error->get_string());
    if (error && error->is_array()) {
        for (const auto& item : error->get_array()) {
            if (item.is_string()) out.emplace_back(item.get_string());
        }
    }
    if (const auto field = recording.field("X-Error-Message")) out.emplace_back(*field);
    return out;
}

Problem compare_error(const Recording& recording, const Error& error) {
    const ErrorInfo& info = error.info();
    if (info.status != recording.status) return "the error's status is " + std::to_string(info.status);
    if (error.code() != make_error_code(expected_error(recording))) return "it became " + error.code().message();
    if (!dynamic_cast<const HfHubHTTPError*>(&error)) return "it became no HfHubHTTPError";
    if (const auto id = recording.field("X-Request-Id"); id && info.request_id != *id) return "its request id is lost";
    if (info.error_code != text(recording.field("X-Error-Code"))) return "its X-Error-Code is lost";
    if (info.repo_commit != text(recording.field("X-Repo-Commit"))) return "its X-Repo-Commit is lost";
    for (const auto& words : words_of(recording)) {
        if (!says(info, words)) return "its words are lost: " + words;
    }
    if (recording.method != net::Method::head && info.body != recording.body) return "its body is lost";
    if (!info.message.starts_with(std::to_string(recording.status))) return "its message says no status";
    return {};
}

Problem check_error(const Recording& recording) {
    Client client;
    client.answer(recording);
    try {
        client.run(client.session().send(request_of(recording, Request::Redirects::none)));
    } catch (const Error& error) {
        return compare_error(recording, error);
    }
    return "no error was thrown for status " + std::to_string(recording.status);
}

/// The Hub's redirects are followed, within the site.
Problem check_redirect(const Recording& recording) {
    const auto location = recording.field("Location");
    if (!location) return {};
    Client client;
    client.answer(recording);
    client.answer(recording, false);
    client.run(client.session().send(request_of(recording, Request::Redirects::follow)));
    if (client.transport->requests.size() != 2) return "the redirect was not followed";
    const std::string expected = Url::parse(recording.url).resolve(*location).to_string();
    if (client.transport->target(1).starts_with(expected)) return {};
    return "the redirect led to " + client.transport->target(1);
}

bool is_error(const Recording& recording) { return recording.status >= 400; }

/// Without quotes, and without the mark of a weak one.
std::string plain_etag(std::string etag) {
    if (etag.starts_with("W/")) etag.erase(0, 2);
    if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) etag = etag.substr(1, etag.size() - 2);
    return etag;
}

Problem check_file(const Recording& recording) {
    Client client;
    client.answer(recording);
    if (recording.field("Location").value_or("").starts_with('/')) client.answer(recording, false);
    const DownloadsApi api(client.session());
    const HfFileMetadata file = client.run(api.get_hf_file_metadata(recording.url));
    std::string etag = text(recording.field("X-Linked-Etag"));
    if (etag.empty()) etag = text(recording.field("ETag"));
    if (file.etag.value_or("") != plain_etag(etag)) return "the ETag became " + file.etag.value_or("nothing");
    if (file.commit_hash.value_or("") != text(recording.field("X-Repo-Commit"))) return "X-Repo-Commit is lost";
    const auto size = recording.field("X-Linked-Size");
    if (size && std::to_string(file.size.value_or(0)) != *size) return "X-Linked-Size is lost";
    if (!size && recording.status == 200 && recording.field("Content-Length") &&
        std::to_string(file.size.value_or(0)) != *recording.field("Content-Length"))
        return "the size is lost";
    const auto location = recording.field("Location");
    if (location && !location->starts_with('/') && file.location != Url::parse(std::string(*location)).to_string())
        return "the location became " + file.location;
    return {};
}

Problem check_link(const Recording& recording) {
    const auto link = recording.field("Link");
    if (!link) return {};
    static const std::regex next("<([^>]*)>[^,<]*;\\s*rel=\"?next\"?", std::regex::icase);
    std::cmatch found;
    const bool has_next = std::regex_search(link->data(), link->data() + link->size(), found, next);
    const auto target = next_link(*link);
    if (!has_next) return target ? Problem("a next page was made up: " + *target) : Problem();
    return target == found[1].str() ? Problem() : Problem("the next page became " + target.value_or("nothing"));
}

std::optional<std::uint64_t> parameter(std::string_view field, char name) {
    const std::regex pattern(std::string(";\\s*") + name + "=([0-9]+)");
    std::cmatch found;
    if (!std::regex_search(field.data(), field.data() + field.size(), found, pattern)) return std::nullopt;
    return std::stoull(found[1].str());
}

Problem check_rate_limit(const Recording& recording) {
    const auto field = recording.field("RateLimit");
    if (!field) return {};
    net::Fields fields;
    for (const auto& [name, value] : recording.fields) fields.add(name, value);
    const auto limit = net::RateLimit::parse(fields);
    if (!limit) return "RateLimit was not understood";
    if (limit->remaining != parameter(*field, 'r')) return "RateLimit's r is lost";
    const auto reset = parameter(*field, 't');
    if (reset && limit->reset != std::chrono::seconds(*reset)) return "RateLimit's t is lost";
    if (field->find('"' + limit->bucket + '"') == field->npos) return "its bucket became " + limit->bucket;
    const std::string policy = text(recording.field("RateLimit-Policy"));
    if (policy.empty()) return {};
    if (limit->quota != parameter(policy, 'q')) return "RateLimit-Policy's q is lost";
    if (const auto window = parameter(policy, 'w'); window && limit->window != std::chrono::seconds(*window))
        return "RateLimit-Policy's w is lost";
    return {};
}

bool is_file_head(const Recording& recording) {
    return recording.method == net::Method::head && recording.path().find("/resolve/") != std::string::npos &&
           recording.status < 400;
}

}  // namespace

Problem check_answer(const Recording& recording) {
    if (is_error(recording)) return check_error(recording);
    if (net::is_redirect(recording.status) && !is_file_head(recording)) return check_redirect(recording);
    return {};
}

Problem check_headers(const Recording& recording) {
    if (auto problem = check_link(recording)) return problem;
    if (auto problem = check_rate_limit(recording)) return problem;
    return is_file_head(recording) ? check_file(recording) : Problem();
}

}  // namespace hf::recordings

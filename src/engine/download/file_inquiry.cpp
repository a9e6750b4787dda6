#include "engine/download/file_inquiry.hpp"
#include "core/kept_text.hpp"

#include "engine/download/file_metadata.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>

#include <algorithm>

namespace hf {

namespace asio = boost::asio;

namespace {

// Folders of the Hub have at most 10,000 files; a listing without end is none.
constexpr std::int64_t most_entries = 100'000;

/// A server that knows no HEAD, or a proxy that lets none pass. A Hub says why it refuses a file.
bool refuses_head(const HfHubHTTPError& error) {
    const unsigned status = error.status();
    return (status == 403 || status == 405 || status == 501) && error.info().error_code.empty() &&
           !dynamic_cast<const RepositoryNotFoundError*>(&error);
}

[[noreturn]] void throw_lacks(const Url& url, std::string_view what) {
    ErrorInfo info;
    info.url = url.redacted();
    info.message = "the answer to HEAD " + info.url + " has no " + std::string(what) +
                   ", and no other route gives one: it does not seem to come from a Hub (proxy or firewall?)";
    throw InvalidResponseError(std::move(info));
}

}  // namespace

std::string canonical_hash(std::string_view text) { return to_content_hash(text).value_or(std::string()); }

std::optional<ContentId> content_of(const RepoFile& entry) {
    const bool large = entry.lfs && entry.lfs->sha256;
    std::string hash = canonical_hash(large ? std::string_view(*entry.lfs->sha256) : std::string_view(entry.blob_id));
    if (hash.empty() || entry.size < 0) return std::nullopt;
    return ContentId(std::move(hash), static_cast<std::uint64_t>(entry.size));
}

FileInquiry::FileInquiry(std::shared_ptr<const TransferCall> call, std::string file, double timeout)
    : call_(std::move(call)),
      file_(std::move(file)),
      timeout_(timeout),
      url_(Url::parse(hf_hub_url(session().endpoint(), call_->repo.type(), call_->repo.id(), call_->revision, file_))) {
}

asio::awaitable<HfFileMetadata> FileInquiry::head() const {
    return file_metadata(session(), url_, call_->token, timeout_);
}

asio::awaitable<HfFileMetadata> FileInquiry::ask() {
    HfFileMetadata out;
    std::exception_ptr refused;
    try {
        out = co_await head();
    } catch (const HfHubHTTPError& error) {
        if (!refuses_head(error)) throw;
        refused = std::current_exception();
        out.location = url_.to_string();
    }
    header_etag_ = out.etag.value_or("");
    if (!out.commit_hash || !is_commit_hash(*out.commit_hash)) out.commit_hash = co_await commit_of_revision();
    if (!out.commit_hash && refused) std::rethrow_exception(refused);
    if (!out.commit_hash) throw_lacks(url_, "commit");

    if (std::string hash = canonical_hash(header_etag_); !hash.empty()) {
        out.etag = std::move(hash);
        co_return out;
    }
    const std::optional<ContentId> content = co_await listed(*out.commit_hash);
    if (content) {
        out.etag = content->etag();
        out.size = content->size();
    }
    if (header_etag_.empty() && !content && refused) std::rethrow_exception(refused);
    if (header_etag_.empty() && !content) throw_lacks(url_, "ETag");
    co_return out;
}

asio::awaitable<std::optional<std::string>> FileInquiry::commit_of_revision() const {
    if (is_commit_hash(call_->revision)) co_return call_->revision;
    Request request = get("/api/{}/revision/{}", call_->repo, segment(call_->revision));
    request.token(token()).timeout(timeout_);
    try {
        const auto info = co_await session().call<json::object>(std::move(request));
        const json::value* sha = info.if_contains("sha");
        if (sha && sha->is_string() && is_commit_hash(std::string_view(sha->get_string())))
            co_return std::string(sha->get_string());
    } catch (const Error&) {
        // What matters to the caller is what the headers lack.
    }
    co_return std::nullopt;
}

asio::awaitable<std::optional<ContentId>> FileInquiry::listed(std::string revision) const {
    std::optional<ContentId> found = co_await in_paths_info(revision);
    if (!found) found = co_await in_folder(std::move(revision));
    co_return found;
}

asio::awaitable<std::optional<ContentId>> FileInquiry::in_paths_info(std::string revision) const {
    const std::pair<std::string, std::string> form[] = {{"paths", file_}, {"expand", "False"}};
    Request request = post("/api/{}/paths-info/{}", call_->repo, segment(revision));
    request.form(form).idempotent(true).token(token()).timeout(timeout_);
    try {
        const auto entries = co_await session().call<std::vector<RepoTreeEntry>>(std::move(request));
        for (const RepoTreeEntry& entry : entries) {
            if (entry.file() && entry.path() == file_) co_return content_of(*entry.file());
        }
    } catch (const Error&) {
        // Many mirrors have no such route.
    }
    co_return std::nullopt;
}

asio::awaitable<std::optional<ContentId>> FileInquiry::in_folder(std::string revision) const {
    const auto slash = file_.rfind('/');
    Request request = get("/api/{}/tree/{}", call_->repo, segment(revision));
    if (slash != file_.npos)
        request = get("/api/{}/tree/{}/{}", call_->repo, segment(revision), segment(file_.substr(0, slash)));
    request.token(token()).timeout(timeout_);
    ListOptions options;
    options.limit = most_entries;
    auto tree = session().list<RepoTreeEntry>(std::move(request), options);
    try {
        while (auto entry = co_await tree.next()) {
            if (entry->file() && entry->path() == file_) co_return content_of(*entry->file());
        }
    } catch (const Error&) {
        // The file can still be had, unverified.
    }
    co_return std::nullopt;
}

}  // namespace hf

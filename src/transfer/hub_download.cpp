#include "transfer/hub_download.hpp"

#include "transfer/file_lock.hpp"
#include "transfer/file_metadata.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/core/repo.hpp>
#include <hf/core/safe_path.hpp>
#include <hf/session/environment.hpp>

#include <filesystem>

namespace hf {

namespace asio = boost::asio;
namespace fs = std::filesystem;

HubDownloadArgs::HubDownloadArgs(const Session& session, std::string_view id, std::string_view filename,
                                 const HfHubDownloadOptions& options)
    : repo_type(validate_repo_type(options.repo_type)),
      repo_id(id),
      file(filename),
      revision(options.revision.empty() ? default_revision : options.revision),
      cache_dir(options.cache_dir.empty() ? session.cache_dir() : options.cache_dir),
      local_dir(options.local_dir),
      use_symlinks(options.local_dir_use_symlinks),
      force(options.force_download),
      resume(options.resume_download),
      local_only(options.local_files_only),
      legacy(options.legacy_cache_layout || !options.force_filename.empty()),
      force_filename(options.force_filename),
      timeout(etag_timeout(session, options.etag_timeout)),
      token(options.token),
      progress(options.progress) {
    validate_repo_id(repo_id);
    if (!options.subfolder.empty()) file = std::string(options.subfolder) + "/" + file;
    const auto check = [](std::string_view argument, const std::string& path) {
        try {
            require_safe_path(path);
        } catch (const UnsafePathError& error) {
            throw_validation(argument, std::string(argument) + ": " + path + " would leave its folder");
        }
    };
    check("filename", file);
    check("revision", revision);
    if (!force_filename.empty()) check("force_filename", force_filename);
}

MetadataSource::MetadataSource(Session session, Url url, OwnedToken token, double timeout,
                               const HfFileMetadata& metadata)
    : session_(std::move(session)),
      url_(std::move(url)),
      token_(std::move(token)),
      timeout_(timeout),
      etag_(metadata.etag.value_or(std::string())),
      location_(Url::parse(metadata.location)) {}

asio::awaitable<Request> MetadataSource::request() {
    if (!location_) {
        const HfFileMetadata metadata = co_await file_metadata(session_, url_, token_, timeout_);
        if (metadata.etag != etag_) {
            ErrorInfo info;
            info.url = url_.redacted();
            info.message = "the file changed while it was downloaded: " + info.url;
            throw IntegrityError(std::move(info));
        }
        location_ = Url::parse(metadata.location);
    }
    Request request = content_request(session_, *location_, token_.get());
    co_return request;
}

bool MetadataSource::renew(unsigned status) {
    // A link that never worked is refused for another reason than age.
    if (!worked_ || !may_be_expired(status)) return false;
    worked_ = false;
    location_.reset();
    return true;
}

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
            std::string message = info.message + ", and the Hub could not be asked: " + error.message();
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

std::optional<double> download_timeout(const Session& session) {
    const auto seconds = session.environment().download_timeout;
    if (seconds == default_download_timeout) return std::nullopt;
    return static_cast<double>(seconds.count());
}

namespace {

bool worth_a_lock(const TransferConfig& config, const Content& content) {
    // Two processes that fetch the same small file at once lose less than a lock costs.
    return config.lock_files && (!content.size() || *content.size() >= config.keep_partials_above);
}

/// One call of hf_hub_download.
class HubDownload {
public:
    HubDownload(Session session, std::shared_ptr<Transfers> transfers, HubDownloadArgs args)
        : session_(std::move(session)),
          transfers_(std::move(transfers)),
          args_(std::move(args)),
          cache_(args_.cache_dir, args_.repo_type, args_.repo_id) {}

    asio::awaitable<std::string> run();

private:
    asio::awaitable<HfFileMetadata> ask();
    asio::awaitable<std::string> answer_from_cache(std::exception_ptr failure);
    asio::awaitable<std::string> give(std::string cached);
    asio::awaitable<std::string> fetch(HfFileMetadata metadata);

    std::string pointer(std::string_view commit) const { return cache_.paths().pointer(commit, args_.file).string(); }

    Session session_;
    std::shared_ptr<Transfers> transfers_;
    HubDownloadArgs args_;
    RepoCache cache_;
    Url url_;
};

void require(bool there, const Url& url, std::string_view what) {
    if (there) return;
    ErrorInfo info;
    info.url = url.redacted();
    info.message = "the answer to HEAD " + info.url + " has no " + std::string(what) +
                   ": it does not seem to come from a Hub (proxy or firewall?)";
    throw InvalidResponseError(std::move(info));
}

asio::awaitable<HfFileMetadata> HubDownload::ask() {
    std::exception_ptr failure;
    std::string commit;
    try {
        HfFileMetadata metadata = co_await file_metadata(session_, url_, args_.token, args_.timeout);
        require(metadata.commit_hash.has_value(), url_, "commit");
        require(metadata.etag.has_value(), url_, "ETag");
        co_return metadata;
    } catch (const EntryNotFoundError& error) {
        commit = error.info().repo_commit;
        failure = std::current_exception();
    }
    if (!commit.empty()) {
        cache_.mark_no_exist(commit, args_.file);
        cache_.store_ref(args_.revision, commit);
    }
    std::rethrow_exception(failure);
}

asio::awaitable<std::string> HubDownload::give(std::string cached) {
    if (args_.progress) {
        std::error_code ignored;
        const auto size = fs::file_size(cached, ignored);
        args_.progress->expect(1, static_cast<std::int64_t>(size));
        args_.progress->file_done(args_.file, size, true);
    }
    if (args_.local_dir.empty()) co_return cached;
    co_return co_await place_in_local_dir(std::move(cached), args_.local_dir, args_.file, args_.use_symlinks,
                                          session_.environment().local_dir_auto_symlink_threshold);
}

asio::awaitable<std::string> HubDownload::answer_from_cache(std::exception_ptr failure) {
    if (args_.force)
        throw_validation("force_download", "force_download needs the Hub, which cannot be asked or must not be");
    if (const auto commit = cache_.commit_of(args_.revision)) {
        std::string path = pointer(*commit);
        if (file_exists(path)) co_return co_await give(std::move(path));
    }
    throw_not_cached(args_.file + " of " + args_.repo_id, args_.local_only, failure);
}

asio::awaitable<std::string> HubDownload::run() {
    url_ = Url::parse(hf_hub_url(session_.endpoint(), args_.repo_type, args_.repo_id, args_.revision, args_.file));
    if (is_commit_hash(args_.revision) && !args_.force) {
        std::string path = pointer(args_.revision);
        if (file_exists(path)) co_return co_await give(std::move(path));
    }
    if (args_.local_only) co_return co_await answer_from_cache(nullptr);

    make_folders(cache_.root());
    std::exception_ptr failure;
    std::optional<HfFileMetadata> metadata;
    try {
        HfFileMetadata asked = co_await ask();
        metadata.emplace(std::move(asked));
    } catch (const Error& error) {
        if (!may_use_cache(error)) throw;
        failure = std::current_exception();
    }
    if (failure) co_return co_await answer_from_cache(failure);
    co_return co_await fetch(std::move(*metadata));
}

asio::awaitable<std::string> HubDownload::fetch(HfFileMetadata metadata) {
    const std::string path = pointer(*metadata.commit_hash);
    const std::string blob = cache_.paths().blob(*metadata.etag).string();
    cache_.store_ref(args_.revision, *metadata.commit_hash);

    if (!args_.force && file_exists(path, metadata.size)) co_return co_await give(path);
    if (!args_.force && file_exists(blob, metadata.size)) {
        if (!args_.local_dir.empty()) co_return co_await give(blob);
        cache_.point(*metadata.commit_hash, args_.file, *metadata.etag, false);
        co_return co_await give(path);
    }

    const bool cached = args_.local_dir.empty() || args_.use_symlinks.value_or(true);
    const std::string local = args_.local_dir.empty() ? "" : (fs::path(args_.local_dir) / args_.file).string();
    const std::uint64_t keep_above = transfers_->config.keep_partials_above;
    auto store =
        cached ? cache_.partials(keep_above) : std::make_shared<PartialStore>(args_.local_dir, ".hfhub", keep_above);
    auto source = std::make_shared<MetadataSource>(session_, url_, args_.token, args_.timeout, metadata);
    FetchJob job(args_.file, Content(*metadata.etag, metadata.size), std::move(source), std::move(store));
    job.again = args_.force;
    job.progress = args_.progress;
    job.timeout = download_timeout(session_);
    if (args_.resume) job.incomplete = blob + ".incomplete";
    if (args_.progress) {
        args_.progress->expect(1, static_cast<std::int64_t>(metadata.size.value_or(0)));
        args_.progress->set_state(ProgressSink::State::transferring);
    }
    const std::string local_dir = cached ? std::string() : args_.local_dir;
    co_await fetch_into_cache(session_, transfers_, cache_, std::move(job), local_dir);
    if (args_.progress) args_.progress->file_done(args_.file);
    if (!cached) co_return local;
    if (args_.local_dir.empty()) {
        cache_.point(*metadata.commit_hash, args_.file, *metadata.etag, true);
        co_return path;
    }
    co_return co_await place_in_local_dir(blob, args_.local_dir, args_.file, args_.use_symlinks,
                                          session_.environment().local_dir_auto_symlink_threshold);
}

}  // namespace

asio::awaitable<bool> fetch_into_cache(Session session, std::shared_ptr<Transfers> transfers, RepoCache cache,
                                       FetchJob job, std::string local_dir) {
    const std::string etag = job.content.etag(), file = job.name, incomplete = job.incomplete;
    const std::string blob = cache.paths().blob(etag).string();
    File lock;
    if (worth_a_lock(transfers->config, job.content)) {
        lock = co_await take_lock(cache.paths().lock(job.content.etag()).string(), transfers->config.lock_wait,
                                  session.clock());
        // Somebody else may have fetched it meanwhile.
        if (!job.again && local_dir.empty() && file_exists(blob, job.content.size())) co_return false;
    }
    Fetch fetch(session, transfers, std::move(job));
    Partial partial = co_await fetch.run();
    if (local_dir.empty()) {
        const File blobs = cache.blobs();
        co_await put_into_place(std::move(partial), blobs.fd(), etag, blob);
    } else {
        FolderTree tree(local_dir);
        const auto [folder, name] = tree.parent(file);
        co_await put_into_place(std::move(partial), folder, name, tree.full_path(file));
    }
    std::error_code ignored;
    if (!incomplete.empty()) fs::remove(incomplete, ignored);
    co_return true;
}

asio::awaitable<std::string> hub_download(Session session, std::shared_ptr<Transfers> transfers, HubDownloadArgs args) {
    if (args.legacy) co_return co_await legacy_download(session, transfers, std::move(args));
    HubDownload download(std::move(session), std::move(transfers), std::move(args));
    co_return co_await download.run();
}

}  // namespace hf

#include "engine/download/hub_download.hpp"

#include "engine/download/file_metadata.hpp"
#include "engine/files/file_lock.hpp"

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
      verify(options.verify),
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

MetadataSource::MetadataSource(std::shared_ptr<const FileInquiry> inquiry, const HfFileMetadata& metadata)
    : inquiry_(std::move(inquiry)),
      commit_(metadata.commit_hash.value_or("")),
      location_(Url::parse(metadata.location)) {}

asio::awaitable<Request> MetadataSource::request() {
    if (!location_) {
        // Without an answer to HEAD there was only one place to get it from.
        if (inquiry_->header_etag().empty()) {
            location_ = inquiry_->url();
        } else {
            const HfFileMetadata metadata = co_await inquiry_->head();
            if (metadata.etag != inquiry_->header_etag()) {
                ErrorInfo info;
                info.url = inquiry_->url().redacted();
                info.message = "the file changed while it was downloaded: " + info.url;
                throw IntegrityError(std::move(info));
            }
            location_ = Url::parse(metadata.location);
        }
    }
    Request request = content_request(inquiry_->session(), *location_, inquiry_->token());
    co_return request;
}

bool MetadataSource::renew(unsigned status) {
    // A link that never worked is refused for another reason than age.
    if (!worked_ || !may_be_expired(status)) return false;
    worked_ = false;
    location_.reset();
    return true;
}

asio::awaitable<std::string> MetadataSource::second_opinion() {
    const std::optional<ContentId> content = co_await inquiry_->listed(commit_);
    co_return content ? content->etag() : std::string();
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

std::optional<double> download_timeout(const Session& session) {
    const auto seconds = session.environment().download_timeout;
    if (seconds == default_download_timeout || seconds.count() <= 0) return std::nullopt;
    return static_cast<double>(seconds.count());
}

namespace {

bool worth_a_lock(const TransferConfig& config, const ContentId& content) {
    // Two processes that fetch the same small file at once lose less than a lock costs.
    return config.lock_files && (!content.size() || *content.size() >= config.keep_partials_above);
}

/// One call of hf_hub_download.
class HubDownload {
public:
    HubDownload(Session session, std::shared_ptr<TransferEngine> transfers, HubDownloadArgs args)
        : session_(std::move(session)),
          transfers_(std::move(transfers)),
          args_(std::move(args)),
          cache_(args_.cache_dir, args_.repo_type, args_.repo_id),
          inquiry_(std::make_shared<FileInquiry>(session_, Repo(args_.repo_type, args_.repo_id), args_.revision,
                                                 args_.file, args_.token, args_.timeout)) {}

    asio::awaitable<DownloadedFile> run();

private:
    void open_cache();
    void mark_no_exist(const EntryNotFoundError& error);
    asio::awaitable<HfFileMetadata> ask();
    asio::awaitable<DownloadedFile> answer_from_cache(std::exception_ptr failure);
    asio::awaitable<DownloadedFile> fetch(HfFileMetadata metadata);
    asio::awaitable<ContentId> bring(const HfFileMetadata& metadata, std::string local_dir);
    asio::awaitable<bool> is_sound(std::string path, ContentId content);
    asio::awaitable<DownloadedFile> give_cached(std::string path, std::string commit, ContentId content);
    asio::awaitable<DownloadedFile> give(std::string path, std::string commit, ContentId content);

    std::string pointer(std::string_view commit) const { return cache_.paths().pointer(commit, args_.file).string(); }

    Session session_;
    std::shared_ptr<TransferEngine> transfers_;
    HubDownloadArgs args_;
    RepoCache cache_;
    std::shared_ptr<FileInquiry> inquiry_;
    bool has_cache_ = true;
};

/// What a pointer leads to: the name of a blob says what it holds, but where there are no links nothing does.
ContentId pointed_to(const std::string& path) {
    std::error_code error;
    const fs::path blob = fs::canonical(path, error);
    const bool linked = !error && blob.parent_path().filename() == "blobs";
    return ContentId(linked ? blob.filename().string() : std::string(), std::nullopt);
}

void HubDownload::open_cache() {
    try {
        make_folders(cache_.root());
    } catch (const FileSystemError&) {
        // Whoever wants plain files in a folder needs no cache.
        if (args_.local_dir.empty() || args_.use_symlinks.value_or(false)) throw;
        has_cache_ = false;
    }
}

void HubDownload::mark_no_exist(const EntryNotFoundError& error) {
    const std::string& commit = error.info().repo_commit;
    if (!has_cache_ || !is_commit_hash(commit)) return;
    cache_.mark_no_exist(commit, args_.file);
    cache_.store_ref(args_.revision, commit);
}

asio::awaitable<HfFileMetadata> HubDownload::ask() {
    try {
        HfFileMetadata metadata = co_await inquiry_->ask();
        co_return metadata;
    } catch (const EntryNotFoundError& error) {
        mark_no_exist(error);
        throw;
    }
}

asio::awaitable<bool> HubDownload::is_sound(std::string path, ContentId content) {
    if (!file_exists(path, content.size())) co_return false;
    if (!args_.verify || content.kind() == ContentId::Kind::unknown) co_return true;
    const File file = File::open(path, O_RDONLY);
    const ContentId expected(content.etag(), file.size());
    const std::string found = co_await hash_of_file(file, expected);
    co_return found == expected.etag();
}

asio::awaitable<DownloadedFile> HubDownload::give(std::string path, std::string commit, ContentId content) {
    DownloadedFile out;
    out.commit_hash = std::move(commit);
    out.etag = content.etag();
    out.verified = content.kind() != ContentId::Kind::unknown;
    std::error_code error;
    out.size = fs::file_size(path, error);
    if (error) throw_file_system("cannot examine", path, error);
    out.path = std::move(path);
    if (!args_.local_dir.empty())
        out.path = co_await place_in_local_dir(std::move(out.path), args_.local_dir, args_.file, args_.use_symlinks,
                                               session_.environment().local_dir_auto_symlink_threshold);
    co_return out;
}

asio::awaitable<DownloadedFile> HubDownload::give_cached(std::string path, std::string commit, ContentId content) {
    DownloadedFile out = co_await give(std::move(path), std::move(commit), std::move(content));
    if (args_.progress) {
        args_.progress->expect(1, static_cast<std::int64_t>(out.size));
        args_.progress->file_done(args_.file, out.size, true);
    }
    co_return out;
}

asio::awaitable<DownloadedFile> HubDownload::answer_from_cache(std::exception_ptr failure) {
    if (args_.force)
        throw_validation("force_download", "force_download needs the Hub, which cannot be asked or must not be");
    const auto commit = cache_.commit_of(args_.revision);
    const std::string path = commit ? pointer(*commit) : std::string();
    if (!commit || !file_exists(path)) throw_not_cached(args_.file + " of " + args_.repo_id, args_.local_only, failure);
    ContentId content = pointed_to(path);
    const bool sound = co_await is_sound(path, content);
    if (!sound) {
        ErrorInfo info;
        info.argument = path;
        info.message = args_.file + " is damaged in the cache, and the Hub cannot be asked for it: " + path;
        throw IntegrityError(std::move(info));
    }
    co_return co_await give_cached(path, *commit, std::move(content));
}

asio::awaitable<DownloadedFile> HubDownload::run() {
    if (is_commit_hash(args_.revision) && !args_.force) {
        const std::string path = pointer(args_.revision);
        ContentId content = pointed_to(path);
        const bool sound = co_await is_sound(path, content);
        if (sound) co_return co_await give_cached(path, args_.revision, std::move(content));
    }
    if (args_.local_only) co_return co_await answer_from_cache(nullptr);

    open_cache();
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

asio::awaitable<ContentId> HubDownload::bring(const HfFileMetadata& metadata, std::string local_dir) {
    const std::uint64_t keep_above = transfers_->config.keep_partials_above;
    std::shared_ptr<PartialStore> store;
    if (local_dir.empty())
        store = cache_.partials(keep_above);
    else
        store = std::make_shared<PartialStore>(local_dir, ".hfhub", keep_above);
    FetchJob job(args_.file, ContentId(*metadata.etag, metadata.size),
                 std::make_shared<MetadataSource>(inquiry_, metadata), std::move(store));
    job.again = args_.force || args_.verify;
    job.progress = args_.progress;
    job.timeout = download_timeout(session_);
    if (args_.resume) job.incomplete = cache_.paths().blob(*metadata.etag).string() + ".incomplete";
    if (args_.progress) {
        args_.progress->expect(1, static_cast<std::int64_t>(metadata.size.value_or(0)));
        args_.progress->set_state(ProgressSink::State::transferring);
    }
    try {
        ContentId content =
            co_await fetch_into_cache(session_, transfers_, cache_, std::move(job), std::move(local_dir));
        if (args_.progress) args_.progress->file_done(args_.file);
        co_return content;
    } catch (const EntryNotFoundError& error) {
        mark_no_exist(error);
        throw;
    }
}

asio::awaitable<DownloadedFile> HubDownload::fetch(HfFileMetadata metadata) {
    const std::string commit = *metadata.commit_hash;
    const std::string path = pointer(commit);
    const ContentId announced(*metadata.etag, metadata.size);
    const std::string blob = cache_.paths().blob(announced.etag()).string();
    if (has_cache_) cache_.store_ref(args_.revision, commit);
    if (!args_.force) {
        const bool pointer_sound = co_await is_sound(path, announced);
        if (pointer_sound) co_return co_await give_cached(path, commit, announced);
        const bool blob_sound = co_await is_sound(blob, announced);
        if (blob_sound && has_cache_ && args_.local_dir.empty()) {
            cache_.point(commit, args_.file, announced.etag(), false);
            co_return co_await give_cached(path, commit, announced);
        }
        if (blob_sound) co_return co_await give_cached(blob, commit, announced);
    }
    if (!has_cache_ || (!args_.local_dir.empty() && !args_.use_symlinks.value_or(true))) {
        DownloadedFile out;
        out.path = (fs::path(args_.local_dir) / args_.file).string();
        const ContentId content = co_await bring(metadata, args_.local_dir);
        out.commit_hash = commit;
        out.etag = content.etag();
        out.size = content.size().value_or(0);
        out.verified = content.kind() != ContentId::Kind::unknown;
        co_return out;
    }
    ContentId content = co_await bring(metadata, std::string());
    if (!args_.local_dir.empty()) {
        const std::string fetched = cache_.paths().blob(content.etag()).string();
        co_return co_await give(fetched, commit, std::move(content));
    }
    cache_.point(commit, args_.file, content.etag(), true);
    co_return co_await give(path, commit, std::move(content));
}

}  // namespace

asio::awaitable<ContentId> fetch_into_cache(Session session, std::shared_ptr<TransferEngine> transfers, RepoCache cache,
                                            FetchJob job, std::string local_dir) {
    const std::string file = job.name, incomplete = job.incomplete;
    File lock;
    if (worth_a_lock(transfers->config, job.content)) {
        lock = co_await take_lock(cache.paths().lock(job.content.etag()).string(), transfers->config.lock_wait,
                                  session.clock());
        // Somebody else may have fetched it meanwhile.
        const std::string blob = cache.paths().blob(job.content.etag()).string();
        if (!job.again && local_dir.empty() && file_exists(blob, job.content.size())) co_return job.content;
    }
    Fetch fetch(session, transfers, std::move(job));
    Partial partial = co_await fetch.run();
    const ContentId content(fetch.content().etag(), partial.file().size());
    if (local_dir.empty()) {
        const File blobs = cache.blobs();
        const std::string blob = cache.paths().blob(content.etag()).string();
        co_await put_into_place(std::move(partial), blobs.fd(), content.etag(), blob);
    } else {
        FolderTree tree(local_dir);
        const auto [folder, name] = tree.parent(file);
        co_await put_into_place(std::move(partial), folder, name, tree.full_path(file));
    }
    std::error_code ignored;
    if (!incomplete.empty()) fs::remove(incomplete, ignored);
    co_return content;
}

asio::awaitable<DownloadedFile> hub_download(Session session, std::shared_ptr<TransferEngine> transfers,
                                             HubDownloadArgs args) {
    if (args.legacy) co_return co_await legacy_download(session, transfers, std::move(args));
    HubDownload download(std::move(session), std::move(transfers), std::move(args));
    co_return co_await download.run();
}

}  // namespace hf

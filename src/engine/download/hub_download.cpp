#include "engine/download/hub_download.hpp"

#include "core/safe_path.hpp"
#include "engine/download/cache_fetch.hpp"
#include "engine/download/file_metadata.hpp"
#include "engine/download/metadata_source.hpp"
#include "engine/download/not_cached.hpp"
#include "engine/files/hash_file.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/core/repo.hpp>
#include <hf/session/environment.hpp>

#include <filesystem>

namespace hf {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

void require_safe(std::string_view argument, const std::string& path) {
    try {
        require_safe_path(path);
    } catch (const UnsafePathError& error) {
        throw_validation(argument, std::string(argument) + ": " + path + " would leave its folder");
    }
}

}  // namespace

HubDownloadArgs::HubDownloadArgs(std::shared_ptr<const TransferCall> given, std::string_view filename)
    : call(std::move(given)), file(filename), cache_dir(call->session.cache_dir()) {
    require_safe("filename", file);
    require_safe("revision", call->revision);
}

HubDownloadArgs::HubDownloadArgs(const Session& session, std::string_view repo_id, std::string_view filename,
                                 const HfHubDownloadOptions& options)
    : HubDownloadArgs(std::make_shared<TransferCall>(session, repo_id, options),
                      options.subfolder.empty() ? std::string(filename)
                                                : std::string(options.subfolder) + "/" + std::string(filename)) {
    if (!options.cache_dir.empty()) cache_dir = options.cache_dir;
    local_dir = options.local_dir;
    use_symlinks = options.local_dir_use_symlinks;
    force = options.force_download;
    resume = options.resume_download;
    local_only = options.local_files_only;
    legacy = options.legacy_cache_layout || !options.force_filename.empty();
    verify = options.verify;
    force_filename = options.force_filename;
    timeout = etag_timeout(session, options.etag_timeout);
    if (!force_filename.empty()) require_safe("force_filename", force_filename);
}

namespace {

/// One call of hf_hub_download.
class HubDownload {
public:
    explicit HubDownload(HubDownloadArgs args)
        : args_(std::move(args)),
          call_(*args_.call),
          cache_(args_.cache_dir, call_.repo.type(), call_.repo.id()),
          inquiry_(std::make_shared<FileInquiry>(args_.call, args_.file, args_.timeout)) {}

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

    HubDownloadArgs args_;
    const TransferCall& call_;
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
    cache_.store_ref(call_.revision, commit);
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
    const std::string found = co_await hash_of_file(file, expected, call_.worker);
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
                                               call_.session.environment().local_dir_auto_symlink_threshold);
    co_return out;
}

asio::awaitable<DownloadedFile> HubDownload::give_cached(std::string path, std::string commit, ContentId content) {
    DownloadedFile out = co_await give(std::move(path), std::move(commit), std::move(content));
    if (call_.progress) {
        call_.progress->expect(1, static_cast<std::int64_t>(out.size));
        call_.progress->file_done(args_.file, out.size, true);
    }
    co_return out;
}

asio::awaitable<DownloadedFile> HubDownload::answer_from_cache(std::exception_ptr failure) {
    if (args_.force)
        throw_validation("force_download", "force_download needs the Hub, which cannot be asked or must not be");
    const auto commit = cache_.commit_of(call_.revision);
    const std::string path = commit ? pointer(*commit) : std::string();
    if (!commit || !file_exists(path))
        throw_not_cached(args_.file + " of " + call_.repo.id(), args_.local_only, failure);
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
    if (is_commit_hash(call_.revision) && !args_.force) {
        const std::string path = pointer(call_.revision);
        ContentId content = pointed_to(path);
        const bool sound = co_await is_sound(path, content);
        if (sound) co_return co_await give_cached(path, call_.revision, std::move(content));
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
    const std::uint64_t keep_above = call_.engine->config.keep_partials_above;
    std::shared_ptr<PartialStore> store;
    if (local_dir.empty())
        store = cache_.partials(keep_above);
    else
        store = std::make_shared<PartialStore>(local_dir, ".hfhub", keep_above);
    FetchJob job(args_.file, ContentId(*metadata.etag, metadata.size),
                 std::make_shared<MetadataSource>(inquiry_, metadata), std::move(store));
    if (metadata.xet_hash) job.xet = xet::parse_hash(*metadata.xet_hash);
    if (job.xet && !args_.local_dir.empty()) job.older = File::try_open_readable(args_.local_dir + "/" + args_.file);
    job.again = args_.force || args_.verify;
    if (args_.resume) job.incomplete = cache_.paths().blob(*metadata.etag).string() + ".incomplete";
    if (call_.progress) {
        call_.progress->expect(1, static_cast<std::int64_t>(metadata.size.value_or(0)));
        call_.progress->set_state(ProgressSink::State::transferring);
    }
    try {
        ContentId content = co_await fetch_into_cache(args_.call, cache_, std::move(job), std::move(local_dir));
        if (call_.progress) call_.progress->file_done(args_.file);
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
    if (has_cache_) cache_.store_ref(call_.revision, commit);
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

asio::awaitable<DownloadedFile> hub_download(HubDownloadArgs args) {
    if (args.legacy) co_return co_await legacy_download(std::move(args));
    HubDownload download(std::move(args));
    co_return co_await download.run();
}

}  // namespace hf

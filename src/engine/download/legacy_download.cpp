#include "core/cache_names.hpp"
#include "engine/download/fetch.hpp"
#include "engine/download/hub_download.hpp"
#include "engine/download/metadata_source.hpp"
#include "engine/download/not_cached.hpp"
#include "engine/files/file_lock.hpp"
#include "engine/files/repo_cache.hpp"

#include <hf/core/error.hpp>
#include <hf/core/repo.hpp>

#include <boost/json/serialize.hpp>

#include <filesystem>
#include <limits>

namespace hf {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// Any file of this URL in the flat cache, whatever its version: the last by name.
std::string any_version(const std::string& cache_dir, const std::string& url) {
    const std::string stem = legacy_cache_file_name(url) + ".";
    std::string found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(cache_dir, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(stem) && !name.ends_with(".json") && !name.ends_with(".lock") && name > found)
            found = name;
    }
    return found;
}

void store_metadata(const std::string& path, const std::string& url, const std::string& etag) {
    json::object members;
    members["url"] = url;
    members["etag"] = etag;
    write_text(path + ".json", boost::json::serialize(members));
}

DownloadedFile describe(const std::string& path, const std::optional<HfFileMetadata>& metadata) {
    DownloadedFile out;
    out.path = path;
    std::error_code ignored;
    out.size = fs::file_size(path, ignored);
    if (!metadata) return out;
    out.commit_hash = metadata->commit_hash.value_or("");
    out.etag = metadata->etag.value_or("");
    out.verified = ContentId(out.etag, out.size).kind() != ContentId::Kind::unknown;
    return out;
}

}  // namespace

asio::awaitable<DownloadedFile> legacy_download(HubDownloadArgs args) {
    const TransferCall& call = *args.call;
    const auto inquiry = std::make_shared<FileInquiry>(args.call, args.file, args.timeout);
    const std::string url =
        hf_hub_url(call.session.endpoint(), call.repo.type(), call.repo.id(), call.revision, args.file);
    make_folders(args.cache_dir);
    std::exception_ptr failure;
    std::optional<HfFileMetadata> metadata;
    if (!args.local_only) {
        try {
            HfFileMetadata asked = co_await inquiry->head();
            if (asked.etag) metadata.emplace(std::move(asked));
        } catch (const TlsError&) {
            throw;
        } catch (const ConnectionError&) {
            failure = std::current_exception();
        }
    }
    std::string name = args.force_filename;
    if (name.empty() && metadata) name = legacy_cache_file_name(url, *metadata->etag);
    if (name.empty()) name = any_version(args.cache_dir, url);
    const std::string path = (fs::path(args.cache_dir) / name).string();
    const auto size = metadata ? metadata->size : std::nullopt;
    const bool there = !name.empty() && !args.force;
    if (there && file_exists(path, size)) co_return describe(path, metadata);
    if (!metadata) throw_not_cached(args.file + " of " + call.repo.id(), args.local_only, failure);

    const File lock = co_await take_lock(path + ".lock", call.engine->config.lock_wait, call.session.clock());
    if (there && file_exists(path, size)) co_return describe(path, metadata);
    auto source = std::make_shared<MetadataSource>(inquiry, *metadata);
    // Nobody looks for partials here, so none is kept.
    constexpr auto never = std::numeric_limits<std::uint64_t>::max();
    auto store = std::make_shared<PartialStore>(args.cache_dir, ".hfhub", never);
    FetchJob job(args.file, ContentId(*metadata->etag, metadata->size), std::move(source), std::move(store));
    if (args.resume) job.incomplete = path + ".incomplete";
    Fetch fetch(args.call, std::move(job));
    Partial partial = co_await fetch.run();
    FolderTree tree(args.cache_dir);
    const auto [folder, leaf] = tree.parent(name);
    co_await put_into_place(std::move(partial), folder, leaf, path);
    if (args.force_filename.empty()) store_metadata(path, url, *metadata->etag);
    co_return describe(path, metadata);
}

}  // namespace hf

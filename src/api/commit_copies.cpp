#include "api/commit_copies.hpp"

#include "engine/upload/preupload.hpp"
#include "engine/upload/upload_state.hpp"

#include <hf/api/files.hpp>
#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace hf {
namespace asio = boost::asio;
namespace {

bool is_below(std::string_view path, std::string_view folder) {
    if (folder.ends_with('/')) folder.remove_suffix(1);
    return path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
}

/// Files by path and (if given) revision.
using FoundFiles = std::map<std::pair<std::string, std::optional<std::string>>, RepoFile>;

/// Adds those of `paths` that are files at `revision`, by default that of the commit.
asio::awaitable<void> look_up(std::shared_ptr<const CommitCall> call, std::vector<std::string> paths,
                              std::optional<std::string> revision, FoundFiles& found) {
    PathsInfoOptions options;
    options.revision = revision ? std::string_view(*revision) : std::string_view(call->revision);
    options.repo_type = call->repo.type();
    options.token = call->token.get();
    const auto entries = co_await FilesApi(call->session).get_paths_info(call->repo.id(), paths, options);
    for (const auto& entry : entries)
        if (const RepoFile* file = entry.file()) found.insert_or_assign({file->path, revision}, *file);
}

/// What copies lead to, and then what they start from. One request per run of equal source revisions, as the
/// reference does it.
asio::awaitable<void> look_up_copies(std::shared_ptr<const CommitCall> call, std::vector<CommitOperationCopy> copies,
                                     FoundFiles& destinations, FoundFiles& sources) {
    for (std::span rest(copies); !rest.empty(); rest = rest.subspan(std::min(rest.size(), copy_lookup_chunk))) {
        std::vector<std::string> paths;
        for (const auto& copy : rest.first(std::min(rest.size(), copy_lookup_chunk)))
            paths.push_back(copy.path_in_repo());
        co_await look_up(call, std::move(paths), std::nullopt, destinations);
    }
    std::span<const CommitOperationCopy> rest(copies);
    while (!rest.empty()) {
        const std::optional<std::string> revision = rest.front().src_revision();
        const auto end = std::ranges::find_if(rest, [&](const auto& copy) { return copy.src_revision() != revision; });
        const auto run = std::min<std::size_t>(static_cast<std::size_t>(end - rest.begin()), copy_lookup_chunk);
        std::vector<std::string> paths;
        for (const auto& copy : rest.first(run)) paths.push_back(copy.src_path_in_repo());
        co_await look_up(call, std::move(paths), revision, sources);
        rest = rest.subspan(run);
    }
}

const RepoFile& source_of(const CommitOperationCopy& copy, const FoundFiles& sources, const CommitCall& call) {
    const auto found = sources.find({copy.src_path_in_repo(), copy.src_revision()});
    if (found != sources.end()) return found->second;
    ErrorInfo info;
    info.argument = copy.src_path_in_repo();
    info.message = "Cannot copy " + copy.src_path_in_repo() + " at revision " +
                   copy.src_revision().value_or(call.revision) + ": there is no such file in the repository.";
    throw EntryNotFoundError(std::move(info));
}

bool same_content(const RepoFile& a, const RepoFile& b) {
    if (a.lfs && a.lfs->sha256) return b.lfs && a.lfs->sha256 == b.lfs->sha256;
    return !a.blob_id.empty() && a.blob_id == b.blob_id;
}

/// The content of a regular file, which the Hub does not copy by itself.
asio::awaitable<std::string> fetch_regular(std::shared_ptr<const CommitCall> call, RepoFile file,
                                           std::string revision) {
    Request request = get("/{}/resolve/{}/{}", call->repo.url_path(), segment(revision), file.path);
    request.token(call->token.get()).bucket(Bucket::resolvers).decompress(false);
    const Reply reply = co_await call->session.send(std::move(request));
    if (static_cast<std::int64_t>(reply.body.size()) != file.size) {
        ErrorInfo info;
        info.argument = file.path;
        info.message = "'" + file.path + "', which is to be copied, should be of size " + std::to_string(file.size) +
                       " but has size " + std::to_string(reply.body.size());
        throw IntegrityError(std::move(info));
    }
    co_return reply.body;
}

}  // namespace

void Contested::add(const CommitOperation& operation) {
    ++operations_on_[path_in_repo(operation)];
    const auto* removal = std::get_if<CommitOperationDelete>(&operation);
    if (removal && removal->is_folder()) deleted_folders_.push_back(removal->path_in_repo());
}

bool Contested::contains(std::string_view path) const {
    const auto it = operations_on_.find(path);
    return (it != operations_on_.end() && it->second > 1) ||
           std::ranges::any_of(deleted_folders_, [&](auto folder) { return is_below(path, folder); });
}

asio::awaitable<std::vector<CommitOperation>> settle_copies(std::shared_ptr<const CommitCall> call,
                                                            std::vector<CommitOperation> operations, bool may_compare,
                                                            FilesToCopy& lfs_files, Slice& slice) {
    std::vector<CommitOperationCopy> copies;
    for (const auto& operation : operations) {
        if (const auto* copy = std::get_if<CommitOperationCopy>(&operation)) copies.push_back(*copy);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    if (copies.empty()) co_return operations;
    FoundFiles destinations, sources;
    co_await look_up_copies(call, std::move(copies), destinations, sources);
    Contested contested;
    for (const auto& operation : operations) {
        contested.add(operation);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    std::vector<CommitOperation> out;
    std::vector<CommitOperationAdd> fetched;
    for (const auto& operation : operations) {
        if (slice.is_over_lightly()) co_await slice.pause();
        const auto* copy = std::get_if<CommitOperationCopy>(&operation);
        if (!copy) {
            out.push_back(operation);
            continue;
        }
        const RepoFile& source = source_of(*copy, sources, *call);
        const auto there = destinations.find({copy->path_in_repo(), std::nullopt});
        const bool unchanged = there != destinations.end() && same_content(source, there->second);
        if (may_compare && unchanged && !contested.contains(copy->path_in_repo())) continue;
        if (source.lfs && source.lfs->sha256) {
            lfs_files.insert_or_assign({source.path, copy->src_revision()}, *source.lfs->sha256);
            out.push_back(operation);
            continue;
        }
        std::string content = co_await fetch_regular(call, source, copy->src_revision().value_or(call->revision));
        fetched.emplace_back(copy->path_in_repo(), UploadContent::from_bytes(std::move(content)));
        fetched.back().state().contested = true;  // compared above
        out.emplace_back(fetched.back());
    }
    co_await preupload(call, fetched, std::nullopt, slice);
    co_await clear_in_slices(contested, slice);
    co_return out;
}

}  // namespace hf

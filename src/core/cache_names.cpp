#include "core/cache_names.hpp"

#include "core/safe_path.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>
#include <hf/core/repo.hpp>

#include <algorithm>

namespace hf {
namespace {

constexpr std::size_t longest_name = 255;  // of most file systems

std::filesystem::path checked(std::string_view name) {
    require_safe_path(name);
    return std::filesystem::path(name);
}

std::filesystem::path checked_commit(std::string_view commit) {
    if (!is_commit_hash(commit)) {
        ErrorInfo info;
        info.argument = commit;
        info.message = "what should be a commit is no hash: it names no folder of the cache";
        throw UnsafePathError(std::move(info));
    }
    return std::filesystem::path(commit);
}

std::filesystem::path checked_etag(std::string_view etag) {
    if (!is_safe_etag(etag)) {
        ErrorInfo info;
        info.argument = etag;
        info.message = "the server's ETag cannot name a file";
        throw UnsafePathError(std::move(info));
    }
    return std::filesystem::path(etag);
}

}  // namespace

std::string repo_folder_name(std::string_view repo_type, std::string_view repo_id) {
    std::string out(repo_type);
    out += "s--";
    for (const char c : repo_id) {
        if (c == '/')
            out += "--";
        else
            out += c;
    }
    return out;
}

std::string normalize_etag(std::string_view etag) {
    // As the reference: characters, not the prefix W/.
    etag.remove_prefix(std::min(etag.find_first_not_of("W/"), etag.size()));
    while (etag.starts_with('"')) etag.remove_prefix(1);
    while (etag.ends_with('"')) etag.remove_suffix(1);
    return std::string(etag);
}

bool is_safe_etag(std::string_view etag) noexcept {
    return !etag.empty() && etag.size() <= longest_name && etag != "." && etag != ".." &&
           std::ranges::none_of(
               etag, [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '/' || c == '\\' || c == ':'; });
}

std::string legacy_cache_file_name(std::string_view url, std::string_view etag) {
    std::string out = sha256_hex(url);
    if (!etag.empty()) out += "." + sha256_hex(etag);
    if (url.ends_with(".h5")) out += ".h5";
    return out;
}

RepoCachePaths::RepoCachePaths(const std::filesystem::path& cache_dir, std::string_view repo_type,
                               std::string_view repo_id) {
    const auto type = validate_repo_type(repo_type);
    validate_repo_id(repo_id);
    const std::string name = repo_folder_name(type, repo_id);
    root_ = cache_dir / name;
    locks_ = cache_dir / ".locks" / name;
}

std::filesystem::path RepoCachePaths::ref(std::string_view revision) const { return refs() / checked(revision); }
std::filesystem::path RepoCachePaths::blob(std::string_view etag) const { return blobs() / checked_etag(etag); }
std::filesystem::path RepoCachePaths::snapshot(std::string_view commit) const { return snapshots() / checked_commit(commit); }

std::filesystem::path RepoCachePaths::pointer(std::string_view commit, std::string_view file_name) const {
    return snapshot(commit) / checked(file_name);
}

std::filesystem::path RepoCachePaths::no_exist(std::string_view commit, std::string_view file_name) const {
    return root_ / ".no_exist" / checked_commit(commit) / checked(file_name);
}

std::filesystem::path RepoCachePaths::lock(std::string_view etag) const {
    const std::string name = checked_etag(etag).string() + ".lock";
    return locks_ / (name.size() <= longest_name ? name : sha256_hex(etag) + ".lock");
}

}  // namespace hf

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// "models--openai-community--gpt2". Type and id must be valid.
std::string repo_folder_name(std::string_view repo_type, std::string_view repo_id);

/// An ETag field without weakness mark and quotes, as the cache names its blobs.
std::string normalize_etag(std::string_view etag);

/// Whether a normalised ETag can name a file: not empty, at most 255 bytes, no separators, no control
/// characters, not "." or "..". ETags come from servers.
bool is_safe_etag(std::string_view etag) noexcept;

/// The name of a file in the cache of old versions (`cached_download`).
std::string legacy_cache_file_name(std::string_view url, std::string_view etag = {});

/// Where the files of one repository are in a cache that is shared with the reference client:
///
///     <cache_dir>/models--org--name/refs/main                   the commit that a branch or tag last named
///                                  /blobs/<etag>                contents
///                                  /snapshots/<commit>/<path>   links to blobs
///                                  /.no_exist/<commit>/<path>   files known to be absent
///     <cache_dir>/.locks/models--org--name/<etag>.lock
///
/// The functions throw UnsafePathError for names that would leave their folder and for commits that are none
/// (40 lower-case hexadecimal digits), and touch no file. The lock of an ETag that is too long for the name of a
/// file with ".lock" is named by its hash.
class RepoCachePaths {
public:
    /// Throws HFValidationError for a wrong type or id.
    RepoCachePaths(const std::filesystem::path& cache_dir, std::string_view repo_type, std::string_view repo_id);

    const std::filesystem::path& root() const noexcept { return root_; }
    std::filesystem::path refs() const { return root_ / "refs"; }
    std::filesystem::path blobs() const { return root_ / "blobs"; }
    std::filesystem::path snapshots() const { return root_ / "snapshots"; }
    std::filesystem::path ref(std::string_view revision) const;
    std::filesystem::path blob(std::string_view etag) const;
    std::filesystem::path snapshot(std::string_view commit) const;
    std::filesystem::path pointer(std::string_view commit, std::string_view file_name) const;
    std::filesystem::path no_exist(std::string_view commit, std::string_view file_name) const;
    std::filesystem::path lock(std::string_view etag) const;

private:
    std::filesystem::path root_;
    std::filesystem::path locks_;
};

}  // namespace hf

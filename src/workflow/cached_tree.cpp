#include "workflow/cached_tree.hpp"

#include "core/tree_names.hpp"
#include "engine/files/file.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>
#include <hf/core/json.hpp>

#include <algorithm>
#include <filesystem>

namespace hf {

namespace fs = std::filesystem;

namespace {

std::string tree_name(std::string_view commit) { return "trees/" + std::string(commit) + ".json"; }

// What git holds in the place of an LFS file.
std::string pointer_oid(const SnapshotFile& file) {
    return git_blob_sha1_hex("version https://git-lfs.github.com/spec/v1\noid sha256:" + file.etag + "\nsize " +
                             std::to_string(file.size) + "\n");
}

std::string tree_text(const SnapshotListing& listing) {
    std::vector<const SnapshotFile*> files;
    for (const SnapshotFile& file : listing.files) files.push_back(&file);
    std::ranges::sort(files, {}, [](const SnapshotFile* file) -> std::string_view { return file->path; });
    std::string text = "{\n \"format_version\": 1,\n \"files\": {";
    std::string_view separator = "\n  ";
    for (const SnapshotFile* file : files) {
        const std::string size = std::to_string(file->size);
        text += separator;
        text += json::serialize(json::value(file->path)) + ": {\n   \"size\": " + size + ",\n   \"blob_id\": \"";
        text += file->lfs ? pointer_oid(*file) : file->etag;
        if (file->lfs)
            text += "\",\n   \"lfs_sha256\": \"" + file->etag + "\",\n   \"lfs_size\": " + size + "\n  }";
        else
            text += "\"\n  }";
        separator = ",\n  ";
    }
    return text + (files.empty() ? "}\n}" : "\n }\n}");
}

std::vector<std::string> names_below(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        if (!it->is_directory()) names.push_back(it->path().lexically_relative(folder).generic_string());
    if (error) throw_file_system("cannot read", folder.string(), error);
    std::ranges::sort(names);
    return names;
}

}  // namespace

void write_cached_tree(const RepoCache& cache, const SnapshotListing& listing) {
    const std::string name = tree_name(listing.commit);
    try {
        FolderTree root(cache.root());
        if (!file_exists(root.full_path(name))) root.write_text(name, tree_text(listing));
    } catch (const Error&) {
        // Offline it is then not known whether the snapshot is complete.
    }
}

CachedSnapshot::CachedSnapshot(const RepoCache& cache, std::string_view commit, const PatternFilter& filter) {
    const fs::path folder = cache.paths().snapshot(commit);
    std::optional<std::vector<std::string>> names;
    FolderTree root(cache.root());
    if (const auto text = root.read_text(tree_name(commit))) names = parse_tree_names(*text);
    known_ = names.has_value();
    if (!known_) names = names_below(folder);
    for (std::string& name : *names) {
        if (!filter.matches(name)) continue;
        const bool there = file_exists((folder / name).string());
        (there ? files_ : missing_).push_back(std::move(name));
    }
    // Without a list, a dangling link is all that tells of a missing file.
}

}  // namespace hf

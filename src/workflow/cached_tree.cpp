#include "workflow/cached_tree.hpp"

#include "core/safe_path.hpp"
#include "core/tree_names.hpp"
#include "engine/files/kept_lines.hpp"
#include "session/long_answer.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>
#include <hf/core/json.hpp>

#include <filesystem>
#include <functional>
#include <optional>

namespace hf {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

std::string tree_name(std::string_view commit) { return "trees/" + std::string(commit) + ".json"; }

// What git holds in the place of an LFS file.
std::string pointer_oid(const SnapshotFile& file) {
    return git_blob_sha1_hex("version https://git-lfs.github.com/spec/v1\noid sha256:" + file.etag + "\nsize " +
                             std::to_string(file.size) + "\n");
}

void append_entry(std::string& text, const SnapshotFile& file) {
    const std::string size = std::to_string(file.size);
    text += json::serialize(json::value(file.path)) + ": {\n   \"size\": " + size + ",\n   \"blob_id\": \"";
    text += file.lfs ? pointer_oid(file) : file.etag;
    if (file.lfs)
        text += "\",\n   \"lfs_sha256\": \"" + file.etag + "\",\n   \"lfs_size\": " + size + "\n  }";
    else
        text += "\"\n  }";
}

asio::awaitable<void> write_tree(TextWriter& text, const SnapshotListing& listing, Slice& slice) {
    std::vector<const SnapshotFile*> files;
    files.reserve(listing.files.size());
    for (const SnapshotFile& file : listing.files) {
        files.push_back(&file);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    const auto by_path = [](const SnapshotFile* a, const SnapshotFile* b) { return a->path < b->path; };
    co_await sort_in_slices(files, by_path, slice);
    text.append("{\n \"format_version\": 1,\n \"files\": {");
    std::string entry;
    for (const SnapshotFile* file : files) {
        entry = file == files.front() ? "\n  " : ",\n  ";
        append_entry(entry, *file);
        text.append(entry);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    text.append(files.empty() ? "}\n}" : "\n }\n}");
    text.finish();
}

/// nullopt as from parse_tree_names.
asio::awaitable<std::optional<std::vector<std::string>>> names_in(std::string_view text, Slice& slice) {
    boost::json::monotonic_resource arena;
    const boost::json::storage_ptr storage(&arena);
    json::value list(storage);  // elsewhere the result would be copied
    try {
        list = co_await parse_in_slices(text, storage, slice);
    } catch (const InvalidResponseError&) {
        co_return std::nullopt;
    }
    const json::object* files = tree_files(list);
    if (!files) co_return std::nullopt;
    std::vector<std::string> names;
    names.reserve(files->size());
    for (const auto& [name, file] : *files) {
        if (!is_safe_path(std::string_view(name))) co_return std::nullopt;
        names.emplace_back(name);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    co_return names;
}

asio::awaitable<std::vector<std::string>> names_below(fs::path folder, Slice& slice) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (!it->is_directory()) names.push_back(it->path().lexically_relative(folder).generic_string());
        if (slice.is_over()) co_await slice.pause();
    }
    if (error) throw_file_system("cannot read", folder.string(), error);
    co_await sort_in_slices(names, std::less<std::string>(), slice);
    co_return names;
}

}  // namespace

asio::awaitable<void> write_cached_tree(const RepoCache& cache, const SnapshotListing& listing, Slice& slice) {
    const std::string name = tree_name(listing.commit);
    try {
        FolderTree root(cache.root());
        if (file_exists(root.full_path(name))) co_return;
        TextWriter text(root, name);
        co_await write_tree(text, listing, slice);
    } catch (const Error&) {
        // Offline it is then not known whether the snapshot is complete.
    }
}

asio::awaitable<CachedSnapshot> CachedSnapshot::look(const RepoCache& cache, std::string commit,
                                                     const PatternFilter& filter, Slice& slice) {
    CachedSnapshot found;
    const fs::path folder = cache.paths().snapshot(commit);
    std::optional<std::vector<std::string>> names;
    FolderTree root(cache.root());
    const auto text = co_await read_text_in_slices(root, tree_name(commit), slice);
    if (text) names = co_await names_in(*text, slice);
    found.known_ = names.has_value();
    if (!names) names = co_await names_below(folder, slice);
    for (std::string& name : *names) {
        if (slice.is_over()) co_await slice.pause();
        if (!filter.matches(name)) continue;
        const bool there = file_exists((folder / name).string());
        (there ? found.files_ : found.missing_).push_back(std::move(name));
    }
    // Without a list, a dangling link is all that tells of a missing file.
    co_return found;
}

}  // namespace hf

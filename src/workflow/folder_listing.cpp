#include "workflow/folder_listing.hpp"

#include "async/slice.hpp"
#include "core/utf8.hpp"

#include <hf/core/error.hpp>

#include <algorithm>
#include <functional>

namespace hf {
namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace {

[[noreturn]] void unreadable(const fs::path& path, const std::error_code& error) {
    throw_file_system("cannot read", path.string(), {error.value(), boost::system::system_category()});
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto [character, bytes] = utf8::decode(text);
        if (character == utf8::invalid) return false;
        text.remove_prefix(bytes);
    }
    return true;
}

bool is_gone(const std::error_code& error) {
    return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

// What clients keep for themselves: Git's folder, that of the reference client, and that of older mirrors.
bool is_private_folder(const fs::path& path) {
    const fs::path name = path.filename();
    return name == ".git" || name == ".hfhub" ||
           (name == "huggingface" && path.has_parent_path() && path.parent_path().filename() == ".cache");
}

/// Collects what is found, one entry after the other.
class Lister {
public:
    Lister(fs::path folder, FolderFilter filter) : folder_(std::move(folder)), filter_(std::move(filter)) {
        folders_.emplace_back();
    }

    bool done() const { return folders_.empty() && entry_ == fs::directory_iterator(); }

    void step() {
        if (entry_ == fs::directory_iterator()) {
            open_next_folder();
            return;
        }
        const fs::directory_entry entry = *entry_;
        look_at(entry, relative_ / entry.path().filename());
        std::error_code error;
        entry_.increment(error);
        if (error) unreadable(folder_ / relative_, error);
    }

    /// Unsorted.
    FolderListing take() { return std::move(listing_); }

private:
    void open_next_folder() {
        relative_ = std::move(folders_.back());
        folders_.pop_back();
        std::error_code error;
        entry_ = fs::directory_iterator(folder_ / relative_, error);
        if (!error) return;
        entry_ = fs::directory_iterator();
        const bool is_root = relative_.empty();
        if (is_root || !(is_gone(error) || filter_.ignores_folder(relative_.generic_string())))
            unreadable(folder_ / relative_, error);
    }

    void look_at(const fs::directory_entry& entry, fs::path path) {
        if (is_private_folder(path)) return;
        std::error_code error;
        const bool is_link = entry.is_symlink(error);
        const fs::file_status status = entry.status(error);
        const std::string name = path.generic_string();
        if (is_link && fs::is_directory(status)) return leave_out(name, "is a link to a folder");
        if (fs::is_directory(status)) {
            folders_.push_back(std::move(path));
        } else if (fs::is_regular_file(status)) {
            add(name);
        } else if (is_link && is_gone(error)) {
            leave_out(name, "is a link to nothing");
        } else if (is_link && error == std::errc::too_many_symbolic_link_levels) {
            leave_out(name, "is a link to itself");
        } else if (error && !is_gone(error)) {
            if (filter_.matches(name)) unreadable(entry.path(), error);
        } else if (fs::exists(status)) {
            leave_out(name, "is neither a file nor a folder");
        }
    }

    void add(const std::string& name) {
        if (!filter_.matches(name)) return;
        if (!is_utf8(name))
            throw_validation("folder_path", "the name of a file in '" + folder_.string() + "' is not UTF-8: " + name);
        listing_.files.push_back(name);
    }

    void leave_out(const std::string& name, std::string_view why) {
        if (filter_.matches(name)) listing_.left_out.push_back(name + " " + std::string(why));
    }

    fs::path folder_;
    FolderFilter filter_;
    std::vector<fs::path> folders_;  // not looked at yet, relative
    fs::path relative_;              // the one that is being read
    fs::directory_iterator entry_;
    FolderListing listing_;
};

}  // namespace

bool path_less(std::string_view a, std::string_view b) noexcept {
    // A slash sorts before every other character.
    return std::ranges::lexicographical_compare(a, b, [](char x, char y) {
        const auto rank = [](char c) { return c == '/' ? -1 : static_cast<int>(static_cast<unsigned char>(c)); };
        return rank(x) < rank(y);
    });
}

asio::awaitable<FolderListing> list_folder(fs::path folder, FolderFilter filter) {
    std::error_code error;
    if (!fs::is_directory(folder, error))
        throw_validation("folder_path", "Provided path '" + folder.string() + "' is not a directory");
    Slice slice;
    Lister lister(std::move(folder), std::move(filter));
    while (!lister.done()) {
        lister.step();
        if (slice.is_over()) co_await slice.pause();
    }
    FolderListing listing = lister.take();
    co_await sort_in_slices(listing.files, path_less, slice);
    co_await sort_in_slices(listing.left_out, std::less<std::string>(), slice);
    co_return listing;
}

std::string repo_folder_prefix(std::string_view path_in_repo) {
    while (path_in_repo.starts_with('/')) path_in_repo.remove_prefix(1);
    while (path_in_repo.ends_with('/')) path_in_repo.remove_suffix(1);
    return path_in_repo.empty() ? std::string() : std::string(path_in_repo) + "/";
}

}  // namespace hf

#pragma once

#include "core/glob.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// Whether path `a` comes before `b` when both are compared segment by segment, bytewise.
bool path_less(std::string_view a, std::string_view b) noexcept;

/// What a folder holds, as paths relative to it with '/'.
struct FolderListing {
    std::vector<std::string> files;     ///< regular files and links to such, sorted by path_less
    std::vector<std::string> left_out;  ///< "<path> is a link to a folder", a FIFO, …: what an upload cannot take
};

/// Which files are wanted.
class FolderFilter {
public:
    FolderFilter() = default;
    FolderFilter(const PatternFilter::Patterns& allow, const std::vector<std::string>& ignore)
        : wanted_(allow, ignore), not_ignored_(std::nullopt, ignore) {}

    bool matches(std::string_view path) const noexcept { return wanted_.matches(path); }
    /// Whether everything in a folder is ignored, whatever it holds.
    bool ignores_folder(std::string_view path) const { return !not_ignored_.matches(std::string(path) + "/\x7f"); }

private:
    PatternFilter wanted_;
    PatternFilter not_ignored_;
};

/// The files below `folder` that the filter wants. Does not enter linked folders, nor what clients keep for themselves:
/// `.git`, `.hfhub` and `.cache/huggingface` at any depth. What vanishes meanwhile is not there. Lets others run now
/// and then. Throws HFValidationError (argument "folder_path") for wanted names that are not UTF-8 and unless
/// `folder` is a folder, FileSystemError for what cannot be read, unless it is ignored.
boost::asio::awaitable<FolderListing> list_folder(std::filesystem::path folder, FolderFilter filter = FolderFilter());

/// The folder `path_in_repo` of a repository as a prefix of paths: "" or "a/b/".
std::string repo_folder_prefix(std::string_view path_in_repo);

}  // namespace hf

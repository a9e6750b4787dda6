#pragma once

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// Whether path `a` comes before `b` when both are compared segment by segment, bytewise.
bool path_less(std::string_view a, std::string_view b) noexcept;

/// The regular files below `folder` (and links to such), as paths relative to it with '/', sorted by
/// path_less. Does not enter linked folders nor `.git`. Lets others run now and then. Throws
/// HFValidationError (argument "folder_path") for names that are not UTF-8 and unless `folder` is a
/// folder, FileSystemError for what cannot be read.
boost::asio::awaitable<std::vector<std::string>> list_folder(std::filesystem::path folder);

/// The folder `path_in_repo` of a repository as a prefix of paths: "" or "a/b/".
std::string repo_folder_prefix(std::string_view path_in_repo);

}  // namespace hf

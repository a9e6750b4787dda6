#pragma once

#include <string>
#include <string_view>

namespace hf {

/// Which file names are refused besides those that leave their folder.
enum class PathRules {
    portable,  ///< none
    windows,   ///< those that Windows cannot store or takes for another file: reserved names (CON, COM1), names
               ///< that end in a dot or space, control characters and <>:"|?*
#ifdef _WIN32
    native = windows,
#else
    native = portable,
#endif
};

/// Checks a file name that a server gave before it is used below a local folder. On every platform, with
/// both '/' and '\' counted as separators, it throws UnsafePathError for a name that is empty or absolute,
/// has a drive letter, an empty, "." or ".." segment, a NUL, or a ".git" segment of either case (git itself
/// stores none; writing there would plant hooks).
void require_safe_path(std::string_view name, PathRules rules = PathRules::native);

/// The same as an answer.
bool is_safe_path(std::string_view name, PathRules rules = PathRules::native) noexcept;

/// Checks a path of a commit operation and gives it as it is sent, without a leading "/" or "./". Throws
/// HFValidationError for paths that are empty, have "." or ".." segments, a ".git" segment or a NUL. A
/// trailing slash stays: it marks a folder.
std::string validate_path_in_repo(std::string_view path, std::string_view argument = "path_in_repo");

}  // namespace hf

#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace hf::local_hub {

/// Why the stores and the rules above them refuse. What a client is told is decided by http_error.cpp alone.
enum class Refusal {
    invalid,             ///< a name or path that may not be
    forbidden,           ///< a signature or a setting of the repository forbids it
    not_found,           ///< something else than the two below
    repo_not_found,      ///< deleted since it was looked up
    revision_not_found,  ///< no such branch, tag or commit
    exists,              ///< the name is taken
    moved,               ///< the ref is elsewhere than expected
    full,                ///< the disk is
    no_git,              ///< the program is not installed
};

/// `what()` is in words that the Hub's clients know. Failures of the system are std::system_error, broken
/// repositories std::runtime_error instead.
class StorageError : public std::runtime_error {
public:
    StorageError(Refusal refusal, const std::string& message) : std::runtime_error(message), refusal(refusal) {}
    Refusal refusal;
};

inline StorageError repo_not_found() { return {Refusal::repo_not_found, "Repository not found"}; }
inline StorageError revision_not_found(std::string_view revision) {
    return {Refusal::revision_not_found, "Invalid rev id: " + std::string(revision)};
}

}  // namespace hf::local_hub

#pragma once

#include "http_types.hpp"

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace hf::local_hub {

/// One run of `git http-backend`, the CGI program that comes with git. Its output goes to an unnamed
/// file in `temporary`, so that feeding and reading cannot block each other.
class GitBackend {
public:
    /// `path_info` is "/<folder of the repository>/info/refs" and the like. Throws 501 without git.
    GitBackend(const std::filesystem::path& project_root, const std::filesystem::path& temporary,
               const std::string& path_info, const Request& request, const std::string& user);
    ~GitBackend();  ///< ends the program if it still runs
    GitBackend(const GitBackend&) = delete;
    GitBackend& operator=(const GitBackend&) = delete;

    /// Part of the request's body. What the program no longer wants to read is dropped.
    void write(std::string_view chunk);
    /// End of the body; waits for the program.
    Response finish();

private:
    void close_input();

    int input_ = -1;
    File output_;
    pid_t process_ = -1;
};

}  // namespace hf::local_hub

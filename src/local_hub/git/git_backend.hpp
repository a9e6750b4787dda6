#pragma once

#include "local_hub/data/file.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hf::local_hub {

/// What CGI tells the program of a request; see RFC 3875 for the names.
struct CgiRequest {
    std::string path_info;  ///< "/<folder of the repository>/info/refs" and the like
    std::string method;
    std::string query;  ///< without '?'
    std::string content_type, content_encoding;
    std::string git_protocol;
    std::string remote_address;
    std::string user;  ///< empty: nobody, who may not push
};

/// What it answered. The body is a piece of `file`.
struct CgiAnswer {
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> fields;
    std::shared_ptr<const File> file;
    std::uint64_t offset = 0, length = 0;
};

/// One run of `git http-backend`, the CGI program that comes with git. Its output goes to an unnamed
/// file in `temporary`, so that feeding and reading cannot block each other.
class GitBackend {
public:
    /// Refusal::no_git where git is not installed.
    GitBackend(const std::filesystem::path& project_root, const std::filesystem::path& temporary,
               const CgiRequest& request);
    ~GitBackend();  ///< ends the program if it still runs
    GitBackend(const GitBackend&) = delete;
    GitBackend& operator=(const GitBackend&) = delete;

    /// Part of the request's body. What the program no longer wants to read is dropped.
    void write(std::string_view chunk);
    /// End of the body; waits for the program.
    CgiAnswer finish();

private:
    void close_input();

    int input_ = -1;
    File output_;
    pid_t process_ = -1;
};

}  // namespace hf::local_hub

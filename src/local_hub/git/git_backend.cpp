#include "local_hub/git/git_backend.hpp"

#include "core/text.hpp"
#include "local_hub/data/on_exit.hpp"
#include "local_hub/data/storage_error.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>

namespace hf::local_hub {
namespace {

// Settings of the hub, whatever the machine's git configuration says: packs are not rewritten under
// readers, partial clones work as on the Hub.
constexpr std::pair<const char*, const char*> git_settings[] = {
    {"safe.directory", "*"},
    {"receive.autogc", "false"},
    {"gc.auto", "0"},
    {"uploadpack.allowFilter", "true"},
    {"uploadpack.allowAnySHA1InWant", "true"},
    {"receive.denyDeleteCurrent", "refuse"},
};

std::vector<std::string> environment(const std::filesystem::path& root, const CgiRequest& request) {
    const char* path = ::getenv("PATH");
    std::vector<std::string> out{
        "GIT_PROJECT_ROOT=" + root.string(),
        "GIT_HTTP_EXPORT_ALL=1",
        "PATH_INFO=" + request.path_info,
        "REQUEST_METHOD=" + request.method,
        "QUERY_STRING=" + request.query,
        "CONTENT_TYPE=" + request.content_type,
        "HTTP_CONTENT_ENCODING=" + request.content_encoding,
        "GIT_PROTOCOL=" + request.git_protocol,
        "REMOTE_ADDR=" + request.remote_address,
        "GIT_CONFIG_NOSYSTEM=1",
        "HOME=/nonexistent",
        std::string("PATH=") + (path ? path : "/usr/local/bin:/usr/bin:/bin"),
    };
    // http-backend accepts pushes from named users only; access was checked before.
    if (!request.user.empty()) {
        out.push_back("REMOTE_USER=" + request.user);
        out.push_back("GIT_COMMITTER_NAME=" + request.user);
        out.push_back("GIT_COMMITTER_EMAIL=" + request.user + "@users.noreply.huggingface.co");
    }
    int count = 0;
    for (const auto& [key, value] : git_settings) {
        const std::string number = std::to_string(count++);
        out.push_back("GIT_CONFIG_KEY_" + number + "=" + key);
        out.push_back("GIT_CONFIG_VALUE_" + number + "=" + value);
    }
    out.push_back("GIT_CONFIG_COUNT=" + std::to_string(count));
    return out;
}

File unnamed_file(const std::filesystem::path& folder) {
    std::string name = (folder / "git-output-XXXXXX").string();
    const int fd = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "create temporary file");
    ::unlink(name.c_str());
    return File(fd);
}

}  // namespace

GitBackend::GitBackend(const std::filesystem::path& project_root, const std::filesystem::path& temporary,
                       const CgiRequest& request)
    : output_(unnamed_file(temporary)) {
    // A socket instead of a pipe: writing to a program that has ended must not raise SIGPIPE.
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        throw std::system_error(errno, std::generic_category(), "socketpair");
    const File child_end(pair[1]);
    input_ = pair[0];
    auto variables = environment(project_root, request);
    std::vector<char*> envp;
    for (auto& variable : variables) envp.push_back(variable.data());
    envp.push_back(nullptr);
    char program[] = "git", argument[] = "http-backend";
    char* const argv[] = {program, argument, nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const OnExit destroy([&] { posix_spawn_file_actions_destroy(&actions); });
    posix_spawn_file_actions_adddup2(&actions, child_end.get(), 0);
    posix_spawn_file_actions_adddup2(&actions, output_.get(), 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    const int failed = ::posix_spawnp(&process_, "git", &actions, nullptr, argv, envp.data());
    if (failed != 0) {
        process_ = -1;
        close_input();
        throw StorageError(Refusal::no_git, "git is not installed where this Hub runs");
    }
}

GitBackend::~GitBackend() {
    close_input();
    if (process_ <= 0) return;
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
}

void GitBackend::close_input() {
    if (input_ >= 0) ::close(std::exchange(input_, -1));
}

void GitBackend::write(std::string_view chunk) {
    while (!chunk.empty() && input_ >= 0) {
        const auto n = ::send(input_, chunk.data(), chunk.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return close_input();  // the program answers without the rest
        chunk.remove_prefix(static_cast<std::size_t>(n));
    }
}

CgiAnswer GitBackend::finish() {
    close_input();
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;

    std::string head(16u << 10, '\0');
    head.resize(output_.read_at(head.data(), head.size(), 0));
    auto end = head.find("\r\n\r\n");
    std::size_t separator = 4;
    if (end == head.npos) {
        end = head.find("\n\n");
        separator = 2;
    }
    if (end == head.npos) throw std::runtime_error("git http-backend gave no answer");
    CgiAnswer out;
    for (auto line : split(std::string_view(head).substr(0, end), '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        const auto colon = line.find(": ");
        if (colon == line.npos) continue;
        const auto name = line.substr(0, colon), value = line.substr(colon + 2);
        if (name == "Status")
            std::from_chars(value.data(), value.data() + value.size(), out.status);
        else
            out.fields.emplace_back(name, value);
    }
    out.offset = end + separator;
    out.length = output_.size() - out.offset;
    out.file = std::make_shared<const File>(std::move(output_));
    return out;
}

}  // namespace hf::local_hub

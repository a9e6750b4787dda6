#pragma once

#include <cerrno>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

namespace hf::test {

/// A copy of this process that runs one function and ends with its result as exit code, 99 for an exception. It
/// has none of the other threads, so the function must not touch what they serve.
class Process {
public:
    explicit Process(const std::function<int()>& work) : id_(::fork()) {
        if (id_ < 0) throw std::runtime_error("cannot fork");
        if (id_ > 0) return;
        int code = 99;
        try {
            code = work();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "in a child: %s\n", error.what());
        }
        ::_exit(code);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() {
        kill();
        wait();
    }

    void kill() const {
        if (!ended_) ::kill(id_, SIGKILL);
    }
    /// Its exit code, or minus the signal that killed it.
    int wait() {
        if (ended_) return code_;
        int status = 0;
        while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
        }
        ended_ = true;
        code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        return code_;
    }

private:
    pid_t id_;
    bool ended_ = false;
    int code_ = 0;
};

}  // namespace hf::test

#include "engine/files/file_lock.hpp"

#include <hf/core/error.hpp>
#include <hf/session/session.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <sys/file.h>

namespace hf {

boost::asio::awaitable<File> take_lock(std::string path, std::chrono::milliseconds wait, Clock& clock) {
    File file;
    try {
        make_folders(std::filesystem::path(path).parent_path().string());
        file = File::open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK);
    } catch (const FileSystemError&) {
        co_return File();
    }
    const auto deadline = clock.now() + wait;
    auto pause = std::chrono::milliseconds(20);
    while (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || clock.now() >= deadline) co_return File();
        co_await clock.sleep(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds(500));
    }
    co_return file;
}

}  // namespace hf

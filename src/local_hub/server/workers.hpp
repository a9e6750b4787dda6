#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <functional>
#include <mutex>

namespace hf::local_hub {

/// The threads on which git, disk and SQLite are used. Thread-safe.
class Workers {
public:
    explicit Workers(std::size_t threads) : pool_(threads) {}

    /// Does `work` on one of the threads and resumes where the caller runs. `work` must stay valid; its
    /// exception is passed on. Throws system_error(operation_aborted) after close().
    boost::asio::awaitable<void> run(std::function<void()> work);

    /// Waits for the work under way; no other begins.
    void close();

private:
    template <class Handler>
    class Task;
    template <class Handler>
    void start(Handler handler, std::function<void()> job);

    boost::asio::thread_pool pool_;
    std::mutex mutex_;
    bool closed_ = false;
};

}  // namespace hf::local_hub

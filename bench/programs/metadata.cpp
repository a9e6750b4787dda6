#include "bench.hpp"

#include <vector>

#include <boost/asio/co_spawn.hpp>

namespace bench {

namespace {

/// Many calls of model_info, a fixed number of them in flight.
class ModelInfoLoop {
public:
    ModelInfoLoop(const hf::HfApi& api, std::string repo, std::uint64_t count)
        : api_(api), repo_(std::move(repo)), left_(count) {}

    boost::asio::awaitable<void> worker() {
        while (left_ > 0) {
            --left_;
            const hf::ModelInfo info = co_await api_.model_info(repo_);
            tags_ += info.tags ? info.tags->size() : 0;
        }
    }
    std::uint64_t tags() const { return tags_; }

private:
    const hf::HfApi& api_;
    std::string repo_;
    std::uint64_t left_;
    std::uint64_t tags_ = 0;
};

}  // namespace

Figures model_info(const Arguments& arguments) {
    const std::uint64_t count = arguments.number("count", 2000);
    const std::uint64_t in_flight = arguments.number("in-flight", 32);
    boost::asio::io_context context(1);
    const hf::HfApi api = make_api(context, arguments);
    ModelInfoLoop loop(api, arguments.text("repo"), count);
    std::exception_ptr failure;
    const Watch watch;
    const double cpu_before = cpu_seconds();
    for (std::uint64_t i = 0; i < in_flight; ++i)
        boost::asio::co_spawn(context, loop.worker(), [&](std::exception_ptr error) {
            if (error) failure = error;
        });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return {{"seconds", watch.seconds()},
            {"cpu_calls", cpu_seconds() - cpu_before},
            {"requests", static_cast<double>(count)},
            {"tags", static_cast<double>(loop.tags())}};
}

}  // namespace bench

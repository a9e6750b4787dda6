#include "local_hub/data/clock.hpp"

#include <hf/core/datetime.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>

namespace hf::local_hub {

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::int64_t next_ms() {
    static std::atomic<std::int64_t> last{0};
    std::int64_t before = last.load(), next = 0;
    do next = std::max(now_ms(), before + 1);
    while (!last.compare_exchange_weak(before, next));
    return next;
}

std::string iso_time(std::int64_t ms) { return to_iso(Timestamp(std::chrono::milliseconds(ms))); }

}  // namespace hf::local_hub

#include <hf/transfer/progress.hpp>

namespace hf {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

std::int64_t now_ms() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

ProgressCounters ProgressSink::counters() const noexcept {
    ProgressCounters out;
    out.files_total = files_total_.load(relaxed);
    out.files_done = files_done_.load(relaxed);
    out.files_skipped = files_skipped_.load(relaxed);
    out.bytes_total = bytes_total_.load(relaxed);
    out.bytes_done = bytes_done_.load(relaxed);
    out.bytes_received = bytes_received_.load(relaxed);
    out.retries = retries_.load(relaxed);
    return out;
}

void ProgressSink::set_state(State state) {
    if (state_.exchange(state, relaxed) == state) return;
    next_event_.store(now_ms() + interval_.count(), relaxed);
    on_progress(counters(), {});
}

void ProgressSink::expect(std::int64_t files, std::int64_t bytes) noexcept {
    files_total_.fetch_add(static_cast<std::uint64_t>(files), relaxed);
    bytes_total_.fetch_add(static_cast<std::uint64_t>(bytes), relaxed);
}

void ProgressSink::received(std::uint64_t wire, std::uint64_t content, std::string_view file) {
    bytes_done_.fetch_add(content, relaxed);
    bytes_received_.fetch_add(wire, relaxed);
    event(file);
}

void ProgressSink::resumed(std::int64_t bytes) noexcept {
    bytes_done_.fetch_add(static_cast<std::uint64_t>(bytes), relaxed);
}

void ProgressSink::file_done(std::string_view file, std::uint64_t skipped_bytes, bool skipped) {
    bytes_done_.fetch_add(skipped_bytes, relaxed);
    files_done_.fetch_add(1, relaxed);
    if (skipped) files_skipped_.fetch_add(1, relaxed);
    event(file);
}

void ProgressSink::on_progress(const ProgressCounters&, std::string_view) {}

void ProgressSink::on_notice(std::string_view) {}
void ProgressSink::on_unverified(std::string_view) {}

void ProgressSink::event(std::string_view file) {
    const std::int64_t now = now_ms();
    std::int64_t due = next_event_.load(relaxed);
    // Of several threads only the one that moves the time on tells.
    if (now < due || !next_event_.compare_exchange_strong(due, now + interval_.count(), relaxed)) return;
    on_progress(counters(), file);
}

}  // namespace hf

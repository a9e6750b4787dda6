#include "progress.hpp"

#include <fmt/core.h>

#include <sys/ioctl.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace tool {
namespace {

bool is_terminal() {
    const char* term = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) && term && std::string_view(term) != "dumb";
}

std::size_t terminal_width() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

std::string bar(double share, int width) {
    const int filled = std::clamp(static_cast<int>(share * width + 0.5), 0, width);
    std::string out;
    for (int i = 0; i < width; ++i) out += i < filled ? "█" : "░";
    return out;
}

double share_of(const hf::ProgressCounters& counters) {
    if (counters.bytes_total > 0)
        return static_cast<double>(counters.bytes_done) / static_cast<double>(counters.bytes_total);
    if (counters.files_total > 0)
        return static_cast<double>(counters.files_done) / static_cast<double>(counters.files_total);
    return 0;
}

constexpr double line_interval = 5;  // seconds between plain lines

}  // namespace

Progress::Progress(std::string verb, bool quiet)
    : hf::ProgressSink(std::chrono::milliseconds(100)),
      verb_(std::move(verb)),
      style_(quiet           ? Style::none
             : is_terminal() ? Style::bar
                             : Style::lines) {}

std::uint64_t Progress::missing_bytes() const {
    const auto now = counters();
    return now.bytes_total - std::min(now.bytes_done, now.bytes_total);
}

void Progress::on_progress(const hf::ProgressCounters& counters, std::string_view file) {
    if (style_ == Style::none) return;
    const double now = watch_.seconds();
    if (now - rate_time_ >= 0.5) {
        const double current = static_cast<double>(counters.bytes_received - rate_bytes_) / (now - rate_time_);
        rate_ = rate_ == 0 ? current : 0.7 * rate_ + 0.3 * current;
        rate_time_ = now;
        rate_bytes_ = counters.bytes_received;
    }
    if (style_ == Style::bar) return draw(counters, file);
    if (now < next_line_) return;
    next_line_ = now + line_interval;
    fmt::print(stderr, "{} {}\n", verb_, status(counters));
}

void Progress::on_notice(std::string_view text) { note(text); }

void Progress::note(std::string_view text) {
    clear();
    if (style_ != Style::none) fmt::print(stderr, "note: {}\n", printable(text));
}

std::string Progress::status(const hf::ProgressCounters& counters) const {
    if (counters.files_total == 0) return "looking what there is";
    std::string out = fmt::format("{}/{} files, {} of {}, {}/s", grouped(counters.files_done),
                                  grouped(counters.files_total), human_bytes(static_cast<double>(counters.bytes_done)),
                                  human_bytes(static_cast<double>(counters.bytes_total)), human_bytes(rate_));
    // What the other side has already, or the disk, does not go over the line.
    if (counters.bytes_received + counters.bytes_total / 20 < counters.bytes_done)
        out += fmt::format(", {} {}", human_bytes(static_cast<double>(counters.bytes_received)),
                           verb_ == "upload" ? "sent" : "received");
    if (rate_ > 0 && counters.bytes_done < counters.bytes_total)
        out += ", " + human_time(static_cast<double>(counters.bytes_total - counters.bytes_done) / rate_) + " left";
    if (counters.retries > 0) out += fmt::format(", {} retries", grouped(counters.retries));
    return out;
}

void Progress::draw(const hf::ProgressCounters& counters, std::string_view file) {
    const std::size_t width = terminal_width() - 1;
    const double share = share_of(counters);
    const int columns = width >= 110 ? 30 : 12;
    std::string text = fmt::format("{:3.0f}% {}", share * 100, status(counters));
    const std::size_t used = verb_.size() + 1 + static_cast<std::size_t>(columns) + 1;
    if (used + text.size() + 12 < width && !file.empty()) {
        std::string name = printable(file.substr(file.rfind('/') + 1));
        // Bytes that are no ASCII have a width that is not known here.
        if (std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
            text += "  " + name.substr(0, width - used - text.size() - 2);
    }
    if (used < width) text.resize(std::min(text.size(), width - used));
    fmt::print(stderr, "\r\x1b[K{} {} {}", verb_, bar(share, columns), text);
    std::fflush(stderr);
    drawn_ = true;
}

void Progress::clear() {
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
    drawn_ = false;
}

}  // namespace tool

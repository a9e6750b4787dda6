#pragma once

#include "text.hpp"

#include <hf/transfer/progress.hpp>

#include <string>

namespace tool {

/// Shows the progress of transfers on standard error: a bar that is redrawn on a terminal, a plain line
/// every few seconds otherwise, nothing if `quiet`.
class Progress : public hf::ProgressSink {
public:
    Progress(std::string verb, bool quiet);
    ~Progress() override { clear(); }

    /// Removes the bar, so that other lines can be printed.
    void clear();
    double seconds() const { return watch_.seconds(); }
    std::uint64_t missing_bytes() const;
    /// "note: <text>" on standard error, unless quiet.
    void note(std::string_view text);

private:
    enum class Style { none, lines, bar };

    void on_progress(const hf::ProgressCounters& counters, std::string_view file) override;
    void on_notice(std::string_view text) override;
    std::string status(const hf::ProgressCounters& counters) const;
    void draw(const hf::ProgressCounters& counters, std::string_view file);

    std::string verb_;
    Style style_;
    Stopwatch watch_;
    double next_line_ = 2;  // seconds
    double rate_ = 0;       // bytes per second, smoothed
    double rate_time_ = 0;
    std::uint64_t rate_bytes_ = 0;
    bool drawn_ = false;
};

}  // namespace tool

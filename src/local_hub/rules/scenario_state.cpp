#include "local_hub/rules/scenario_state.hpp"

#include <algorithm>
#include <string>

namespace hf::local_hub {

Pacer::Clock::duration Pacer::reserve(std::uint64_t bytes, std::uint64_t rate, Clock::time_point now) {
    next_ = std::max(next_, now);
    const auto wait = next_ - now;
    next_ += std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(rate)));
    return wait;
}

void ScenarioState::set(Scenario scenario) {
    const std::lock_guard lock(mutex_);
    scenario_ = std::move(scenario);
    uses_.assign(scenario_.faults.size(), Use{});
    total_ = collapsed_ = Pacer();
}

Scenario ScenarioState::get() const {
    const std::lock_guard lock(mutex_);
    return scenario_;
}

std::chrono::milliseconds ScenarioState::latency() const {
    const std::lock_guard lock(mutex_);
    return scenario_.latency;
}

std::vector<Fault> ScenarioState::faults(std::string_view route, std::string_view method, std::string_view target) {
    std::vector<Fault> out;
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < scenario_.faults.size(); ++i) {
        const Fault& fault = scenario_.faults[i];
        if (!fault.route.empty() && fault.route != route) continue;
        if (!fault.method.empty() && fault.method != method) continue;
        if (target.find(fault.path_contains) == target.npos) continue;
        if (uses_[i].seen++ < fault.skip) continue;
        if (fault.times != 0 && uses_[i].hit >= fault.times) continue;
        ++uses_[i].hit;
        ++injected_;
        out.push_back(fault);
    }
    return out;
}

std::uint64_t ScenarioState::injected() const {
    const std::lock_guard lock(mutex_);
    return injected_;
}

void ScenarioState::body_started() {
    const std::lock_guard lock(mutex_);
    ++bodies_;
}

void ScenarioState::body_ended() {
    const std::lock_guard lock(mutex_);
    --bodies_;
}

bool ScenarioState::paced() const {
    const std::lock_guard lock(mutex_);
    return scenario_.connection_bytes_per_second || scenario_.total_bytes_per_second || scenario_.collapse_above;
}

ScenarioState::Clock::duration ScenarioState::pace(Pacer& own, std::uint64_t bytes, bool lfs_origin) {
    const std::lock_guard lock(mutex_);
    if (scenario_.cap_lfs_only && !lfs_origin) return Clock::duration::zero();
    const auto now = Clock::now();
    Clock::duration wait{};
    if (scenario_.connection_bytes_per_second)
        wait = std::max(wait, own.reserve(bytes, scenario_.connection_bytes_per_second, now));
    if (scenario_.total_bytes_per_second)
        wait = std::max(wait, total_.reserve(bytes, scenario_.total_bytes_per_second, now));
    if (scenario_.collapse_above && bodies_ > scenario_.collapse_above)
        wait = std::max(wait, collapsed_.reserve(bytes, scenario_.collapsed_bytes_per_second, now));
    return wait;
}

}  // namespace hf::local_hub

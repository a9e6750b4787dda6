#include "net/policy/rate_limit.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace hf::net {
namespace {

/// One quota of a header: `"name";k=v;k=v`. The Hub writes the policy as `"fixed window";"api";q=500;w=300`;
/// the last quoted string before the parameters is the bucket.
struct Item {
    std::string name;
    std::vector<std::pair<std::string, std::uint64_t>> parameters;

    std::optional<std::uint64_t> get(std::string_view key) const {
        for (const auto& [name, value] : parameters)
            if (name == key) return value;
        return std::nullopt;
    }
};

/// The text up to the next `separator` outside quotes, removed from `rest`.
std::string_view take_item(std::string_view& rest, char separator) {
    bool quoted = false;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        if (rest[i] == '"') quoted = !quoted;
        if (rest[i] != separator || quoted) continue;
        const auto part = rest.substr(0, i);
        rest.remove_prefix(i + 1);
        return trim(part);
    }
    return trim(std::exchange(rest, {}));
}

std::vector<Item> parse_items(std::string_view text) {
    std::vector<Item> items;
    while (!text.empty()) {
        std::string_view rest = take_item(text, ',');
        Item item;
        while (!rest.empty()) {
            const auto part = take_item(rest, ';');
            const auto equals = part.find('=');
            if (equals == part.npos || part.starts_with('"')) {
                item.name = part.size() >= 2 && part.front() == '"' && part.back() == '"'
                                ? part.substr(1, part.size() - 2)
                                : part;
                continue;
            }
            if (const auto value = to_number<std::uint64_t>(trim(part.substr(equals + 1))))
                item.parameters.emplace_back(trim(part.substr(0, equals)), *value);
        }
        items.push_back(std::move(item));
    }
    return items;
}

std::optional<std::chrono::seconds> as_seconds(std::optional<std::uint64_t> value) {
    constexpr std::uint64_t year = 365ull * 24 * 3600;  // beyond that a number only overflows durations
    if (!value) return std::nullopt;
    return std::chrono::seconds(std::min(*value, year));
}

using std::chrono::milliseconds;

milliseconds scaled(milliseconds duration, double factor) {
    return milliseconds(static_cast<std::int64_t>(static_cast<double>(duration.count()) * factor));
}

// Reset times come in whole seconds: where they are rounded down the guess is up to this much early.
constexpr milliseconds rounding{1000};
// A server's slip must not hold the client for weeks.
constexpr std::chrono::seconds longest_window{24 * 3600};
// The Hub's windows. What a server says of a longer time is paced and believed for so long.
constexpr milliseconds usual_window{300'000};
constexpr std::uint64_t largest_quota = 1ull << 40;  // beyond that counts only overflow
// Between two looks at a window that should have been renewed; a second has fewer than the reserve.
constexpr milliseconds probe_interval{250};
// In flight before the first answer names the quota: less than any quota of the Hub.
constexpr std::uint64_t newcomers = 64;
constexpr milliseconds newcomers_wait{10};

}  // namespace

bool QuotaPatience::bears(const QuotaWait& wait, QuotaWait::Time now) {
    if (!wait.refused || ended_) return !ended_;
    if (!since_) since_ = now;
    since_ = std::max(*since_, wait.moved);
    ended_ = now + wait.duration > *since_ + limit_;
    return !ended_;
}

std::optional<RateLimit> RateLimit::parse(const Fields& fields) {
    std::optional<Item> scarcest;
    for (Item& item : parse_items(fields.combined("RateLimit"))) {
        const auto left = item.get("r");
        if (left && (!scarcest || *left < *scarcest->get("r"))) scarcest = std::move(item);
    }
    if (!scarcest) return std::nullopt;
    RateLimit out;
    out.bucket = scarcest->name;
    out.remaining = scarcest->get("r");
    out.reset = as_seconds(scarcest->get("t"));
    for (const Item& policy : parse_items(fields.combined("RateLimit-Policy"))) {
        if (policy.name != out.bucket) continue;
        out.quota = policy.get("q");
        out.window = as_seconds(policy.get("w"));
        break;
    }
    return out;
}

std::int64_t QuotaGovernor::available() const {
    return static_cast<std::int64_t>(quota_) - static_cast<std::int64_t>(used_ + in_flight_);
}

std::int64_t QuotaGovernor::reserve() const {
    // One request in a hundred: below what a measurement of the throughput would notice.
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(quota_ / 100), 1, 20);
}

QuotaWait QuotaGovernor::refuse(Clock::time_point now, double random01) {
    ++stats_.delayed;
    const auto after = [this](milliseconds duration) { return QuotaWait(duration, true, moved_); };
    const auto ready = available() > 0 ? reset_ : reset_ + rounding;
    if (now >= ready) return after(probe_interval / 5 + scaled(probe_interval / 5, random01));
    const auto spread = std::min<milliseconds>(milliseconds(1000), window_ / 20);
    return after(std::chrono::ceil<milliseconds>(ready - now) + scaled(spread, random01));
}

std::optional<QuotaWait> QuotaGovernor::admit(Clock::time_point now, double random01, Priority priority) {
    const std::scoped_lock lock(mutex_);
    const auto go = [this] {
        ++in_flight_;
        ++stats_.admitted;
        return std::nullopt;
    };
    const auto queue = [this](milliseconds duration) {
        ++stats_.delayed;
        return QuotaWait(duration, false, moved_);
    };
    if (quota_ == 0) {
        if (answered_ || in_flight_ < newcomers) return go();
        return queue(newcomers_wait + scaled(newcomers_wait, random01));
    }
    const std::int64_t left = available() - (priority == Priority::interactive ? 0 : reserve());
    if (left * 2 > static_cast<std::int64_t>(quota_)) return go();
    if (now >= reset_) {
        // The window should be a new one, but the server's clock decides: one request goes to see.
        if (left > 0) return go();
        const bool too_early = available() <= 0 && now < reset_ + rounding;
        if (probing_ || now < next_probe_ || too_early) return refuse(now, random01);
        probing_ = true;
        return go();
    }
    if (left <= 0) return refuse(now, random01);
    if (priority == Priority::interactive) return go();
    const auto end = std::min(reset_, now + std::min(window_, usual_window));
    const auto interval = (end - now) / left;
    if (now < next_slot_) {
        // Each of those who wait gets a slot of its own, else all would wake for the first one.
        last_slot_ = std::max(last_slot_, next_slot_);
        const auto wait = std::chrono::ceil<milliseconds>(std::min(last_slot_, end) - now);
        last_slot_ += interval;
        return queue(std::max(wait, milliseconds(1)));
    }
    // Timers fire late; a little of what was missed may be made up for.
    next_slot_ = std::max(next_slot_, now - 4 * interval) + interval;
    return go();
}

bool QuotaGovernor::admit_anyway(Clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    if (probing_ || now < heard_ + std::min(window_, usual_window)) return false;
    probing_ = true;
    ++in_flight_;
    ++stats_.admitted;
    return true;
}

void QuotaGovernor::on_response(unsigned status, const Fields& fields, Clock::time_point now) {
    const auto seen = RateLimit::parse(fields);
    const std::scoped_lock lock(mutex_);
    if (in_flight_ > 0) --in_flight_;
    probing_ = false;
    answered_ = true;
    if (status != 429) moved_ = now;
    if (!seen) return;
    if (seen->remaining == 0u) heard_ = now;
    // Quota headers come with every answer: a 429 with requests left has another reason.
    const bool refused = status == 429 && seen->remaining == 0u;
    if (refused) ++stats_.refused;
    learn(*seen, now);
}

void QuotaGovernor::learn(const RateLimit& seen, Clock::time_point now) {
    const std::uint64_t remaining = std::min(*seen.remaining, largest_quota);
    if (seen.window && seen.window->count() > 0) window_ = std::min(*seen.window, longest_window);
    const std::uint64_t quota =
        seen.quota ? std::min(*seen.quota, largest_quota) : std::max(quota_, remaining + in_flight_ + 1);
    const bool first = quota_ == 0;
    quota_ = std::max<std::uint64_t>(quota, 1);
    const std::uint64_t used = quota_ - std::min(quota_, remaining);
    const auto reset = now + (seen.reset ? milliseconds(std::min(*seen.reset, longest_window)) : window_);
    const bool new_window = first || reset > reset_ + window_ / 2 || (now >= reset_ && used < used_);
    if (new_window) {
        used_ = used;
        reset_ = reset;
        next_slot_ = last_slot_ = now;
        next_probe_ = {};
        return;
    }
    // Answers overtake each other: within a window the count only rises.
    used_ = std::max(used_, used);
    if (now >= reset_) {
        if (reset > now) reset_ = std::max(reset_, reset);
        next_probe_ = now + probe_interval;
    } else {
        // Each answer says when the window ends, rounded to a second: the earliest is the closest.
        reset_ = std::min(reset_, reset);
    }
}

void QuotaGovernor::on_abandoned() {
    const std::scoped_lock lock(mutex_);
    if (in_flight_ > 0) --in_flight_;
    probing_ = false;
}

QuotaStats QuotaGovernor::stats() const {
    const std::scoped_lock lock(mutex_);
    QuotaStats out = stats_;
    out.quota = quota_;
    out.remaining = quota_ - std::min(quota_, used_);
    return out;
}

}  // namespace hf::net

#pragma once

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace hf {

/// Cuts long work of a coroutine into slices, between which everything else on its thread has a turn:
///
///     Slice slice;
///     for (const std::string& path : paths) {
///         look_at(path);
///         if (slice.is_over()) co_await slice.pause();
///     }
///
/// One Slice for all passes of a call, so that short ones do not add up. What a pass goes over must not be changed by
/// others during a pause.
class Slice {
public:
    using Clock = std::chrono::steady_clock;
    using Now = Clock::time_point (*)();

    /// Half of what a turn may take: the step that ends a slice, and what comes before the first one, count as well.
    static constexpr std::chrono::microseconds length{500};

    explicit Slice(Now now = &Clock::now) : now_(now), begin_(now()) {}

    /// Reads the clock, which costs as much as a hash of a short text.
    bool is_over() const { return now_() - begin_ >= length; }
    /// The same for steps of less than some ten microseconds: reads the clock at every sixteenth.
    bool is_over_lightly() { return ++steps_ % 16 == 0 && is_over(); }

    /// Lets others run, and begins the next slice. Throws system_error(operation_aborted) if the coroutine was
    /// cancelled.
    boost::asio::awaitable<void> pause();

private:
    Now now_;
    Clock::time_point begin_;
    unsigned steps_ = 0;
};

/// Has the allocator put together now what was freed. glibc leaves small blocks as they are until a large one is wanted
/// or freed, and then takes milliseconds for all of them, in the turn of somebody else.
void tidy_heap();

/// Destroys the elements of `items`, which takes its time where each owns memory.
template <class Container>
boost::asio::awaitable<void> clear_in_slices(Container& items, Slice& slice) {
    constexpr unsigned untidy = 512;  // elements, of a few blocks each
    for (unsigned n = 1; !items.empty(); ++n) {
        if constexpr (requires { items.pop_back(); })
            items.pop_back();
        else
            items.erase(items.begin());
        if (n % untidy == 0) tidy_heap();
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    tidy_heap();
}

/// std::erase_if.
template <class T, class Predicate>
boost::asio::awaitable<void> erase_in_slices(std::vector<T>& items, Predicate is_unwanted, Slice& slice) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!is_unwanted(items[i])) {
            if (i != kept) items[kept] = std::move(items[i]);
            ++kept;
        }
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    while (items.size() > kept) {
        items.pop_back();
        if (slice.is_over_lightly()) co_await slice.pause();
    }
}

/// std::stable_sort. Most lists come sorted: of these only neighbours are compared.
template <class T, class Less>
boost::asio::awaitable<void> sort_in_slices(std::vector<T>& items, Less less, Slice& slice) {
    constexpr std::size_t run = 256;  // is sorted in one step
    const auto at = [&](std::size_t i) {
        return items.begin() + static_cast<std::ptrdiff_t>(std::min(i, items.size()));
    };
    bool sorted = true;
    for (std::size_t i = 1; i < items.size() && sorted; ++i) {
        sorted = !less(items[i], items[i - 1]);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    if (sorted) co_return;
    for (std::size_t i = 0; i < items.size(); i += run) {
        std::stable_sort(at(i), at(i + run), less);
        if (slice.is_over()) co_await slice.pause();
    }
    std::vector<T> merged;
    merged.reserve(items.size());
    for (std::size_t width = run; width < items.size(); width *= 2) {
        merged.clear();
        for (std::size_t i = 0; i < items.size(); i += 2 * width) {
            auto left = at(i), right = at(i + width);
            const auto left_end = right, right_end = at(i + 2 * width);
            while (left != left_end || right != right_end) {
                const bool from_right = left == left_end || (right != right_end && less(*right, *left));
                merged.push_back(std::move(from_right ? *right++ : *left++));
                if (slice.is_over_lightly()) co_await slice.pause();
            }
        }
        items.swap(merged);
    }
}

}  // namespace hf

#pragma once

#include <hf/core/async_generator.hpp>
#include <hf/core/json.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hf {

/// Options that every list has.
struct ListOptions {
    std::optional<std::int64_t> limit{};  ///< stop after that many items; empty: all
    std::string_view cursor{};            ///< continue where an earlier generator's `cursor()` stood
    /// An element that cannot be read is left out and told to `Session::on_warning`; an error only if none can be
    /// read. Otherwise it is thrown in its place, and the next call goes on behind it: for lists that must be whole.
    bool skip_unreadable = false;
};

/// The whole list, but for what cannot be read.
inline constexpr ListOptions all_readable{std::nullopt, {}, true};

/// Elements of a page that have arrived: raw JSON texts in one buffer.
struct ElementBatch {
    std::string text;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> elements;  ///< offset and length in `text`
    std::string page;                                               ///< URL of the page, for the cursor
    std::uint64_t first_index = 0;                                  ///< of the first element within its page
    bool last = false;                                              ///< nothing follows
    std::exception_ptr error;                                       ///< what ended the list, behind the elements
};

/// Fetches the pages of a list and cuts them into elements while they arrive, one bounded step ahead.
class PageStream {
public:
    virtual ~PageStream() = default;
    /// The next elements; nullopt at the end. `continued`: for the same wait of the consumer, which got none that it
    /// could use; its deadline goes on.
    virtual boost::asio::awaitable<std::optional<ElementBatch>> next(bool continued) = 0;
};

std::string make_cursor(std::string_view page, std::uint64_t index);

/// Told of an element that was left out: URL of its page, index within that, and what is wrong.
using LeftOutElement = std::function<void(std::string_view page, std::uint64_t index, const InvalidResponseError&)>;

/// More elements in a row that cannot be read end a list with the error of the first that was left out.
inline constexpr std::size_t max_unreadable = 100'000;

/// Converts the elements of a PageStream one by one.
template <class T>
class PagedSource final : public ItemSource<T> {
public:
    /// `left_out` is told of each element that cannot be read; null: these are thrown.
    PagedSource(std::unique_ptr<PageStream> pages, std::function<T(const json::value&)> convert,
                LeftOutElement left_out = nullptr)
        : pages_(std::move(pages)), convert_(std::move(convert)), left_out_(std::move(left_out)) {}

    boost::asio::awaitable<std::optional<T>> next() override {
        for (bool continued = false; !done_; continued = true) {
            while (position_ < batch_.elements.size()) {
                std::optional<T> item = read_next();
                if (item) co_return item;
                // Pages that never repeat can go on for ever.
                if (++unreadable_ > max_unreadable) {
                    done_ = true;
                    std::rethrow_exception(std::exchange(failure_, nullptr));
                }
            }
            if (batch_.error) {
                done_ = true;
                std::rethrow_exception(std::exchange(batch_.error, nullptr));
            }
            std::optional<ElementBatch> batch = co_await pages_->next(continued);
            if (batch) {
                batch_ = std::move(*batch);
                position_ = 0;
            } else {
                done_ = true;
                if (failure_ && !given_) std::rethrow_exception(std::exchange(failure_, nullptr));
            }
        }
        co_return std::nullopt;
    }

    std::string cursor() const override {
        return batch_.page.empty() ? std::string() : make_cursor(batch_.page, batch_.first_index + position_);
    }

private:
    std::optional<T> read_next() {
        const std::uint64_t index = batch_.first_index + position_;
        const auto [offset, length] = batch_.elements[position_];
        ++position_;
        try {
            std::optional<T> out(std::in_place,
                                 json::parse_as(std::string_view(batch_.text).substr(offset, length), convert_));
            given_ = true;
            unreadable_ = 0;
            return out;
        } catch (const InvalidResponseError& error) {
            if (!left_out_) throw;
            if (!failure_) failure_ = std::current_exception();
            left_out_(batch_.page, index, error);
            return std::nullopt;
        }
    }

    std::unique_ptr<PageStream> pages_;
    std::function<T(const json::value&)> convert_;
    LeftOutElement left_out_;
    ElementBatch batch_;
    std::size_t position_ = 0;
    bool done_ = false;
    bool given_ = false;
    std::size_t unreadable_ = 0;  // in a row
    std::exception_ptr failure_;  // of the first element that was left out
};

}  // namespace hf

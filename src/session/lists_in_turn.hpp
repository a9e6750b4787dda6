#pragma once

#include <hf/core/async_generator.hpp>
#include <hf/core/error.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hf::detail {

/// Gives the next of several lists, or nullopt behind the last. Called again if it is cancelled.
template <class T>
using NextList = std::function<boost::asio::awaitable<std::optional<AsyncGenerator<T>>>()>;

/// One list after another. An error ends all of them.
template <class T>
class ListsInTurn final : public ItemSource<T> {
public:
    explicit ListsInTurn(NextList<T> open) : state_(std::make_shared<State>(std::move(open))) {}

    boost::asio::awaitable<std::optional<T>> next() override { return next_impl(state_); }
    std::string cursor() const override { return {}; }

private:
    struct State {
        explicit State(NextList<T> open) : open(std::move(open)) {}

        NextList<T> open;
        std::optional<AsyncGenerator<T>> list;
        bool done = false;
    };

    // Owns the state: opening goes on for a moment when the generator is destroyed.
    static boost::asio::awaitable<std::optional<T>> next_impl(std::shared_ptr<State> state) {
        try {
            while (!state->done) {
                if (!state->list) {
                    std::optional<AsyncGenerator<T>> list = co_await state->open();
                    state->done = !list;
                    state->list = std::move(list);
                    continue;
                }
                std::optional<T> item = co_await state->list->next();
                if (item) co_return item;
                state->list.reset();
            }
        } catch (const Error&) {
            state->done = true;
            throw;
        }
        co_return std::nullopt;
    }

    std::shared_ptr<State> state_;
};

/// A list whose request must be asked for first, or that is several lists one behind the other.
template <class T>
AsyncGenerator<T> lists_in_turn(NextList<T> open) {
    return AsyncGenerator<T>(std::make_unique<ListsInTurn<T>>(std::move(open)));
}

/// The list of what is there already.
template <class T>
AsyncGenerator<T> list_of(std::vector<T> items) {
    class Ready final : public ItemSource<T> {
    public:
        explicit Ready(std::vector<T> items) : items_(std::move(items)) {}
        boost::asio::awaitable<std::optional<T>> next() override {
            std::optional<T> item;
            if (position_ < items_.size()) item.emplace(std::move(items_[position_++]));
            co_return item;
        }

    private:
        std::vector<T> items_;
        std::size_t position_ = 0;
    };
    return AsyncGenerator<T>(std::make_unique<Ready>(std::move(items)));
}

}  // namespace hf::detail

#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hf {

/// What `AsyncGenerator::collect` keeps unless told otherwise: fifty times what the Hub advises for one repository,
/// about a GiB of names and hashes.
inline constexpr std::size_t max_collected = 5'000'000;

namespace detail {
[[noreturn]] void throw_too_many_items(std::size_t limit);
}

/// Where an AsyncGenerator gets its items from. Implemented by the session's paging and by adapters.
template <class T>
class ItemSource {
public:
    virtual ~ItemSource() = default;
    virtual boost::asio::awaitable<std::optional<T>> next() = 0;
    virtual std::string cursor() const { return {}; }
};

/// A list that arrives page by page.
///
///     auto models = api.list_models({.author = "google"});
///     while (auto model = co_await models.next()) use(*model);
///
/// Nothing is sent before the first `next()`. Items are handed out as soon as they have arrived, the
/// following ones are fetched ahead within a fixed bound. Move-only; one `next()` at a time; to be
/// used and destroyed while the executor of the coroutine that first called `next()` is alive.
/// Destroying a generator stops its fetching. Errors are thrown by `next()` after all items that
/// arrived before them; from then on, and after the end, `next()` gives nullopt. One item that cannot be read is no
/// such error: it is left out and told to `Session::on_warning`, or, in lists of files, thrown as
/// InvalidResponseError in its place; the call after that goes on behind it.
template <class T>
class AsyncGenerator {
public:
    using value_type = T;

    explicit AsyncGenerator(std::unique_ptr<ItemSource<T>> source) : source_(std::move(source)) {}

    /// The next item, or nullopt at the end. Cancellation throws system_error(operation_aborted)
    /// and loses no item.
    boost::asio::awaitable<std::optional<T>> next() { return source_->next(); }

    /// All items that are still to come:
    ///
    ///     std::vector<std::string> files = co_await api.list_repo_files("openai-community/gpt2").collect();
    ///
    /// Bounded, since a server can give pages for ever: one item more than `max` is a ResponseTooLargeError. Whatever
    /// `next()` throws is thrown, cancellation included, and the items before it are lost: who wants these calls
    /// `next()`.
    boost::asio::awaitable<std::vector<T>> collect(std::size_t max = max_collected) && {
        return collect_impl(std::move(source_), max);
    }

    /// A text from which a later process resumes behind the last item given (options member `cursor`, where the call
    /// has one). Empty before the first item and where the list cannot be resumed.
    std::string cursor() const { return source_->cursor(); }

    /// The same list with every item passed through `f`; items for which `f` gives nullopt are skipped.
    template <class F>
    auto filter_map(F f) && {
        using U = typename std::invoke_result_t<F, T>::value_type;
        class Mapped final : public ItemSource<U> {
        public:
            Mapped(std::unique_ptr<ItemSource<T>> source, F f) : source_(std::move(source)), f_(std::move(f)) {}
            boost::asio::awaitable<std::optional<U>> next() override {
                while (true) {
                    std::optional<T> item = co_await source_->next();
                    if (!item) co_return std::nullopt;
                    if (std::optional<U> mapped = f_(std::move(*item))) co_return mapped;
                }
            }
            std::string cursor() const override { return source_->cursor(); }

        private:
            std::unique_ptr<ItemSource<T>> source_;
            F f_;
        };
        return AsyncGenerator<U>(std::make_unique<Mapped>(std::move(source_), std::move(f)));
    }

private:
    static boost::asio::awaitable<std::vector<T>> collect_impl(std::unique_ptr<ItemSource<T>> source, std::size_t max) {
        std::vector<T> out;
        while (std::optional<T> item = co_await source->next()) {
            if (out.size() == max) detail::throw_too_many_items(max);
            out.push_back(std::move(*item));
        }
        co_return out;
    }

    std::unique_ptr<ItemSource<T>> source_;
};

}  // namespace hf

#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace hf {

/// A list of texts as a call option: `.tags = {"a", name}` or `.tags = names` (a vector). A view: the
/// texts must live until the call returns its awaitable. Default-constructed it is "not given", which
/// several calls tell apart from a given empty list.
class StringList {
public:
    static constexpr std::size_t inline_capacity = 12;

    constexpr StringList() noexcept = default;

    template <class... Texts>
        requires(sizeof...(Texts) > 0 && sizeof...(Texts) <= inline_capacity &&
                 (std::convertible_to<const Texts&, std::string_view> && ...))
    constexpr StringList(const Texts&... texts) noexcept
        : inline_{std::string_view(texts)...}, size_(sizeof...(Texts)), given_(true) {}

    StringList(const std::vector<std::string>& texts) noexcept
        : strings_(texts.data()), size_(texts.size()), given_(true) {}
    StringList(std::span<const std::string> texts) noexcept
        : strings_(texts.data()), size_(texts.size()), given_(true) {}

    constexpr bool given() const noexcept { return given_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    std::string_view operator[](std::size_t i) const noexcept {
        return strings_ ? std::string_view(strings_[i]) : inline_[i];
    }
    std::vector<std::string> to_vector() const {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < size_; ++i) out.emplace_back((*this)[i]);
        return out;
    }

private:
    std::array<std::string_view, inline_capacity> inline_{};
    const std::string* strings_ = nullptr;
    std::size_t size_ = 0;
    bool given_ = false;
};
static_assert(std::is_trivially_copyable_v<StringList> && std::is_trivially_destructible_v<StringList>);

/// What every options struct must be: g++ 12 destroys owning aggregates twice inside `co_await`.
template <class T>
concept options_struct = std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>;

}  // namespace hf

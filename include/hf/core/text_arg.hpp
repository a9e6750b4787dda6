#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace hf {

/// A text of an option, which may be absent; an empty text is absent, too. A view: the text must live until the call
/// returns its awaitable or generator.
///
///     {.author = "google"}    {.author = name + "x"}    {.author = std::nullopt}
class TextArg {
public:
    constexpr TextArg() noexcept = default;
    constexpr TextArg(std::nullopt_t) noexcept {}
    template <class T>
        requires std::convertible_to<const T&, std::string_view>
    constexpr TextArg(const T& text) noexcept : text_(text), given_(!text_.empty()) {}
    template <class T>
        requires std::convertible_to<const T&, std::string_view>
    constexpr TextArg(const std::optional<T>& text) noexcept : TextArg(text ? TextArg(*text) : TextArg()) {}

    /// An empty text that is meant as such, for what changes something: it takes away what is there.
    static constexpr TextArg empty() noexcept {
        TextArg out;
        out.given_ = true;
        return out;
    }

    constexpr bool has_value() const noexcept { return given_; }
    constexpr explicit operator bool() const noexcept { return given_; }
    constexpr std::string_view operator*() const noexcept { return text_; }
    constexpr std::string_view value_or(std::string_view other) const noexcept { return given_ ? text_ : other; }
    constexpr operator std::optional<std::string_view>() const noexcept {
        return given_ ? std::optional<std::string_view>(text_) : std::nullopt;
    }

private:
    std::string_view text_;
    bool given_ = false;
};
static_assert(std::is_trivially_copyable_v<TextArg> && std::is_trivially_destructible_v<TextArg>);

}  // namespace hf

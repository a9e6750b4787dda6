#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace hf {

/// The `token` of the client and of each call, as in the reference: nothing (the client's own token),
/// a text (that token), `true` (a token is demanded) or `false` (anonymous). A view: the text must live
/// until the call returns its awaitable.
class TokenArg {
public:
    enum class Kind : std::uint8_t { client, text, required, none };

    constexpr TokenArg() noexcept = default;
    template <std::same_as<bool> B>
    constexpr TokenArg(B use) noexcept : kind_(use ? Kind::required : Kind::none) {}
    constexpr TokenArg(const char* text) noexcept : text_(text), kind_(Kind::text) {}
    constexpr TokenArg(std::string_view text) noexcept : text_(text), kind_(Kind::text) {}
    TokenArg(const std::string& text) noexcept : text_(text), kind_(Kind::text) {}

    constexpr Kind kind() const noexcept { return kind_; }
    constexpr std::string_view text() const noexcept { return text_; }

private:
    std::string_view text_;
    Kind kind_ = Kind::client;
};
static_assert(std::is_trivially_copyable_v<TokenArg> && std::is_trivially_destructible_v<TokenArg>);

/// A TokenArg that keeps its text, for calls that send several requests.
class OwnedToken {
public:
    explicit OwnedToken(TokenArg token = TokenArg()) : token_(token), text_(token.text()) {}

    /// Views this object.
    TokenArg get() const noexcept { return token_.kind() == TokenArg::Kind::text ? TokenArg(text_) : token_; }

private:
    TokenArg token_;
    std::string text_;
};

}  // namespace hf

#pragma once

#include <hf/core/token_arg.hpp>

#include <string>

namespace hf {

/// A TokenArg that keeps its text, for calls that send several requests.
class OwnedToken {
public:
    explicit OwnedToken(TokenArg token) : token_(token), text_(token.text()) {}

    /// Views this object.
    TokenArg get() const noexcept { return token_.kind() == TokenArg::Kind::text ? TokenArg(text_) : token_; }

private:
    TokenArg token_;
    std::string text_;
};

}  // namespace hf

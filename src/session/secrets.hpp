#pragma once

#include <hf/core/error.hpp>
#include <hf/core/url.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// Texts that no message may hold, whoever put them there: servers echo what they were sent. Pure.
class Secrets {
public:
    /// The value of an Authorization field, and what it is made of.
    void add_authorization(std::string_view value);
    /// The values of a URL that sign or authorise.
    void add_url(const Url& url);
    /// Any other text. Also hidden are its percent-encoded form and its Base64. Texts of fewer than four characters
    /// are left out: they are no secret, and would be found everywhere.
    void add(std::string_view secret);

    /// Puts "…" where a secret stands; false if there was none.
    bool hide(std::string& text) const;
    bool hide(ErrorInfo& info) const;
    /// `error` with its type and without secrets; null if it holds none.
    std::exception_ptr hidden(const Error& error) const;

private:
    void add_text(std::string text);

    std::vector<std::string> texts_;
};

}  // namespace hf

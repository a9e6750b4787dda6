#include "session/secrets.hpp"

#include "core/base64.hpp"
#include "core/rethrow.hpp"

#include <algorithm>

namespace hf {
namespace {

constexpr std::size_t shortest = 4;

}  // namespace

void Secrets::add_text(std::string text) {
    if (text.size() < shortest || std::ranges::find(texts_, text) != texts_.end()) return;
    // Long ones first: what is part of another must not be replaced before it.
    const auto place = std::ranges::find_if(texts_, [&](const auto& other) { return other.size() < text.size(); });
    texts_.insert(place, std::move(text));
}

void Secrets::add(std::string_view secret) {
    if (secret.size() < shortest) return;
    add_text(std::string(secret));
    add_text(quote(secret, ""));
    std::string base64 = base64_encode(secret);
    // What stands behind it may change its last characters.
    base64.resize(secret.size() / 3 * 4);
    add_text(std::move(base64));
}

void Secrets::add_authorization(std::string_view value) {
    const auto space = value.find(' ');
    const std::string_view credentials = value.substr(space == value.npos ? 0 : space + 1);
    add(credentials);
    if (!value.starts_with("Basic ")) return;
    const std::string plain = base64_decode(credentials).value_or(std::string());
    const auto colon = plain.find(':');
    add_text(plain);
    if (colon != plain.npos) add(std::string_view(plain).substr(colon + 1));
}

void Secrets::add_url(const Url& url) {
    for (const std::string_view value : url.secrets()) {
        add_text(std::string(value));
        add_text(unquote(value));
    }
}

bool Secrets::hide(std::string& text) const {
    bool found = false;
    for (const std::string& secret : texts_) {
        for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at)) {
            text.replace(at, secret.size(), "…");
            found = true;
        }
    }
    return found;
}

bool Secrets::hide(ErrorInfo& info) const {
    bool found = false;
    for (std::string* text : {&info.message, &info.argument, &info.url, &info.request_id, &info.error_code,
                              &info.repo_commit, &info.server_message, &info.body})
        found |= hide(*text);
    for (FileFailure& failure : info.failures) {
        found |= hide(failure.path);
        found |= hide(failure.message);
    }
    return found;
}

std::exception_ptr Secrets::hidden(const Error& error) const {
    ErrorInfo info = error.info();
    if (!hide(info)) return nullptr;
    try {
        rethrow_as(error, std::move(info));
    } catch (const Error&) {
        return std::current_exception();
    }
}

}  // namespace hf

#include "core/text.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/session/environment.hpp>

#include <boost/version.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <vector>

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

namespace hf {
namespace {

constexpr std::string_view white = " \t\n\v\f\r";

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
    return text;
}

// An environment whose empty variables are unset.
class Variables {
public:
    explicit Variables(const Environment::Lookup& lookup) : lookup_(lookup) {}

    std::string text(const std::string& name, std::string otherwise = {}) const {
        auto value = lookup_(name);
        return value && !value->empty() ? *std::move(value) : std::move(otherwise);
    }

    bool flag(const std::string& name) const { return is_true(text(name)); }

    static bool is_true(std::string value) {
        constexpr std::array<std::string_view, 4> values = {"1", "ON", "YES", "TRUE"};
        return std::ranges::find(values, upper(std::move(value))) != values.end();
    }

    /// Zero means the default, as in the reference.
    std::uint64_t number(const std::string& name, std::uint64_t otherwise) const {
        const std::string value = text(name);
        const auto digits = trim(value, white);
        if (digits.empty()) return otherwise;
        const auto out = to_number<std::uint64_t>(digits);
        if (!out || *out > std::numeric_limits<int>::max())
            throw_validation(name, name + " must be a whole number up to 2147483647, not '" + value + "'");
        return *out == 0 ? otherwise : *out;
    }

private:
    const Environment::Lookup& lookup_;
};

std::string join(std::string_view folder, std::string_view name) {
    std::string out(folder);
    if (!out.ends_with('/')) out += '/';
    return out.append(name);
}

std::string expand_home(std::string path, std::string_view home) {
    if (path == "~") return std::string(home);
    return path.starts_with("~/") ? join(home, std::string_view(path).substr(2)) : path;
}

/// "$NAME" and "${NAME}" as a shell has them; of a variable that is not set the text stays.
std::string expand_variables(std::string_view path, const Variables& variables) {
    const auto is_name = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
    std::string out;
    while (!path.empty()) {
        const auto dollar = std::min(path.find('$'), path.size());
        out += path.substr(0, dollar);
        path.remove_prefix(dollar);
        if (path.empty()) break;
        const bool braced = path.starts_with("${");
        std::string_view name = path.substr(braced ? 2 : 1);
        name = name.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(name, is_name) - name.begin()));
        std::size_t length = name.size() + (braced ? 2 : 1);
        const bool closed = !braced || (length < path.size() && path[length] == '}');
        length += braced && closed;
        const std::string text(path.substr(0, length));
        out += name.empty() || !closed ? text : variables.text(std::string(name), text);
        path.remove_prefix(length);
    }
    return out;
}

// Tokens are pasted with line breaks and spaces around them, and wrapped.
std::optional<std::string> clean_token(std::string text) {
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
    const auto token = trim(text, white);
    if (token.empty()) return std::nullopt;
    return std::string(token);
}

// Only what a header field may hold, so that no text can add one. The message does not repeat the text.
std::string bearer(std::string_view token) {
    if (token.empty()) throw_validation("token", "the token is empty; pass false for no token");
    if (!std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; }))
        throw_validation("token", "the token has spaces, control characters or letters outside ASCII");
    return "Bearer " + std::string(token);
}

constexpr std::string_view how_to_log_in =
    "provide a token, set HF_TOKEN, or be logged in with `huggingface-cli login`. See "
    "https://huggingface.co/settings/tokens";

// The errno of what failed, else 0. Token files are some 40 bytes; 64 KiB is where we stop reading.
int read_small_file(const std::string& path, std::string& out) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno;
    std::array<char, 4096> buffer;
    int failure = 0;
    while (out.size() < 65536) {
        const auto got = ::read(file, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) failure = errno;
        if (got <= 0) break;
        out.append(buffer.data(), static_cast<std::size_t>(got));
    }
    ::close(file);
    return failure;
}

std::string home_of_process() {
    if (const char* home = std::getenv("HOME"); home && *home) return home;
    std::vector<char> buffer(16384);
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found && found->pw_dir)
        return found->pw_dir;
    return "/";
}

}  // namespace

Environment Environment::of_process() {
    const Lookup lookup = [](const std::string& name) -> std::optional<std::string> {
        if (const char* value = std::getenv(name.c_str())) return value;
        return std::nullopt;
    };
    return Environment(lookup, home_of_process());
}

Environment::Environment(const Lookup& lookup, std::string home) {
    const Variables variables(lookup);
    const bool staging = variables.flag("HUGGINGFACE_CO_STAGING");
    endpoint = variables.text("HF_ENDPOINT", std::string(staging ? staging_endpoint : default_endpoint));
    const auto path = [&](const std::string& name, std::string otherwise) {
        return expand_home(expand_variables(variables.text(name, std::move(otherwise)), variables), home);
    };
    const std::string cache_home = variables.text("XDG_CACHE_HOME", join(home, ".cache"));
    hf_home = path("HF_HOME", join(cache_home, "huggingface"));
    hub_cache = path("HF_HUB_CACHE", variables.text("HUGGINGFACE_HUB_CACHE", join(hf_home, "hub")));
    assets_cache = path("HF_ASSETS_CACHE", variables.text("HUGGINGFACE_ASSETS_CACHE", join(hf_home, "assets")));
    xet_cache = path("HF_XET_CACHE", join(hf_home, "xet"));
    token_path =
        staging ? join(home, ".cache/huggingface_staging/token") : path("HF_TOKEN_PATH", join(hf_home, "token"));
    const std::string own_token_path = path("HF_TOKEN_PATH", "");
    const auto folder = own_token_path.rfind('/');
    stored_tokens_path = own_token_path.empty()          ? join(hf_home, "stored_tokens")
                         : folder == own_token_path.npos ? std::string("stored_tokens")
                                                         : own_token_path.substr(0, folder + 1) + "stored_tokens";
    offline = Variables::is_true(variables.text("HF_HUB_OFFLINE", variables.text("TRANSFORMERS_OFFLINE")));
    disable_implicit_token = variables.flag("HF_HUB_DISABLE_IMPLICIT_TOKEN");
    disable_xet = variables.flag("HF_HUB_DISABLE_XET");
    disable_symlinks = variables.flag("HF_HUB_DISABLE_SYMLINKS");
    disable_telemetry = variables.flag("HF_HUB_DISABLE_TELEMETRY") || variables.flag("DISABLE_TELEMETRY") ||
                        variables.flag("DO_NOT_TRACK");
    etag_timeout = std::chrono::seconds(variables.number("HF_HUB_ETAG_TIMEOUT", default_etag_timeout.count()));
    download_timeout =
        std::chrono::seconds(variables.number("HF_HUB_DOWNLOAD_TIMEOUT", default_download_timeout.count()));
    local_dir_auto_symlink_threshold =
        variables.number("HF_HUB_LOCAL_DIR_AUTO_SYMLINK_THRESHOLD", hf::local_dir_auto_symlink_threshold);

    // A CGI server sets HTTP_PROXY from a request's "Proxy" header: https://httpoxy.org
    const bool is_cgi = !variables.text("REQUEST_METHOD").empty();
    const std::string all_proxy = variables.text("all_proxy", variables.text("ALL_PROXY"));
    http_proxy = variables.text("http_proxy", is_cgi ? all_proxy : variables.text("HTTP_PROXY", all_proxy));
    https_proxy = variables.text("https_proxy", variables.text("HTTPS_PROXY", all_proxy));
    no_proxy = variables.text("no_proxy", variables.text("NO_PROXY"));
    ssl_cert_file = variables.text("SSL_CERT_FILE");
    ssl_cert_dir = variables.text("SSL_CERT_DIR");
    requests_ca_bundle = variables.text("REQUESTS_CA_BUNDLE");
    curl_ca_bundle = variables.text("CURL_CA_BUNDLE");
    read_token(lookup);
}

void Environment::read_token(const Lookup& lookup) {
    const Variables variables(lookup);
    token_ = clean_token(variables.text("HF_TOKEN", variables.text("HUGGING_FACE_HUB_TOKEN")));
    if (token_) return;
    std::string text;
    const int failure = read_small_file(token_path, text);
    if (failure == 0)
        token_ = clean_token(std::move(text));
    else if (failure != ENOENT && failure != ENOTDIR)
        token_error_ = {failure, boost::system::system_category()};
}

const std::optional<std::string>& Environment::token() const {
    if (token_error_) throw_file_system("cannot read the token file", token_path, token_error_);
    return token_;
}

std::optional<std::string> resolve_authorization(const Environment& environment, TokenArg client, TokenArg call,
                                                 bool is_write_action) {
    const TokenArg effective = call.kind() == TokenArg::Kind::client ? client : call;
    std::optional<std::string> out;
    switch (effective.kind()) {
        case TokenArg::Kind::text: out = bearer(effective.text()); break;
        case TokenArg::Kind::none: break;
        case TokenArg::Kind::required:
            if (!environment.token()) {
                ErrorInfo info;
                info.argument = "token";
                info.message = "Token is required (`token=true`), but none was found: " + std::string(how_to_log_in);
                throw LocalTokenNotFoundError(std::move(info));
            }
            out = bearer(*environment.token());
            break;
        case TokenArg::Kind::client:
            if (!environment.disable_implicit_token && environment.token()) out = bearer(*environment.token());
            break;
    }
    if (is_write_action && !out)
        throw_validation("token",
                         "Token is required (write-access action) but none was found: " + std::string(how_to_log_in));
    // Tokens of organisations could never write.
    if (is_write_action && out->starts_with("Bearer api_org"))
        throw_validation("token",
                         "A personal token is needed for write-access calls, not one of an organization. See "
                         "https://huggingface.co/settings/tokens");
    return out;
}

std::string_view own_user_agent() {
    static const std::string text = "hfhub/" HFHUB_VERSION "; boost/" + std::to_string(BOOST_VERSION / 100000) + "." +
                                    std::to_string(BOOST_VERSION / 100 % 1000) + "." +
                                    std::to_string(BOOST_VERSION % 100);
    return text;
}

std::string build_user_agent(std::string_view library_name, std::string_view library_version,
                             std::string_view user_agent, std::string_view own) {
    std::string all = "unknown/None";
    if (!library_name.empty()) {
        all = library_name;
        all.append("/").append(library_version.empty() ? "None" : library_version);
    }
    all.append("; ").append(own);
    if (!user_agent.empty()) all.append("; ").append(user_agent);
    if (std::ranges::any_of(all, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        throw_validation("user_agent", "the User-Agent must not contain control characters");

    std::vector<std::string_view> products;
    std::string out;
    for (std::string_view rest = all; !rest.empty();) {
        const auto end = std::min(rest.find(';'), rest.size());
        const auto product = trim(rest.substr(0, end), white);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (product.empty() || std::ranges::find(products, product) != products.end()) continue;
        products.push_back(product);
        if (!out.empty()) out += "; ";
        out += product;
    }
    return out;
}

std::string join_user_agent(std::span<const std::pair<std::string, std::string>> products) {
    std::string out;
    for (const auto& [name, version] : products) {
        if (!out.empty()) out += "; ";
        out.append(name).append("/").append(version);
    }
    return out;
}

}  // namespace hf

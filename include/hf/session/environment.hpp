#pragma once

#include <hf/core/token_arg.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace hf {

/// What environment variables and the token file say, read once and never again; the variables and their
/// precedence are those of the reference client. An empty variable counts as unset. Immutable after
/// construction, and therefore safe to use from several threads.
class Environment {
public:
    /// Gives the value of a variable, nullopt if it is not set.
    using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

    /// The environment of this process. Like getenv it must not run while another thread changes variables.
    static Environment of_process();

    /// `home` stands for "~"; "$NAME" and "${NAME}" in a path are variables, or stay where there is none. Throws
    /// HFValidationError, with the variable as argument, for a number that is none.
    Environment(const Lookup& lookup, std::string home);

    std::string endpoint;  ///< as given, a trailing slash included
    std::string hf_home;
    std::string hub_cache;
    std::string assets_cache;
    std::string xet_cache;           ///< of other clients: nothing is kept there
    std::string token_path;          ///< HF_TOKEN_PATH, else "token" below `hf_home`
    std::string stored_tokens_path;  ///< tokens by name, beside HF_TOKEN_PATH or below `hf_home`
    bool offline = false;
    bool disable_implicit_token = false;  ///< only calls that demand a token send the configured one
    bool disable_xet = false;
    bool disable_symlinks = false;  ///< read, and not obeyed yet
    bool disable_telemetry = false;
    std::chrono::seconds etag_timeout{0};
    std::chrono::seconds download_timeout{0};
    std::uint64_t local_dir_auto_symlink_threshold = 0;  ///< bytes

    /// Lower-case variables win. ALL_PROXY stands in for the first two where they are not set.
    std::string http_proxy, https_proxy, no_proxy;
    std::string ssl_cert_file, ssl_cert_dir, requests_ca_bundle, curl_ca_bundle;

    /// HF_TOKEN, HUGGING_FACE_HUB_TOKEN or the token file, trimmed. Throws FileSystemError if it would have to
    /// come from a file that exists and could not be read.
    const std::optional<std::string>& token() const;

private:
    void read_token(const Lookup& lookup);

    std::optional<std::string> token_;
    boost::system::error_code token_error_;
};

/// The Authorization field of a call, "Bearer hf_...", or nullopt for none. `call` is the call's `token`
/// option, `client` the one the client was made with; without either, the environment's.
///
/// Throws LocalTokenNotFoundError if `true` demands a token and there is none, HFValidationError (argument
/// "token") if a write is asked without a personal token or the text can be no token.
std::optional<std::string> resolve_authorization(const Environment& environment, TokenArg client, TokenArg call,
                                                 bool is_write_action = false);

/// The part of the User-Agent that names this library: "hfhub/0.1.0; boost/1.81.0".
std::string_view own_user_agent();

/// The reference's composition: library, own products, then the user's products, each once. Throws
/// HFValidationError for control characters.
std::string build_user_agent(std::string_view library_name, std::string_view library_version,
                             std::string_view user_agent, std::string_view own = own_user_agent());

/// {{"a", "1"}, {"b", "2"}} -> "a/1; b/2", for `build_user_agent`.
std::string join_user_agent(std::span<const std::pair<std::string, std::string>> products);

}  // namespace hf

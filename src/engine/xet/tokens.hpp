#pragma once

#include "async/semaphore.hpp"
#include "engine/transfer_call.hpp"

#include <hf/core/url.hpp>
#include <hf/session/session.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace hf {

/// What the content store lets a client in with: for one repository and revision, until it expires.
class XetToken {
public:
    XetToken() = default;
    XetToken(std::string text, std::chrono::system_clock::time_point expires, Url store)
        : text(std::move(text)), expires(expires), store(std::move(store)) {}

    std::string text;
    std::chrono::system_clock::time_point expires{};
    Url store;  ///< the base of the store's routes
};

/// `pull_request`: to write what a pull request that is still to be opened will need.
enum class XetAccess { read, write, pull_request };

/// The tokens of one session, asked of the Hub once for each repository, revision and account, and again a minute
/// before they expire (specification "Authentication"). Safe to use from several threads.
class XetTokens {
public:
    static std::shared_ptr<XetTokens> of(const Session& session);

    /// One that is valid now, or was just given. Throws what the Hub's refusal is, InvalidResponseError for an answer
    /// that is no token, and what Session::follow throws of the store's address.
    boost::asio::awaitable<XetToken> get(std::shared_ptr<const TransferCall> call, XetAccess access);
    /// The store refuses it: the next `get` asks for another, unless that was done since.
    void drop(const TransferCall& call, XetAccess access, const XetToken& token);

    /// Said of this session to every request to a store, so that its operators can tell which belong together.
    const std::string& session_id() const noexcept { return session_id_; }

    XetTokens();

private:
    struct Place {
        std::shared_ptr<Semaphore> turn = std::make_shared<Semaphore>(1);
        std::optional<XetToken> token;
    };

    std::shared_ptr<Place> place(const std::string& key);
    std::optional<XetToken> valid(const Place& place, std::chrono::system_clock::time_point now) const;

    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Place>> places_;
    std::string session_id_;
};

}  // namespace hf

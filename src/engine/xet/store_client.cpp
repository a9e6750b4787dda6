#include "engine/xet/store_client.hpp"

#include "engine/download/range_answer.hpp"
#include "session/error_mapping.hpp"
#include "session/services.hpp"

#include <hf/core/error.hpp>

#include <atomic>
#include <limits>

namespace hf {

namespace asio = boost::asio;

namespace {

/// Of one session: its store knows no version 2 of the routes, as was found out.
struct StoreVersion {
    std::atomic<bool> only_first{false};
};

std::string base_of(const Url& store) {
    std::string out = store.to_string();
    while (out.ends_with('/')) out.pop_back();
    return out;
}

// With its end, always: what lies behind may be anything.
std::string range_text(ByteRange range) { return range_field(range, std::numeric_limits<std::uint64_t>::max()); }

}  // namespace

asio::awaitable<Reply> StoreClient::ask_once(std::string path, ByteRange window, bool& refused) const {
    const XetToken token = co_await tokens_->get(call_, XetAccess::read);
    net::Fields fields;
    fields.set("Authorization", "Bearer " + token.text);
    Request request(net::Method::get, "");
    request.to(Url::parse(base_of(token.store) + path)).anonymous().bound(fields).bucket(Bucket::none);
    request.header("Range", range_text(window)).header("X-Xet-Session-Id", tokens_->session_id());
    try {
        Reply reply = co_await call_->session.send(std::move(request));
        co_return reply;
    } catch (const HfHubHTTPError& error) {
        refused = error.status() == 401;
        if (refused) tokens_->drop(*call_, XetAccess::read, token);
        throw;
    }
}

asio::awaitable<Reply> StoreClient::ask(std::string path, ByteRange window) const {
    bool refused = false;
    try {
        Reply reply = co_await ask_once(path, window, refused);
        co_return reply;
    } catch (const HfHubHTTPError&) {
        if (!refused) throw;
    }
    Reply reply = co_await ask_once(path, window, refused);
    co_return reply;
}

asio::awaitable<std::optional<xet::Reconstruction>> StoreClient::reconstruct(xet::Hash file, ByteRange window) const {
    const auto version = call_->session.services().use<StoreVersion>();
    const std::string path = "/reconstructions/" + to_text(file);
    std::optional<Reply> reply;
    try {
        if (!version->only_first) {
            Reply second = co_await ask("/v2" + path, window);
            reply.emplace(std::move(second));
        }
    } catch (const HfHubHTTPError& error) {
        if (error.status() == 416) co_return std::nullopt;
        if (!lacks_route(error.status())) throw;
    }
    if (!reply) {
        try {
            Reply first = co_await ask("/v1" + path, window);
            reply.emplace(std::move(first));
        } catch (const HfHubHTTPError& error) {
            if (error.status() == 416) co_return std::nullopt;
            throw;
        }
        version->only_first = true;
    }
    co_return xet::parse_reconstruction(reply->body);
}

Request StoreClient::fetch(const xet::FetchSource& source, ByteRange bytes) const {
    Request request(net::Method::get, "");
    // As an LFS link: the store may lie elsewhere, but not where the session must not go.
    request.to(call_->session.follow(Url::parse(call_->session.endpoint()), Url::parse(source.url)));
    request.anonymous().bucket(Bucket::none).decompress(false);
    request.header("Range", range_text(bytes)).header("X-Xet-Session-Id", tokens_->session_id());
    return request;
}

}  // namespace hf

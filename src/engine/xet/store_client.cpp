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

/// Of one session: its store knows no version 2 of the route, as was found out.
struct ReconstructionVersion {
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

asio::awaitable<void> StoreClient::open() const { co_await tokens_->get(call_, access_); }

asio::awaitable<Reply> StoreClient::send_once(net::Method method, const std::string& path, const Adjust& adjust,
                                              bool& refused) const {
    const XetToken token = co_await tokens_->get(call_, access_);
    net::Fields fields;
    fields.set("Authorization", "Bearer " + token.text);
    Request request(method, "");
    request.to(Url::parse(base_of(token.store) + path)).anonymous().bound(fields).bucket(Bucket::none);
    request.header("X-Xet-Session-Id", tokens_->session_id());
    adjust(request);
    try {
        Reply reply = co_await call_->session.send(std::move(request));
        co_return reply;
    } catch (const HfHubHTTPError& error) {
        // 403 where a repository was made anew, or the account's rights have changed.
        refused = error.status() == 401 || error.status() == 403;
        if (refused) tokens_->drop(*call_, access_, token);
        throw;
    }
}

asio::awaitable<Reply> StoreClient::send(net::Method method, std::string path, const Adjust& adjust) const {
    bool refused = false;
    try {
        Reply reply = co_await send_once(method, path, adjust, refused);
        co_return reply;
    } catch (const HfHubHTTPError&) {
        if (!refused) throw;
    }
    Reply reply = co_await send_once(method, path, adjust, refused);
    co_return reply;
}

Request StoreClient::request(net::Method method, const std::string& url) const {
    Request request(method, "");
    // As an LFS link: the store may lie elsewhere, but not where the session must not go.
    request.to(call_->session.follow(Url::parse(call_->session.endpoint()), Url::parse(url)));
    request.anonymous().bucket(Bucket::none).header("X-Xet-Session-Id", tokens_->session_id());
    return request;
}

asio::awaitable<std::optional<xet::Reconstruction>> StoreClient::reconstruct(xet::Hash file, ByteRange window) const {
    const auto version = call_->session.services().use<ReconstructionVersion>();
    const std::string path = "/reconstructions/" + to_text(file);
    const Adjust adjust = [&](Request& request) { request.header("Range", range_text(window)); };
    std::optional<Reply> reply;
    try {
        if (!version->only_first) {
            Reply second = co_await send(net::Method::get, "/v2" + path, adjust);
            reply.emplace(std::move(second));
        }
    } catch (const HfHubHTTPError& error) {
        if (error.status() == 416) co_return std::nullopt;
        if (!lacks_route(error.status())) throw;
    }
    if (!reply) {
        try {
            Reply first = co_await send(net::Method::get, "/v1" + path, adjust);
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
    Request get = request(net::Method::get, source.url);
    get.decompress(false).header("Range", range_text(bytes));
    return get;
}

}  // namespace hf

#include "engine/xet/store_uploads.hpp"

#include "core/json_access.hpp"
#include "engine/xet/shard_verdict.hpp"
#include "session/error_mapping.hpp"
#include "session/services.hpp"
#include "xet/crc64nvme.hpp"

#include <hf/core/error.hpp>
#include <hf/core/json.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

namespace hf {

namespace asio = boost::asio;

namespace {

// Of one xorb, then the store's own route is taken.
constexpr int most_grants = 3;
// A shard that the store could not look at is sent this often.
constexpr int most_shard_attempts = 5;
// It takes less time to send a smaller one than to ask for it.
constexpr std::size_t smallest_asked_for = 1u << 20;
// A store may look at a shard for minutes without a word.
constexpr std::chrono::minutes shard_patience{10};
// An answer that takes longer costs more than sending what it may spare.
constexpr std::chrono::seconds longest_question{10};
// Of a grant's fields.
constexpr std::size_t most_fields = 32;

/// The records of a xorb as the body of a request, each of whose bytes counts for its share of the content.
class XorbSource final : public net::ByteSource {
public:
    XorbSource(std::shared_ptr<const PackedXorb> xorb, std::shared_ptr<SentBytes> sent)
        : xorb_(std::move(xorb)), sent_(std::move(sent)) {}

    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
        const std::size_t n = std::min(buffer.size(), xorb_->body.size() - at_);
        std::memcpy(buffer.data(), xorb_->body.data() + at_, n);
        const std::uint64_t before = content_before(at_);
        at_ += n;
        if (n > 0) sent_->add(n, content_before(at_) - before, xorb_->name);
        co_return n;
    }

private:
    std::uint64_t content_before(std::size_t at) const { return xorb_->content_size * at / xorb_->body.size(); }

    std::shared_ptr<const PackedXorb> xorb_;
    std::shared_ptr<SentBytes> sent_;
    std::size_t at_ = 0;
};

net::Body body_of(std::shared_ptr<const PackedXorb> xorb, std::shared_ptr<SentBytes> sent) {
    const std::size_t size = xorb->body.size();
    auto open = [xorb = std::move(xorb), sent = std::move(sent)]() -> std::unique_ptr<net::ByteSource> {
        sent->take_back();
        return std::make_unique<XorbSource>(xorb, sent);
    };
    return net::Body(size, std::move(open));
}

std::string xorb_path(std::string_view route, const PackedXorb& xorb) {
    return "/v1/" + std::string(route) + "/default/" + to_text(xorb.hash);
}

[[noreturn]] void throw_no_grant(std::string_view what) {
    ErrorInfo info;
    info.message = "the content store's grant for an upload " + std::string(what);
    throw InvalidResponseError(std::move(info));
}

const StoreClient::Adjust as_is = [](Request&) {};
const StoreClient::Adjust repeatable = [](Request& request) { request.idempotent(true); };
const StoreClient::Adjust soon = [](Request& request) { request.timeout(longest_question); };

}  // namespace

/// What was found out of a session's store.
struct StoreUploads::Routes {
    std::atomic<bool> no_grants{false}, no_shard_events{false};
};

/// Leave to upload one xorb to a place that knows nothing of tokens.
struct StoreUploads::Grant {
    explicit Grant(const std::string& answer) {
        const json::value parsed = json::parse(answer);
        const auto member = [&](std::string_view name) {
            const auto text = text_of(find_member(parsed, name));
            if (!text || text->empty()) throw_no_grant("has no " + std::string(name));
            return std::string(*text);
        };
        id = member("id");
        url = member("url");
        const std::string named = member("method");
        if (named != "PUT" && named != "POST") throw_no_grant("asks for the method '" + named + "'");
        method = named == "PUT" ? net::Method::put : net::Method::post;
        if (id == "." || id == "..") throw_no_grant("has an id that is none");
        const json::value* headers = find_member(parsed, "headers");
        if (!headers || !headers->is_object()) return;
        if (headers->get_object().size() > most_fields) throw_no_grant("has too many headers");
        for (const auto& [name, value] : headers->get_object()) {
            if (const auto text = text_of(&value)) fields.set(std::string(name), std::string(*text));
        }
    }

    std::string id, url;
    net::Method method = net::Method::put;
    net::Fields fields;
};

StoreUploads::StoreUploads(std::shared_ptr<const CommitCall> call)
    : call_(call),
      store_(call, call->create_pr ? XetAccess::pull_request : XetAccess::write),
      routes_(call->session.services().use<Routes>()) {}

asio::awaitable<void> StoreUploads::open() { return store_.open(); }

asio::awaitable<std::optional<StoreUploads::Grant>> StoreUploads::ask_grant(const PackedXorb& xorb, bool& stored) {
    json::object checksum;
    checksum["algo"] = "crc64nvme";
    checksum["value"] = std::to_string(xet::crc64nvme(xorb.body));
    json::object question;
    question["length"] = xorb.body.size();
    question["checksum"] = std::move(checksum);
    const StoreClient::Adjust ask = [&](Request& request) { request.json(question).idempotent(true); };
    try {
        const Reply reply = co_await store_.send(net::Method::post, xorb_path("xorb-grants", xorb), ask);
        stored = reply.status == 200;
        if (stored) co_return std::nullopt;
        Grant grant(reply.body);
        co_return grant;
    } catch (const HfHubHTTPError& error) {
        if (!lacks_route(error.status())) throw;
    }
    routes_->no_grants = true;
    co_return std::nullopt;
}

asio::awaitable<StoreUploads::Outcome> StoreUploads::use_grant(const Grant& grant, std::shared_ptr<PackedXorb> xorb,
                                                               std::shared_ptr<SentBytes> sent) {
    Request request = store_.request(grant.method, grant.url);
    request.body(body_of(xorb, sent), "").bound(grant.fields).idempotent(true).upload();
    try {
        co_await call_->session.send(std::move(request));
        co_return Outcome::stored;
    } catch (const HostNotAllowedError&) {
        throw;
    } catch (const HfHubHTTPError& error) {
        const unsigned status = error.status();
        if (status == 412) co_return Outcome::stored;  // it is there already
        // The grant is too old, or somebody else is about to upload the same.
        if (status == 400 || status == 403 || status == 409) co_return Outcome::refused;
    } catch (const ConnectionError&) {
        // There is a way left.
    }
    co_return Outcome::impossible;
}

/// False: nothing has come by that grant.
asio::awaitable<bool> StoreUploads::end_grant(const Grant& grant, const PackedXorb& xorb) {
    const std::string path = xorb_path("xorb-commits", xorb) + "/grant/" + detail::path_part(segment(grant.id));
    try {
        co_await store_.send(net::Method::post, path, repeatable);
    } catch (const HfHubHTTPError& error) {
        if (error.status() != 404) throw;
        co_return false;
    }
    co_return true;
}

asio::awaitable<bool> StoreUploads::has(const PackedXorb& xorb) {
    try {
        co_await store_.send(net::Method::head, xorb_path("xorbs", xorb), as_is);
    } catch (const HfHubHTTPError& error) {
        if (error.status() == 401 || error.status() == 403) throw;
        co_return false;
    }
    co_return true;
}

asio::awaitable<void> StoreUploads::post(std::shared_ptr<PackedXorb> xorb, std::shared_ptr<SentBytes> sent) {
    if (xorb->body.size() >= smallest_asked_for) {
        const bool is_there = co_await has(*xorb);
        if (is_there) co_return;
    }
    const StoreClient::Adjust fill = [&](Request& request) {
        request.body(body_of(xorb, sent), "").idempotent(true).upload();
    };
    co_await store_.send(net::Method::post, xorb_path("xorbs", *xorb), fill);
}

asio::awaitable<void> StoreUploads::put_somehow(std::shared_ptr<PackedXorb> xorb, std::shared_ptr<SentBytes> sent) {
    for (int i = 0; i < most_grants && !routes_->no_grants; ++i) {
        bool stored = false;
        const std::optional<Grant> grant = co_await ask_grant(*xorb, stored);
        if (stored) co_return;
        if (!grant) break;
        const Outcome outcome = co_await use_grant(*grant, xorb, sent);
        if (outcome == Outcome::impossible) break;
        if (outcome == Outcome::refused) continue;
        const bool ended = co_await end_grant(*grant, *xorb);
        if (ended) co_return;
    }
    co_await post(std::move(xorb), std::move(sent));
}

asio::awaitable<void> StoreUploads::put(std::shared_ptr<PackedXorb> xorb, std::shared_ptr<SentBytes> sent) {
    co_await put_somehow(xorb, sent);
    sent->complete(xorb->content_size, xorb->name);
    xorb->body = std::vector<std::byte>();
    xorb->memory = Semaphore::Ticket();
    xorb->stored = true;
}

/// nullopt: the store has no such route.
asio::awaitable<std::optional<Reply>> StoreUploads::post_shard(const std::string& path, const std::string& shard) {
    const StoreClient::Adjust fill = [&](Request& request) {
        request.body(net::Body(shard), "").idempotent(true).upload().timeout(shard_patience);
    };
    try {
        Reply reply = co_await store_.send(net::Method::post, path, fill);
        co_return reply;
    } catch (const HfHubHTTPError& error) {
        if (!lacks_route(error.status())) throw;
    }
    co_return std::nullopt;
}

asio::awaitable<void> StoreUploads::put_shard(std::vector<std::byte> shard) {
    const std::string body(reinterpret_cast<const char*>(shard.data()), shard.size());
    for (int i = 0; !routes_->no_shard_events; ++i) {
        const std::optional<Reply> reply = co_await post_shard("/v2/shards", body);
        if (!reply) break;
        if (read_shard_verdict(reply->body)) co_return;
        if (i + 1 >= most_shard_attempts) {
            ErrorInfo info;
            info.message = "the content store could not take a shard, however often it was sent";
            throw HfHubHTTPError(std::move(info));
        }
        co_await call_->session.clock().sleep(std::chrono::seconds(1 << i));
    }
    routes_->no_shard_events = true;
    const std::optional<Reply> reply = co_await post_shard("/v1/shards", body);
    if (reply) co_return;
    ErrorInfo info;
    info.message = "the content store has no route for shards";
    throw InvalidResponseError(std::move(info));
}

asio::awaitable<std::optional<xet::Shard>> StoreUploads::ask_about(xet::Hash chunk) {
    if (!answers_questions_) co_return std::nullopt;
    const std::string path = "/v1/chunks/default/" + to_text(chunk);
    try {
        const Reply reply = co_await store_.send(net::Method::get, path, soon);
        xet::Shard answer = xet::parse_shard(std::as_bytes(std::span(reply.body)));
        co_return answer;
    } catch (const HfHubHTTPError& error) {
        // What is not known is sent. A store that cannot say is not asked again.
        if (error.status() != 404) answers_questions_ = false;
    } catch (const Error&) {
        answers_questions_ = false;
    }
    co_return std::nullopt;
}

}  // namespace hf

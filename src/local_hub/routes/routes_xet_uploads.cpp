#include "local_hub/data/clock.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/hub.hpp"
#include "local_hub/rules/xet_access.hpp"

#include <boost/json/serialize.hpp>

#include <chrono>

namespace hf::local_hub {
namespace {

// Observed at the Hub.
constexpr std::chrono::hours chunk_answer_life{7 * 24};

class XorbSink : public BodySink {
public:
    explicit XorbSink(Call& call) : incoming_(call.hub.xet.xorbs, target(call)) {}

    void write(std::string_view chunk) override { incoming_.write(chunk.data(), chunk.size()); }

    Response finish() override { return json_response(json::object{{"was_inserted", incoming_.finish()}}); }

private:
    static xet::Hash target(const Call& call) {
        cas_repo(call, CasAccess::write);
        if (call.request.content_length.value_or(0) > max_xorb_body) throw bad_request("The xorb is too large.");
        return cas_hash(call.params.names.at(1));
    }

    XorbStore::Incoming incoming_;
};

class ShardSink : public BodySink {
public:
    ShardSink(Call& call, bool events) : hub_(call.hub), repo_(cas_repo(call, CasAccess::write).id), events_(events) {
        if (call.request.content_length.value_or(0) > xet::max_shard_size) too_large();
    }

    void write(std::string_view chunk) override {
        if (body_.size() + chunk.size() > xet::max_shard_size) too_large();
        body_.append(chunk);
    }

    Response finish() override {
        const auto files = hub_.xet.accept_shard(std::as_bytes(std::span(body_)), hub_.config.max_lfs_object);
        for (const auto& file : files) hub_.link_lfs(repo_, file.sha256, file.size);
        return events_ ? events(files.size()) : json_response(json::object{{"result", 1}});
    }

private:
    [[noreturn]] static void too_large() { throw bad_request("The shard is too large."); }

    // The verdict is known before the first of them, so an error is never among them: it is the status.
    static Response events(std::size_t total) {
        std::string body;
        const auto line = [&](const json::object& event) { body.append(json::serialize(event)).append("\n"); };
        line({{"type", "validating"}, {"verified", 0}, {"total", total}});
        line({{"type", "validating"}, {"verified", total}, {"total", total}});
        line({{"type", "committing"}, {"stage", "uploading"}});
        line({{"type", "committing"}, {"stage", "syncing"}});
        line({{"type", "result"}});
        Response out;
        out.set("Content-Type", "application/x-ndjson");
        out.body = std::move(body);
        return out;
    }

    Hub& hub_;
    std::int64_t repo_;
    bool events_;
    std::string body_;
};

Response chunk(Call& call) {
    cas_repo(call, CasAccess::read);
    xet::ShardFooter footer;
    footer.key = call.hub.xet_chunk_key;
    footer.created = static_cast<std::uint64_t>(now_ms() / 1000);
    footer.expires = footer.created + static_cast<std::uint64_t>(std::chrono::seconds(chunk_answer_life).count());
    const auto shard = call.hub.xet.chunk_answer(cas_hash(call.params.names.at(1)), footer);
    if (!shard) throw not_found("Shard not found");
    Response out;
    out.set("Content-Type", "application/octet-stream");
    out.body.assign(reinterpret_cast<const char*>(shard->data()), shard->size());
    return out;
}

// What clients tell of themselves is not kept.
Response telemetry(Call& call) {
    cas_repo(call, CasAccess::read);
    return Response(200);
}

template <bool Events>
std::unique_ptr<BodySink> shard_sink(Call& call) {
    return std::make_unique<ShardSink>(call, Events);
}

void add(Router& router, Route route) {
    route.bucket = Bucket::none;
    route.json_errors = false;
    route.lfs_origin = true;
    route.checks_token = false;
    route.takes_bearer = true;
    router.add(route);
}

}  // namespace

void add_xet_upload_routes(Router& router) {
    add(router, {.name = "xet_upload_xorb",
                 .method = "POST",
                 .pattern = "/v1/xorbs/{name}/{name}",
                 .sink = [](Call& call) -> std::unique_ptr<BodySink> { return std::make_unique<XorbSink>(call); }});
    add(router, {.name = "xet_upload_shard", .method = "POST", .pattern = "/v1/shards", .sink = shard_sink<false>});
    add(router, {.name = "xet_upload_shard", .method = "POST", .pattern = "/v2/shards", .sink = shard_sink<true>});
    add(router, {.name = "xet_chunk", .method = "GET", .pattern = "/v1/chunks/{name}/{name}", .handler = chunk});
    add(router, {.name = "xet_telemetry", .method = "POST", .pattern = "/v1/telemetry", .handler = telemetry});
}

}  // namespace hf::local_hub

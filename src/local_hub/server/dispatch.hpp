#pragma once

#include "local_hub/http/http_error.hpp"
#include "local_hub/routes/router.hpp"
#include "local_hub/rules/hub.hpp"
#include "local_hub/rules/quotas.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hf::local_hub {

/// One request, from its head to its answer, apart from any socket. All members but the constructor run
/// on worker threads, one at a time.
class Dispatch {
public:
    Dispatch(Hub& hub, const Router& router, Quotas& quotas, Request request);

    /// Whether the body is to be collected in `request().body` before begin().
    bool wants_buffered_body() const { return !match_.route || !match_.route->sink; }
    const char* route() const { return match_.route ? match_.route->name : "unknown"; }
    /// Whether the route itself asks for a token.
    bool takes_bearer() const { return match_.route && match_.route->takes_bearer; }
    const Request& request() const { return request_; }
    Request& request() { return request_; }
    std::string_view user() const { return who_ ? std::string_view(who_->name()) : std::string_view(); }

    /// Answers, unless the route takes its body as a stream: then false, and write() and finish() follow.
    bool begin();
    /// False: the body was refused, the answer stands.
    bool write(std::string_view chunk);
    void finish();
    void answer(const HttpError& error);

    Response& response() { return *response_; }
    void response(Response answer) { response_ = std::move(answer); }

private:
    template <class F>
    void guarded(F f);
    void authenticate();
    void complete(Response answer);

    Hub& hub_;
    Quotas& quotas_;
    Request request_;
    Router::Match match_;
    PrincipalPtr who_;
    std::optional<Call> call_;
    std::unique_ptr<BodySink> sink_;
    std::optional<Response> response_;
    std::vector<Field> quota_fields_;
};

}  // namespace hf::local_hub

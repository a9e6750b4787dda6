#include "engine/lfs/request.hpp"

#include "core/rethrow.hpp"

#include <hf/core/datetime.hpp>

namespace hf {

namespace asio = boost::asio;

namespace {

LfsTime time_of(const Session& session, const Reply& reply) {
    LfsTime time{session.clock().system_now()};
    if (const auto date = reply.fields.find("Date"))
        time.server = parse_http_date(*date, std::chrono::floor<std::chrono::seconds>(time.now));
    return time;
}

}  // namespace

Request lfs_batch_request(const Repo& repo, LfsOperation operation, std::span<const LfsWanted> objects,
                          std::string_view ref) {
    Request request = post("/{}.git/info/lfs/objects/batch", repo.url_path());
    request.body(net::Body(lfs_batch_body(operation, objects, ref)), std::string(lfs_media_type));
    request.header("Accept", std::string(lfs_media_type)).idempotent(true);
    return request;
}

asio::awaitable<LfsAnswer> ask_lfs(Session session, Request request, OwnedToken token) {
    const Reply reply = co_await session.send(std::move(request));
    try {
        LfsAnswer answer(reply.url, parse_lfs_batch(reply.body, time_of(session, reply)));
        for (LfsEntry& entry : answer.entries) {
            if (entry.refusal)
                entry.refusal->message = session.without_secrets(std::move(entry.refusal->message), token.get());
        }
        co_return answer;
    } catch (const InvalidResponseError& error) {
        ErrorInfo info = error.info();
        info.url = reply.url.redacted();
        info.status = reply.status;
        rethrow_as(error, std::move(info));
    }
}

}  // namespace hf

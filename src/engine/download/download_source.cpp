#include "engine/download/download_source.hpp"

namespace hf {

namespace asio = boost::asio;

Request content_request(const Session& session, Url url, TokenArg token) {
    Request request(net::Method::get, {});
    if (session.may_see_token(url.origin()))
        request.token(token);
    else
        request.anonymous();
    request.to(std::move(url)).decompress(false).bucket(Bucket::resolvers);
    return request;
}

asio::awaitable<std::string> DownloadSource::second_opinion() { co_return std::string(); }

asio::awaitable<Request> ResolveSource::request() {
    if (!direct_) co_return request_;
    Request direct = content_request(session_, *direct_, TokenArg());
    co_return direct;
}

bool ResolveSource::renew(unsigned status) {
    if (!direct_ || !may_be_expired(status)) return false;
    direct_.reset();
    return true;
}

void ResolveSource::answered(const Url& url) {
    if (!session_.may_see_token(url.origin())) direct_ = url;
}

}  // namespace hf

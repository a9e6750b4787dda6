#pragma once

#include <hf/session/session.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace hf {

/// Where the content of a file comes from.
class DownloadSource {
public:
    virtual ~DownloadSource() = default;
    /// A GET of the whole content, signed anew where needed.
    virtual boost::asio::awaitable<Request> request() = 0;
    /// `status` was answered to the latest request. True: the next one may fare better.
    virtual bool renew(unsigned status) = 0;
    /// An answer with content came, from `url` after redirects.
    virtual void answered(const Url& url) { static_cast<void>(url); }
    /// What another route says that the content hashes to, asked once when it does not hash to its ETag. Empty:
    /// none says anything.
    virtual boost::asio::awaitable<std::string> second_opinion();
};

/// An answer by which a signed link says that its time has passed (S3 and CloudFront say 403).
constexpr bool may_be_expired(unsigned status) noexcept {
    return status == 400 || status == 401 || status == 403 || status == 404 || status == 410;
}

/// A GET that carries the token only where Session::may_see_token: signed storage gets none.
Request content_request(const Session& session, Url url, TokenArg token);

/// A resolve URL. Further requests for the same file go directly to where it redirected, while that lasts.
class ResolveSource final : public DownloadSource {
public:
    ResolveSource(Session session, Request request) : session_(std::move(session)), request_(std::move(request)) {}

    boost::asio::awaitable<Request> request() override;
    bool renew(unsigned status) override;
    void answered(const Url& url) override;

private:
    Session session_;
    Request request_;
    std::optional<Url> direct_;
};

}  // namespace hf

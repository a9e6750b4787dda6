#pragma once

#include "async/semaphore.hpp"
#include "engine/download/download_source.hpp"
#include "engine/lfs/request.hpp"
#include "engine/transfer_call.hpp"

#include <hf/session/session.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hf {

/// Where an LFS object can be fetched for a while.
class LfsLink {
public:
    explicit LfsLink(Url url) : url(std::move(url)) {}

    Url url;
    net::Fields fields;  ///< demanded by the link, and for its origin alone
};

/// Signs links to LFS objects of one repository, up to a hundred with one request, and late: a batch holds
/// the object that is wanted now and those that come next. Shared by all calls of a session that fetch from the
/// repository with the same token. Safe to use from several threads.
class LfsLinks {
public:
    explicit LfsLinks(std::shared_ptr<const TransferCall> call) : call_(std::move(call)) {}
    /// Those that another call uses already, or new ones.
    static std::shared_ptr<LfsLinks> of(std::shared_ptr<const TransferCall> call);

    /// Objects that will be wanted, in this order.
    void announce(std::string sha256, std::uint64_t size);
    /// A link that is valid now; nullopt if there is none to be had this way and the resolve URL must do:
    /// the server does not know LFS or refuses the object. Throws what a request throws that never arrives, and what
    /// Session::follow throws of the link.
    boost::asio::awaitable<std::optional<LfsLink>> get(std::string sha256);
    /// The link did not work, and the next `get` signs anew; or it is no longer needed.
    void forget(const std::string& sha256);

private:
    boost::asio::awaitable<void> sign(std::string wanted);
    std::vector<LfsWanted> next_batch(const std::string& wanted);
    /// With `fresh` however short its life: it has just been signed.
    std::optional<LfsLink> find(const std::string& sha256, bool fresh) const;

    struct Object {
        Object(std::string sha256, std::uint64_t size) : sha256(std::move(sha256)), size(size) {}
        std::string sha256;
        std::uint64_t size;
        bool asked = false;
    };

    // The Hub takes 256, but links expire: a hundred small ones are used up soon.
    static constexpr std::size_t most_objects = 100;
    // At 40 MB/s about three minutes' worth, a fraction of the shortest life of links seen (15 minutes).
    static constexpr std::uint64_t most_bytes = 8ull << 30;
    static constexpr std::chrono::seconds margin{30};

    std::shared_ptr<const TransferCall> call_;
    std::shared_ptr<Semaphore> turn_ = std::make_shared<Semaphore>(1);
    mutable std::mutex mutex_;  // guards what follows
    std::vector<Object> objects_;
    std::unordered_map<std::string, std::size_t> index_;
    std::size_t next_ = 0;  // before it, all have been asked once
    std::unordered_map<std::string, LfsAction> links_;
    Url from_;  // the latest answer
    bool unavailable_ = false;
};

/// An LFS object: from a signed link, or through its resolve URL where there is none.
class LfsSource final : public DownloadSource {
public:
    LfsSource(std::shared_ptr<LfsLinks> links, Session session, std::string sha256, Request resolve)
        : links_(std::move(links)),
          session_(session),
          sha256_(std::move(sha256)),
          resolve_(std::move(session), std::move(resolve)) {}

    boost::asio::awaitable<Request> request() override;
    bool renew(unsigned status) override;
    void answered(const Url& url) override;

private:
    std::shared_ptr<LfsLinks> links_;
    Session session_;
    std::string sha256_;
    ResolveSource resolve_;
    bool resolving_ = false;
    bool worked_ = false;   // the current link has given content
    bool renewed_ = false;  // a link was refused at once before
};

}  // namespace hf

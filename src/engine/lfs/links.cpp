#include "engine/lfs/links.hpp"

#include <hf/core/error.hpp>

#include <algorithm>

namespace hf {

namespace asio = boost::asio;

void LfsLinks::announce(std::string sha256, std::uint64_t size) {
    if (!index_.emplace(sha256, objects_.size()).second) return;
    objects_.emplace_back(std::move(sha256), size);
}

void LfsLinks::forget(const std::string& sha256) { links_.erase(sha256); }

const LfsAction* LfsLinks::valid_link(const std::string& sha256) const {
    const auto found = links_.find(sha256);
    if (found == links_.end()) return nullptr;
    const LfsAction& link = found->second;
    return link.expires && *link.expires < session_.clock().system_now() + margin ? nullptr : &link;
}

LfsLink LfsLinks::lead(const LfsAction& action) const {
    LfsLink link(session_.follow(from_, action.href));
    link.fields = action.fields;
    return link;
}

asio::awaitable<std::optional<LfsLink>> LfsLinks::get(std::string sha256) {
    if (const LfsAction* link = valid_link(sha256)) co_return lead(*link);
    // One batch at a time: the next one to wait finds its link in the answer to the one before.
    const Semaphore::Ticket turn = co_await turn_->take(1);
    if (const LfsAction* link = valid_link(sha256)) co_return lead(*link);
    links_.erase(sha256);
    if (!unavailable_) co_await sign(sha256);
    // A fresh link is worth a try, however short its life.
    const auto found = links_.find(sha256);
    if (found == links_.end()) co_return std::nullopt;
    co_return lead(found->second);
}

asio::awaitable<void> LfsLinks::sign(const std::string& wanted) {
    const auto found = index_.find(wanted);
    if (found == index_.end()) co_return;
    std::vector<std::size_t> batch{found->second};
    std::uint64_t bytes = objects_[found->second].size;
    while (next_ < objects_.size() && objects_[next_].asked) ++next_;
    for (std::size_t i = next_; i < objects_.size() && batch.size() < most_objects && bytes < most_bytes; ++i) {
        if (objects_[i].asked || i == found->second) continue;
        batch.push_back(i);
        bytes += objects_[i].size;
    }
    for (const std::size_t i : batch) objects_[i].asked = true;

    std::vector<LfsWanted> objects;
    for (const std::size_t i : batch) objects.push_back(LfsWanted{objects_[i].sha256, objects_[i].size});
    Request request = lfs_batch_request(repo_, LfsOperation::download, objects);
    request.token(token_.get());
    try {
        LfsAnswer answer = co_await ask_lfs(session_, std::move(request), token_);
        from_ = std::move(answer.from);
        for (LfsEntry& entry : answer.entries) {
            if (entry.malformed.empty() && entry.download)
                links_.insert_or_assign(entry.oid, std::move(*entry.download));
        }
    } catch (const HfHubHTTPError&) {
        // A mirror without LFS, perhaps; or no access, which the resolve URL tells better.
        unavailable_ = true;
    } catch (const InvalidResponseError&) {
        unavailable_ = true;
    }
}

asio::awaitable<Request> LfsSource::request() {
    std::optional<LfsLink> link;
    if (!resolving_) link = co_await links_->get(sha256_);
    if (!link) {
        resolving_ = true;
        Request request = co_await resolve_.request();
        co_return request;
    }
    Request request = content_request(session_, link->url, TokenArg());
    request.bound(link->fields);
    co_return request;
}

bool LfsSource::renew(unsigned status) {
    if (resolving_) return resolve_.renew(status);
    if (!may_be_expired(status)) return false;
    links_->forget(sha256_);
    // A link that was refused at once is signed anew only once; then the Hub shall redirect.
    if (!std::exchange(worked_, false) && std::exchange(renewed_, true)) resolving_ = true;
    return true;
}

void LfsSource::answered(const Url& url) {
    if (resolving_) resolve_.answered(url);
    worked_ = true;
}

}  // namespace hf

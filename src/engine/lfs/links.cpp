#include "engine/lfs/links.hpp"

#include "session/services.hpp"

#include <hf/core/error.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace hf {

namespace asio = boost::asio;

namespace {

/// The links of one session, as long as somebody uses them: a link knows the session, so none is kept here.
class LinksInUse {
public:
    std::shared_ptr<LfsLinks> find_or_make(const std::string& key, std::shared_ptr<const TransferCall> call) {
        const std::lock_guard lock(mutex_);
        std::erase_if(links_, [](const auto& entry) { return entry.second.expired(); });
        std::weak_ptr<LfsLinks>& known = links_[key];
        std::shared_ptr<LfsLinks> links = known.lock();
        if (!links) known = links = std::make_shared<LfsLinks>(std::move(call));
        return links;
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<LfsLinks>> links_;
};

}  // namespace

std::shared_ptr<LfsLinks> LfsLinks::of(std::shared_ptr<const TransferCall> call) {
    const std::string key = call->repo.url_path() + "\n" + call->session.authorization(call->token.get());
    const auto in_use = call->session.services().use<LinksInUse>();
    return in_use->find_or_make(key, std::move(call));
}

void LfsLinks::announce(std::string sha256, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    if (!index_.emplace(sha256, objects_.size()).second) return;
    objects_.emplace_back(std::move(sha256), size);
}

void LfsLinks::forget(const std::string& sha256) {
    const std::lock_guard lock(mutex_);
    links_.erase(sha256);
}

std::optional<LfsLink> LfsLinks::find(const std::string& sha256, bool fresh) const {
    const std::lock_guard lock(mutex_);
    const auto found = links_.find(sha256);
    if (found == links_.end()) return std::nullopt;
    const LfsAction& action = found->second;
    if (!fresh && action.expires && *action.expires < call_->session.clock().system_now() + margin) return std::nullopt;
    LfsLink link(call_->session.follow(from_, action.href));
    link.fields = action.fields;
    return link;
}

asio::awaitable<std::optional<LfsLink>> LfsLinks::get(std::string sha256) {
    std::optional<LfsLink> link = find(sha256, false);
    if (link) co_return link;
    // One batch at a time: the next one to wait finds its link in the answer to the one before.
    const Semaphore::Ticket turn = co_await turn_->take(1);
    link = find(sha256, false);
    if (link) co_return link;
    forget(sha256);
    co_await sign(sha256);
    co_return find(sha256, true);
}

std::vector<LfsWanted> LfsLinks::next_batch(const std::string& wanted) {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(wanted);
    if (unavailable_ || found == index_.end()) return {};
    std::vector<std::size_t> batch{found->second};
    std::uint64_t bytes = objects_[found->second].size;
    while (next_ < objects_.size() && objects_[next_].asked) ++next_;
    for (std::size_t i = next_; i < objects_.size() && batch.size() < most_objects && bytes < most_bytes; ++i) {
        if (objects_[i].asked || i == found->second) continue;
        batch.push_back(i);
        bytes += objects_[i].size;
    }
    std::vector<LfsWanted> objects;
    for (const std::size_t i : batch) {
        objects_[i].asked = true;
        objects.push_back(LfsWanted{objects_[i].sha256, objects_[i].size});
    }
    return objects;
}

asio::awaitable<void> LfsLinks::sign(std::string wanted) {
    const std::vector<LfsWanted> objects = next_batch(wanted);
    if (objects.empty()) co_return;
    Request request = lfs_batch_request(call_->repo, LfsOperation::download, objects);
    request.token(call_->token.get());
    bool refused = false;
    try {
        LfsAnswer answer = co_await ask_lfs(call_->session, std::move(request), call_->token);
        const std::lock_guard lock(mutex_);
        from_ = std::move(answer.from);
        for (LfsEntry& entry : answer.entries) {
            if (entry.malformed.empty() && entry.download)
                links_.insert_or_assign(entry.oid, std::move(*entry.download));
        }
    } catch (const HfHubHTTPError&) {
        // A mirror without LFS, perhaps; or no access, which the resolve URL tells better.
        refused = true;
    } catch (const InvalidResponseError&) {
        refused = true;
    }
    if (!refused) co_return;
    const std::lock_guard lock(mutex_);
    unavailable_ = true;
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

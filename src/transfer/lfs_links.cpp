#include "transfer/lfs_links.hpp"

#include <hf/core/datetime.hpp>
#include <hf/core/error.hpp>
#include <hf/core/json.hpp>

#include <algorithm>

namespace hf {

namespace asio = boost::asio;

namespace {

constexpr std::string_view lfs_media_type = "application/vnd.git-lfs+json";

const json::object* member_object(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value ? value->if_object() : nullptr;
}

std::string_view member_text(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    const auto* text = value ? value->if_string() : nullptr;
    return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

std::optional<std::chrono::system_clock::time_point> expiry(const json::object& action,
                                                            std::chrono::system_clock::time_point now) {
    if (const json::value* seconds = action.if_contains("expires_in"); seconds && seconds->is_int64())
        return now + std::chrono::seconds(std::clamp<std::int64_t>(seconds->get_int64(), 0, 31'536'000));
    if (const auto at = try_parse_datetime(member_text(action, "expires_at")))
        return std::chrono::time_point_cast<std::chrono::system_clock::duration>(*at);
    return std::nullopt;
}

std::optional<LfsLink> parse_link(const json::object& action, std::chrono::system_clock::time_point now) {
    const std::string_view href = member_text(action, "href");
    if (href.empty()) return std::nullopt;
    std::optional<LfsLink> link;
    try {
        link.emplace(Url::parse(href));
    } catch (const HFValidationError&) {
        return std::nullopt;
    }
    if (const json::object* fields = member_object(action, "header")) {
        for (const auto& [name, value] : *fields) {
            if (const auto* text = value.if_string())
                link->fields.emplace_back(std::string(name), std::string(text->data(), text->size()));
        }
    }
    link->expires = expiry(action, now);
    return link;
}

}  // namespace

std::unordered_map<std::string, LfsLink> parse_lfs_batch(std::string_view answer,
                                                         std::chrono::system_clock::time_point now) {
    const json::value parsed = json::parse(answer);
    const json::object* members = parsed.if_object();
    const json::value* objects = members ? members->if_contains("objects") : nullptr;
    if (!objects || !objects->is_array()) {
        ErrorInfo info;
        info.message = "the answer to an LFS batch request has no objects";
        throw InvalidResponseError(std::move(info));
    }
    std::unordered_map<std::string, LfsLink> links;
    for (const json::value& entry : objects->get_array()) {
        const json::object* object = entry.if_object();
        const json::object* actions = object ? member_object(*object, "actions") : nullptr;
        const json::object* download = actions ? member_object(*actions, "download") : nullptr;
        if (!download) continue;
        if (auto link = parse_link(*download, now))
            links.insert_or_assign(std::string(member_text(*object, "oid")), std::move(*link));
    }
    return links;
}

void LfsLinks::announce(std::string sha256, std::uint64_t size) {
    if (!index_.emplace(sha256, objects_.size()).second) return;
    objects_.emplace_back(std::move(sha256), size);
}

void LfsLinks::forget(const std::string& sha256) { links_.erase(sha256); }

const LfsLink* LfsLinks::valid_link(const std::string& sha256) const {
    const auto found = links_.find(sha256);
    if (found == links_.end()) return nullptr;
    const LfsLink& link = found->second;
    return link.expires && *link.expires < session_.clock().system_now() + margin ? nullptr : &link;
}

asio::awaitable<std::optional<LfsLink>> LfsLinks::get(std::string sha256) {
    if (const LfsLink* link = valid_link(sha256)) co_return *link;
    // One batch at a time: the next one to wait finds its link in the answer to the one before.
    const ByteBudget::Ticket turn = co_await turn_->take(1);
    if (const LfsLink* link = valid_link(sha256)) co_return *link;
    if (!unavailable_) co_await sign(sha256);
    if (const LfsLink* link = valid_link(sha256)) co_return *link;
    co_return std::nullopt;
}

Request LfsLinks::batch_request(const std::vector<std::size_t>& objects) const {
    json::array list;
    for (const std::size_t i : objects) {
        json::object object;
        object["oid"] = objects_[i].sha256;
        object["size"] = objects_[i].size;
        list.emplace_back(std::move(object));
    }
    json::object body;
    body["operation"] = "download";
    body["transfers"] = json::array{"basic"};
    body["objects"] = std::move(list);
    body["hash_algo"] = "sha256";
    Request request = post("/{}.git/info/lfs/objects/batch", repo_.url_path());
    request.json(body).header("Accept", std::string(lfs_media_type));
    request.header("Content-Type", std::string(lfs_media_type)).token(token_.get()).idempotent(true);
    return request;
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

    Request request = batch_request(batch);
    try {
        const Reply reply = co_await session_.send(std::move(request));
        auto links = parse_lfs_batch(reply.body, session_.clock().system_now());
        for (auto& [sha256, link] : links) links_.insert_or_assign(sha256, std::move(link));
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
    for (auto& [name, value] : link->fields) request.header(name, value);
    // What the link demands is for its host alone.
    if (!link->fields.empty()) request.redirects(Request::Redirects::same_origin);
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

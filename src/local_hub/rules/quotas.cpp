#include "local_hub/rules/quotas.hpp"

namespace hf::local_hub {
namespace {

const char* name_of(Bucket bucket) {
    switch (bucket) {
        case Bucket::resolvers: return "resolvers";
        case Bucket::pages: return "pages";
        default: return "api";
    }
}

}  // namespace

Quota Quotas::quota(Bucket bucket) const {
    switch (bucket) {
        case Bucket::resolvers: return resolver_.value_or(config_.resolver_quota);
        case Bucket::pages: return page_.value_or(config_.page_quota);
        default: return api_.value_or(config_.api_quota);
    }
}

void Quotas::set_scenario(const Scenario& scenario) {
    const std::lock_guard lock(mutex_);
    api_ = scenario.api_quota;
    resolver_ = scenario.resolver_quota;
    page_ = scenario.page_quota;
    windows_.clear();
}

bool Quotas::take(Bucket bucket, const std::string& identity, std::vector<Field>& fields) {
    if (bucket == Bucket::none) return true;
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    const Quota limit = quota(bucket);
    Window& window = windows_[{bucket, identity}];
    if (now >= window.end) window = {now + limit.window, 0};
    const bool within = window.used < limit.requests;
    if (within) ++window.used;
    const auto left = std::chrono::ceil<std::chrono::seconds>(window.end - now).count();
    const std::string name = "\"" + std::string(name_of(bucket)) + "\"";
    fields.emplace_back("RateLimit",
                        name + ";r=" + std::to_string(limit.requests - window.used) + ";t=" + std::to_string(left));
    fields.emplace_back("RateLimit-Policy", "\"fixed window\";" + name + ";q=" + std::to_string(limit.requests) +
                                                ";w=" + std::to_string(limit.window.count()));
    return within;
}

}  // namespace hf::local_hub

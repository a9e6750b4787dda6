#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hf::local_hub {

/// What the holder of a token may do at the CAS.
struct XetScope {
    std::string repo;      ///< its object id
    std::string revision;  ///< as it was asked for
    bool write = false;    ///< what may write may read

    friend bool operator==(const XetScope&, const XetScope&) = default;
};

/// Makes and checks the tokens that the Hub hands out for the CAS. They say themselves what they are for.
class XetTokens {
public:
    using Clock = std::function<std::int64_t()>;  ///< seconds since 1970

    XetTokens(std::string key, std::chrono::seconds lifetime, Clock clock)
        : key_(std::move(key)), lifetime_(lifetime), clock_(std::move(clock)) {}

    struct Issued {
        std::string token;
        std::int64_t expires = 0;
    };
    Issued issue(const XetScope& scope) const;
    /// nullopt: not made here, or expired.
    std::optional<XetScope> check(std::string_view token) const;

private:
    std::string signature(std::string_view payload) const;

    std::string key_;
    std::chrono::seconds lifetime_;
    Clock clock_;
};

}  // namespace hf::local_hub

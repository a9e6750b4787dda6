#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace hf::local_hub {

/// Signs URLs of the LFS origin, as an object store does: whoever holds the URL may do `operation`
/// on `path` with exactly these parameters until it expires.
class Signer {
public:
    explicit Signer(std::string key) : key_(std::move(key)) {}

    /// `query` is further parameters, "a=b&c=d" or "". Returns path, query and signature.
    std::string sign(std::string_view operation, std::string_view path, std::string_view query,
                     std::chrono::seconds lifetime) const;
    /// Throws StorageError in the words of an object store if the target was not signed for this, or expired.
    void check(std::string_view operation, std::string_view target) const;

private:
    std::string key_;
};

}  // namespace hf::local_hub

#include "local_hub/rules/signer.hpp"

#include "local_hub/data/clock.hpp"
#include "local_hub/data/hmac.hpp"
#include "local_hub/data/storage_error.hpp"
#include "local_hub/http/base64url.hpp"

#include <charconv>

namespace hf::local_hub {
namespace {

constexpr std::string_view signature_parameter = "&Signature=";

std::string signed_text(std::string_view operation, std::string_view unsigned_target) {
    return std::string(operation) + "\n" + std::string(unsigned_target);
}

}  // namespace

std::string Signer::sign(std::string_view operation, std::string_view path, std::string_view query,
                         std::chrono::seconds lifetime) const {
    std::string target(path);
    target += '?';
    if (!query.empty()) target.append(query).append("&");
    target += "Expires=" + std::to_string(now_ms() / 1000 + lifetime.count());
    const std::string signature = base64url_encode(hmac_sha256(key_, signed_text(operation, target)));
    return target.append(signature_parameter).append(signature);
}

void Signer::check(std::string_view operation, std::string_view target) const {
    const auto mark = target.rfind(signature_parameter);
    if (mark == target.npos) throw StorageError(Refusal::forbidden, "AccessDenied: missing signature");
    const auto unsigned_target = target.substr(0, mark);
    const std::string expected = base64url_encode(hmac_sha256(key_, signed_text(operation, unsigned_target)));
    if (!equal_in_constant_time(expected, target.substr(mark + signature_parameter.size())))
        throw StorageError(Refusal::forbidden, "SignatureDoesNotMatch: the request signature does not match");
    const auto at = unsigned_target.rfind("Expires=");
    std::int64_t expires = 0;
    const auto digits = unsigned_target.substr(at + 8);
    std::from_chars(digits.data(), digits.data() + digits.size(), expires);
    if (expires < now_ms() / 1000) throw StorageError(Refusal::forbidden, "AccessDenied: Request has expired");
}

}  // namespace hf::local_hub

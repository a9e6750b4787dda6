#pragma once

#include "engine/lfs/batch.hpp"

#include <hf/core/json.hpp>
#include <hf/core/url.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// One PUT of an LFS upload.
struct UploadPart {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    Url url;
};

/// What the LFS batch endpoint says about one object.
struct UploadPlan {
    std::string oid;
    bool present = false;           ///< stored already: nothing to upload
    std::vector<UploadPart> parts;  ///< one, unless `completion` is set
    std::optional<Url> completion;  ///< of a multipart upload: where its part list goes
    /// Identifies the multipart upload, so that parts sent with an older signature count.
    std::string upload_id;
    net::Fields fields;  ///< to be sent with the one part, or with the completion
    std::optional<LfsAction> verify;
    std::optional<std::chrono::system_clock::time_point> expires;  ///< only where it lay ahead when signed
};

/// The object of the batch answer as a plan. Pure. Throws InvalidResponseError for an
/// object that is malformed or whose parts do not add up to `size` bytes.
UploadPlan make_upload_plan(LfsEntry object, std::uint64_t size);

/// Throws HFValidationError with the Hub's words if an object is refused (argument "operations").
void require_accepted(std::span<const LfsEntry> objects);

/// Whether a refused PUT is worth another signature: the storage says so, or the time is over.
bool is_expired_signature(unsigned status, std::string_view body,
                          std::optional<std::chrono::system_clock::time_point> expires,
                          std::chrono::system_clock::time_point now);

/// The JSON that completes a multipart upload.
json::object completion_payload(std::string_view oid, const std::vector<std::string>& etags);

}  // namespace hf

#pragma once

#include "core/byte_range.hpp"
#include "local_hub/rules/call.hpp"
#include "local_hub/rules/hub.hpp"
#include "xet/hash.hpp"

#include <string_view>

namespace hf::local_hub {

// Who may do what at the CAS. All throw the HttpError that it answers.

enum class CasAccess { read, write };

/// The repository that the token of the request is for: else 401, or 403 if it may only read. 404 without a CAS.
Repo cas_repo(const Call& call, CasAccess access);

/// A hash of a URL. Throws 400.
xet::Hash cas_hash(std::string_view text);

/// A file that the repository has. Throws 404, also for files of others: ids are no secret.
XetFile cas_file(const Call& call, const Repo& repo, const xet::Hash& id);

}  // namespace hf::local_hub

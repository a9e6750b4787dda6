#pragma once

#include "local_hub/rules/call.hpp"
#include "local_hub/rules/hub.hpp"

#include <string>
#include <string_view>

namespace hf::local_hub {

// Who may do what. All throw the HttpError that the Hub answers.

/// The repository of a call, if the caller may see it: else 401, 404, or 307 to its new name.
Repo readable_repo(const Call& call);
/// The same, and the caller may write: else 401 or 403.
Repo writable_repo(const Call& call);
/// The same for a change that goes to a pull request: any reader with a token that may write.
Repo proposable_repo(const Call& call);
/// writable_repo(), or proposable_repo() where the revision is a pull request of the caller.
Repo committable_repo(const Call& call, std::string_view revision);
/// Throws 401 for anonymous callers.
void require_user(const Call& call);
/// Throws 401 or 403 GatedRepo unless the caller may read file contents.
void require_content_access(const Call& call, const Repo& repo);
/// Throws 400 where a signed URL comes with a token: that belongs to the Hub, and object stores refuse requests that
/// carry two kinds of credentials.
void refuse_token(const Call& call);
/// Throws 401 or 403 unless the caller may write in this namespace.
void require_namespace_write(const Call& call, std::string_view name_space, std::string_view what);

/// The page after the current one as a Link field; `query` is complete.
std::string next_link(const Call& call, const std::string& query);

}  // namespace hf::local_hub

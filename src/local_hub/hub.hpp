#pragma once

#include "accounts.hpp"
#include "commit_builder.hpp"
#include "database.hpp"
#include "git_store.hpp"
#include "http_types.hpp"
#include "lfs_store.hpp"
#include "repos.hpp"
#include "router.hpp"
#include "signer.hpp"

#include <hf/local_hub.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace hf::local_hub {

/// Everything below the sockets: state, stores and rules. Thread-safe.
class Hub {
public:
    explicit Hub(LocalHubConfig settings);

    const LocalHubConfig config;
    File root_lock;  ///< keeps a second hub away from the same root
    Database database;
    Accounts accounts;
    Repos repos;
    GitStore git;
    LfsStore lfs;
    Signer signer;
    Router router;
    const std::string control_token;  ///< empty without a control endpoint
    // Known once the sockets listen; constant while serving.
    std::string endpoint, lfs_endpoint;

    /// Absolute URL of a path below the endpoint.
    std::string url(std::string_view path) const { return endpoint + "/" + std::string(path); }

    /// A repository with its first commit. Throws 409 if it exists.
    Repo create_repo(RepoType type, std::string_view full_id, const Principal& who, bool is_private,
                     std::string_view sdk);
    void delete_repo(const Repo& repo);

    /// What a commit came to.
    struct Committed {
        std::string commit;
        int pull_request = 0;  ///< 0: none was opened
    };
    /// Where a commit goes, found out before its content arrives.
    struct CommitTarget {
        std::string ref;   ///< full name
        std::string head;  ///< commit the ref was at
    };
    CommitTarget commit_target(const Repo& repo, std::string_view revision);
    /// Applies `builder` on top of `target`; throws 412 if the ref moved since.
    std::string commit(const Repo& repo, GitRepo& handle, CommitBuilder& builder, const CommitTarget& target,
                       const std::string& author, const std::string& message);
    /// Moves `ref` from `expected` to `commit`; throws 412 if it is elsewhere.
    void move_branch(const Repo& repo, GitRepo& handle, const std::string& ref, const std::string& commit,
                     const std::string& expected);
    /// Brings the catalogue up to date with main, after a commit, push or crash.
    void after_head_moved(const Repo& repo);

private:
    void repair();
};

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
/// Throws 401 or 403 unless the caller may write in this namespace.
void require_namespace_write(const Call& call, std::string_view name_space, std::string_view what);

/// The page after the current one as a Link field; `query` is complete.
std::string next_link(const Call& call, const std::string& query);

}  // namespace hf::local_hub

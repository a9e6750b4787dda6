#pragma once

#include "local_hub/data/accounts.hpp"
#include "local_hub/data/database.hpp"
#include "local_hub/data/discussions.hpp"
#include "local_hub/data/file.hpp"
#include "local_hub/data/lfs_store.hpp"
#include "local_hub/data/repos.hpp"
#include "local_hub/git/commit_builder.hpp"
#include "local_hub/git/git_store.hpp"
#include "local_hub/rules/signer.hpp"
#include "local_hub/xet/identifier.hpp"
#include "local_hub/xet/tokens.hpp"
#include "local_hub/xet/xet_store.hpp"

#include <hf/local_hub.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hf::local_hub {

/// Everything below the routes: state, stores and what keeps them together. Thread-safe; throws StorageError where
/// it refuses.
class Hub {
public:
    explicit Hub(LocalHubConfig settings);

    const LocalHubConfig config;
    File root_lock;  ///< keeps a second hub away from the same root
    Database database;
    Accounts accounts;
    Repos repos;
    Discussions discussions;
    GitStore git;
    LfsStore lfs;
    Signer signer;
    XetStore xet;
    XetTokens xet_tokens;
    const xet::Hash xet_chunk_key;    ///< under which answers list chunks
    const std::string control_token;  ///< empty without a control endpoint
    Identifier identifier;
    // Known once the sockets listen; constant while serving.
    std::string endpoint, lfs_endpoint;

    /// Absolute URL of a path below the endpoint.
    std::string url(std::string_view path) const { return endpoint + "/" + std::string(path); }

    /// Whether the CAS at the second origin is the one that clients are sent to.
    bool has_cas() const { return config.xet && config.xet_cas.empty(); }
    std::string cas_url() const { return config.xet_cas.empty() ? lfs_endpoint : config.xet_cas; }
    /// Xet ids by SHA-256, for the LFS objects that clients may be told one of.
    std::map<std::string, std::string, std::less<>> xet_ids(const std::vector<std::string>& sha256s);

    /// The repository may refer to an LFS object from now on, which gets a Xet id soon.
    void link_lfs(std::int64_t repo_id, std::string_view oid, std::uint64_t size);

    /// A repository with its first commit. Refusal::exists if the name is taken.
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
    /// Applies `builder` on top of `target`; Refusal::moved if the ref moved since.
    std::string commit(const Repo& repo, GitRepo& handle, CommitBuilder& builder, const CommitTarget& target,
                       const std::string& author, const std::string& message);
    /// Moves `ref` from `expected` to `commit`; Refusal::moved if it is elsewhere.
    void move_branch(const Repo& repo, GitRepo& handle, const std::string& ref, const std::string& commit,
                     const std::string& expected);
    /// Brings the catalogue up to date with main, after a commit, push or crash.
    void after_head_moved(const Repo& repo);

private:
    void repair();
};

}  // namespace hf::local_hub

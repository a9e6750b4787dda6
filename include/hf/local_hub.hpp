#pragma once

#include <hf/local_hub/scenario.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// What `LocalHubConfig::on_request` is told after each answer. Views live only during the call.
struct LocalHubRequest {
    std::string_view method;
    std::string_view target;  ///< as sent, without the values of signatures
    std::string_view route;   ///< "unknown" where the Hub has no such route
    std::string_view user;    ///< empty: anonymous
    unsigned status = 0;
    std::uint64_t bytes_received = 0;  ///< request body
    std::uint64_t bytes_sent = 0;      ///< answer body
    std::chrono::microseconds duration{0};
};

/// Long-lived settings of a LocalHub. Everything but the root has a default.
class LocalHubConfig {
public:
    explicit LocalHubConfig(std::filesystem::path root_) : root(std::move(root_)) {}

    /// Folder of all state; created if missing. One hub at a time may use it.
    std::filesystem::path root;
    std::string address = "127.0.0.1";  ///< numeric address to listen on
    std::string host;                   ///< host name in the URLs it gives out; empty: `address`
    std::uint16_t port = 0;             ///< of the Hub; 0: the system's choice
    std::uint16_t lfs_port = 0;         ///< of the second origin with LFS contents; 0: the system's choice
    std::string lfs_address;            ///< numeric address of the second origin; empty: `address`
    std::string lfs_host;               ///< its host name; empty: `lfs_address`, else that of the first
    std::string certificate_pem;        ///< chain and key as PEM text; both given: HTTPS on both ports
    std::string private_key_pem;

    std::chrono::seconds url_ttl{3600};  ///< life of signed LFS URLs
    /// Regular files above this become LFS, 10 MB being the Hub's limit for files in plain git.
    std::uint64_t lfs_threshold = 10'000'000;
    /// Uploads above this use the multipart transfer if the client offers it.
    std::uint64_t multipart_threshold = 64u << 20;
    std::uint64_t multipart_part_size = 16u << 20;  ///< grows for files that would need over 10,000 parts
    /// Small public files answer /resolve with a 307 to /api/resolve-cache as today's Hub does, instead
    /// of 200. Off by default: it doubles the requests of every client.
    bool redirect_small_files = false;
    /// The second origin refuses every request for contents that carries an Authorization header, as object stores
    /// do. By default only uploads: clients exist that send their token to downloads, too. LocalHubCounters counts
    /// them.
    bool strict_storage = false;

    /// Xet: the second origin is also a CAS, which the Hub hands out tokens for. Every LFS file gets a Xet id, and
    /// every file that came by Xet can be had by LFS, so contents take the disk twice. False: a Hub without Xet.
    bool xet = true;
    /// Base URL of another CAS to send clients to. The Hub then learns nothing of what is stored there: it names no
    /// Xet ids, and its commits know only what came by LFS.
    std::string xet_cas;
    std::chrono::seconds xet_token_ttl{900};  ///< life of tokens for the CAS, and 900 on the Hub

    std::size_t list_page_size = 1000;         ///< largest page of models, datasets and spaces
    std::size_t tree_page_size = 1000;         ///< entries of a tree page
    std::size_t expanded_tree_page_size = 50;  ///< the same with expand=true
    std::size_t commits_page_size = 50;
    std::size_t discussions_page_size = 50;

    std::size_t max_header_size = 64u << 10;         ///< request line and header fields; above: 431
    std::size_t max_json_size = 16u << 20;           ///< buffered request bodies; above: 413
    std::size_t max_commit_line = 128u << 20;        ///< one line of a commit, that is one regular file in base64
    std::uint64_t max_commit_size = 0;               ///< of a commit's body; above: 413; 0: no limit
    std::uint64_t max_lfs_object = 500'000'000'000;  ///< the Hub's hard limit for one file
    std::chrono::seconds idle_timeout{120};          ///< connections without a byte for so long are closed

    Quota api_quota{10'000'000, std::chrono::minutes(5)};  ///< generous: set the Hub's own to test quotas
    Quota resolver_quota{10'000'000, std::chrono::minutes(5)};
    Quota page_quota{10'000'000, std::chrono::minutes(5)};

    std::size_t worker_threads = 2;  ///< for git, disk, hashing and SQLite
    int pack_compression = 0;        ///< zlib level of objects in packs that commits write; 0 is fastest to read
    /// Serves /_local_hub/{scenario,counters,users} to those who send "Authorization: Bearer " and the control token,
    /// which lies in the file "control_token" of the root, for its owner alone. Bodies are JSON and say so.
    bool control_endpoint = false;
    std::string control_token;     ///< empty: a random one, see LocalHub::control_token
    bool raise_file_limit = true;  ///< raise the soft limit of open files to the hard one on start
    /// Called after each answer, from any thread of the hub; must be thread-safe and quick.
    std::function<void(const LocalHubRequest&)> on_request;
};

enum class TokenRole { read, write };

/// Membership of a user in an organisation; `role` is "admin", "write", "contributor" or "read".
struct LocalHubMembership {
    std::string organization;
    std::string role = "admin";
};

struct LocalHubCounters {
    std::map<std::string, std::uint64_t> requests;  ///< by route name
    std::map<unsigned, std::uint64_t> statuses;     ///< by HTTP status
    std::uint64_t total = 0;
    std::uint64_t bytes_received = 0;  ///< bodies
    std::uint64_t bytes_sent = 0;
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_open = 0;
    /// Requests with an Authorization header to the second origin, other than to its CAS, which asks for one.
    std::uint64_t storage_authorizations = 0;
    std::uint64_t faults_injected = 0;
    std::uint64_t xet_pending = 0;  ///< LFS objects that still get a Xet id; not reset
};

/// A Hub in this process: git repositories, LFS objects and accounts below `LocalHubConfig::root`,
/// served over HTTP or HTTPS to any Hub client. What was acknowledged survives the death of the process. A new root is
/// for its owner alone; so are database, objects and keys in any.
///
/// Large files go through Xet or LFS, whichever a client speaks, and come by either.
///
/// Threads: all members may be called from any thread, but start/stop/destruction not concurrently.
/// Members that touch the disk block; call them outside of coroutines. Errors: hf::Error
/// (HFValidationError for wrong arguments, FileSystemError for the root, ConnectionError for a port in
/// use).
class LocalHub {
public:
    explicit LocalHub(LocalHubConfig config);
    ~LocalHub();  ///< stops
    LocalHub(const LocalHub&) = delete;
    LocalHub& operator=(const LocalHub&) = delete;

    /// Listens, and serves on a thread of its own until stop(). When it returns the hub is reachable.
    void start();
    /// Listens, and does all socket work on `executor`, which may run on several threads. The workers for
    /// git and disk are the hub's own. `executor` must outlive the hub or its next stop().
    void start(boost::asio::any_io_executor executor);
    /// Closes all sockets and waits for the workers. On a given executor the handlers of closed sockets
    /// may still run afterwards; they touch nothing of this object.
    void stop();

    std::string endpoint() const;      ///< "http://127.0.0.1:40123": value for HF_ENDPOINT
    std::string lfs_endpoint() const;  ///< the second origin
    std::uint16_t port() const;
    std::uint16_t lfs_port() const;
    /// What /_local_hub/ asks for; empty where it is not served.
    const std::string& control_token() const;

    /// Creates the user if missing, sets its memberships, and gives it `token` unless that is empty.
    /// Organisations are created as needed. Persists in the root; of the token only a hash is stored.
    void add_user(std::string_view name, std::string_view token, TokenRole role = TokenRole::write,
                  const std::vector<LocalHubMembership>& organizations = {});
    void add_organization(std::string_view name);

    /// Commits the files below `folder` to `repo_id` (created if missing; `repo_type` is "model",
    /// "dataset" or "space") on main, deciding LFS as an upload would; files of main that are missing in
    /// `folder` are deleted. No commit is made when nothing changed. Returns the commit that main is at.
    std::string import_folder(std::string_view repo_type, std::string_view repo_id, const std::filesystem::path& folder,
                              bool private_repo = false);

    /// Replaces the scenario; counters of faults start anew. Applies to the next request of each connection.
    void set_scenario(Scenario scenario);
    Scenario scenario() const;

    /// Blocks until all LFS objects that are there have their Xet ids, so that trees name them; those that cannot be
    /// read are left out. At once where `LocalHubConfig::xet` is off.
    void idle() const;

    LocalHubCounters counters() const;
    void reset_counters();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace hf

#pragma once

#include "local_hub/git/git_store.hpp"

namespace hf::local_hub {

/// What is known of a repository beyond its files; all of it can be computed again.
struct RepoState {
    std::mutex write;
    std::mutex mutex;  ///< of the members below
    struct BlobInfo {
        std::uint64_t size = 0;
        std::shared_ptr<const TreePointer> lfs;
    };
    std::unordered_map<std::string, BlobInfo> blobs;             ///< by raw object id
    std::unordered_map<std::string, std::size_t> history_sizes;  ///< by commit
};

struct GitStore::Shared {
    explicit Shared(std::filesystem::path where);
    ~Shared();

    std::shared_ptr<RepoState> state(const std::string& key);
    ListingPtr cached_listing(const std::string& commit);
    void keep_listing(const std::string& commit, const ListingPtr& listing);

    std::filesystem::path root;
    std::mutex mutex;
    std::list<std::pair<std::string, git_repository*>> idle_handles;  ///< youngest first
    std::map<std::string, std::shared_ptr<RepoState>> states;
    std::list<std::pair<std::string, ListingPtr>> listings;  ///< by commit, youngest first
};

}  // namespace hf::local_hub

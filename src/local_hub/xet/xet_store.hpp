#pragma once

#include "local_hub/data/lfs_store.hpp"
#include "local_hub/xet/grants.hpp"
#include "local_hub/xet/xet_catalogue.hpp"
#include "local_hub/xet/xorb_store.hpp"
#include "xet/reconstruction.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hf::local_hub {

/// Files as chunks of xorbs, beside the LFS objects that have the same content: each file is both, so that clients of
/// either kind get it. That takes the disk twice what it holds. Thread-safe.
class XetStore {
public:
    XetStore(const std::filesystem::path& root, Database& database, LfsStore& lfs)
        : xorbs(root), grants(xorbs, root / "granted"), catalogue(database), lfs_(lfs) {}

    XorbStore xorbs;
    Grants grants;
    XetCatalogue catalogue;

    struct Accepted {
        std::string sha256;
        std::uint64_t size = 0;
    };
    /// Verifies an uploaded shard, SHA-256 of the contents included, stores the contents as LFS objects and the files
    /// in the catalogue. Throws StorageError(invalid).
    std::vector<Accepted> accept_shard(xet::Bytes shard, std::uint64_t max_file_size);

    /// `window` lies in the file and is not empty.
    xet::Reconstruction reconstruct(const XetFile& file, ByteRange window);

    /// A shard that lists the xorbs in whose company a chunk is, all chunks under `key`. nullopt: not known.
    std::optional<std::vector<std::byte>> chunk_answer(const xet::Hash& chunk, const xet::ShardFooter& footer);

    /// Gives an LFS object its id. False: `stopped` said so, or there is no such object.
    bool identify(const std::string& sha256, const std::function<bool()>& stopped);

private:
    FindXorb finder() {
        return [this](const xet::Hash& hash) { return xorbs.index(hash); };
    }
    std::string stored_content(const xet::ShardFile& file);
    void add_to_catalogue(const xet::ShardFile& file, const std::string& sha256);

    LfsStore& lfs_;
};

}  // namespace hf::local_hub

#pragma once

#include "local_hub/data/temporary_file.hpp"
#include "local_hub/xet/verification.hpp"

#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace hf::local_hub {

/// Xorbs by their hash, one file each: the records and a footer (version 1) that indexes them. Published by rename
/// after all of it was verified, so what is stored is believed. Thread-safe; throws system_error when the disk refuses.
class XorbStore {
public:
    explicit XorbStore(std::filesystem::path root);

    bool contains(const xet::Hash& hash) const;
    std::shared_ptr<const File> open(const xet::Hash& hash) const;  ///< null: not stored
    /// Null: not stored. Those asked for last are kept in memory.
    XorbIndexPtr index(const xet::Hash& hash);

    /// A xorb of our own making. False: it was there.
    bool add(const xet::SerializedXorb& xorb);
    /// Verifies what somebody uploaded, and publishes it. False: it was there. Throws StorageError(invalid).
    bool add(TemporaryFile& file, const xet::Hash& hash);

    /// A xorb on its way into the store.
    class Incoming {
    public:
        Incoming(XorbStore& store, const xet::Hash& hash) : store_(store), hash_(hash), file_(store.incoming()) {}
        /// Throws StorageError(invalid) above `max_xorb_body`.
        void write(const void* data, std::size_t size);
        std::uint64_t size() const { return size_; }
        bool finish() { return store_.add(file_, hash_); }

    private:
        XorbStore& store_;
        xet::Hash hash_;
        TemporaryFile file_;
        std::uint64_t size_ = 0;
    };

    /// For files on their way into the store; emptied at each start.
    std::filesystem::path incoming() const { return root_ / "incoming"; }

private:
    std::filesystem::path path_of(const xet::Hash& hash) const;
    bool publish(TemporaryFile& file, std::uint64_t records_size, const xet::XorbFooter& footer);

    std::filesystem::path root_;
    std::mutex mutex_;
    std::list<std::pair<xet::Hash, XorbIndexPtr>> recent_;
};

}  // namespace hf::local_hub

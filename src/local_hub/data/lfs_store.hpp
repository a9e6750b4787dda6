#pragma once

#include "local_hub/data/file.hpp"
#include "local_hub/data/temporary_file.hpp"

#include <hf/core/hash.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace hf::local_hub {

/// LFS objects by SHA-256, one file each, published by rename after their hash matched.
/// Thread-safe; throws system_error when the disk refuses.
class LfsStore {
public:
    explicit LfsStore(std::filesystem::path root);

    std::optional<std::uint64_t> size(const std::string& oid) const;  ///< nullopt: not stored
    std::shared_ptr<const File> open(const std::string& oid) const;   ///< null: not stored

    /// Content on its way into the store; removed when destroyed unfinished.
    class Incoming {
    public:
        explicit Incoming(LfsStore& store);
        void write(const void* data, std::size_t size);
        std::uint64_t size() const { return size_; }
        std::string finish_hash();  ///< SHA-256 in hex of what was written; call once
        void publish(const std::string& oid);

    private:
        LfsStore& store_;
        TemporaryFile file_;
        Sha256 hasher_;
        std::uint64_t size_ = 0;
    };

    /// Multipart: parts are written in place into one file per upload.
    class Part {
    public:
        Part(LfsStore& store, const std::string& upload, std::uint64_t offset);
        void write(const void* data, std::size_t size);
        std::uint64_t size() const { return size_; }
        std::string etag();  ///< hash of the part's content; call once

    private:
        File file_;
        std::uint64_t offset_, size_ = 0;
        Sha1 hasher_;
    };
    void begin_upload(const std::string& upload, std::uint64_t size);
    /// Hashes as far as all parts are there, so that completion need not read everything.
    void part_done(const std::string& upload, std::uint64_t number, std::uint64_t part_size, std::uint64_t size);
    /// SHA-256 of the whole; publishes as `oid` if that is it. Returns the true hash.
    std::string complete_upload(const std::string& upload, const std::string& oid, std::uint64_t size);
    void abort_upload(const std::string& upload);

private:
    struct Progress {
        std::mutex mutex;
        Sha256 hasher;
        std::uint64_t hashed = 0;
        std::set<std::uint64_t> parts;
    };
    std::filesystem::path object_path(const std::string& oid) const;
    std::string upload_path(const std::string& upload) const;
    std::shared_ptr<Progress> progress(const std::string& upload);
    static void hash_up_to(Progress& progress, const File& file, std::uint64_t end);

    std::filesystem::path root_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Progress>> uploads_;
};

}  // namespace hf::local_hub

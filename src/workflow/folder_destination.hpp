#pragma once

#include "transfer/file.hpp"
#include "workflow/mirror_records.hpp"
#include "workflow/snapshot_run.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace hf {

/// A folder of plain files without a cache.
class FolderDestination final : public SnapshotDestination {
public:
    /// `records` is the file in which the records are kept. `verify`: believe no record.
    FolderDestination(std::shared_ptr<Transfers> transfers, Session session, std::string folder, std::string records,
                      bool verify);

    bool has(const SnapshotFile& file) override;
    bool may_be_here(const SnapshotFile& file) override;
    boost::asio::awaitable<bool> reuse(const SameContent& content) override;
    boost::asio::awaitable<void> fetch(const SameContent& content, FetchJob job) override;
    std::shared_ptr<PartialStore> partials() override { return store_; }

    /// Looks for content of `files` that earlier mirrors have put elsewhere in the folder: renamed files and copies
    /// are not fetched. `leaving`: what `files` does not have will be removed, and may be moved.
    void find_donors(const std::vector<const SnapshotFile*>& files, bool leaving);
    /// Deletes files of earlier mirrors that `files` does not have: all but donors, or those in the way of a file
    /// or folder of the same name. Returns how many.
    std::uint64_t remove_others(const std::vector<const SnapshotFile*>& files, bool all);
    /// The same of donors, when they are not needed any more.
    std::uint64_t remove_donors();
    /// Writes the records down, if there are new ones.
    void save() noexcept;

private:
    std::optional<MirrorRecords::Record> look_at(const std::string& path);
    void remember(const SnapshotFile& file);
    bool remove(const std::string& path);
    boost::asio::awaitable<bool> is_right(const std::string& path, const SnapshotFile& file);
    boost::asio::awaitable<bool> take_over(const SnapshotFile& file);
    boost::asio::awaitable<void> spread(const SameContent& content, const SnapshotFile* from);

    std::shared_ptr<Transfers> transfers_;
    Session session_;
    FolderTree tree_;
    std::string records_path_;
    bool verify_;
    MirrorRecords records_;
    bool changed_ = false;
    struct Donor {
        std::string path;
        bool leaving = false;
        bool moved = false;
    };
    std::unordered_map<std::string, Donor> donors_;  // by ETag
    std::shared_ptr<PartialStore> store_;
};

}  // namespace hf

#pragma once

#include "engine/files/file.hpp"
#include "workflow/mirror_ledger.hpp"
#include "workflow/snapshot_run.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace hf {

/// A folder of plain files without a cache.
class FolderDestination final : public SnapshotDestination {
public:
    /// The folder is made if it is missing. `verify`: believe no record. `slice` must outlive it.
    FolderDestination(std::shared_ptr<const TransferCall> call, std::string folder, bool verify, Slice& slice);

    /// Reads the records of earlier mirrors; before anything else.
    boost::asio::awaitable<void> load() { return ledger_.load(tree_, slice_); }

    bool has(const SnapshotFile& file) override;
    bool may_be_here(const SnapshotFile& file) override;
    boost::asio::awaitable<bool> reuse(const SameContent& content) override;
    boost::asio::awaitable<void> fetch(const SameContent& content, FetchJob job) override;
    std::shared_ptr<PartialStore> partials() override { return store_; }

    MirrorLedger& ledger() noexcept { return ledger_; }
    /// The files of earlier mirrors that are not `listed`, sorted.
    boost::asio::awaitable<std::vector<std::string>> leftover(const std::unordered_set<std::string_view>& listed) const;
    /// Gets ready for `files`. Content that earlier mirrors have put elsewhere in the folder is not fetched: renamed
    /// files and copies. `leftover` files that are in the way of a file or folder of the same name are deleted when
    /// its content is there; if they are `leaving`, all of them will be deleted at the end.
    boost::asio::awaitable<void> prepare(const std::vector<const SnapshotFile*>& files,
                                         const std::vector<std::string>& leftover, bool leaving);
    /// Deletes files of earlier mirrors, and folders that become empty. What is not any more as it was mirrored is
    /// somebody else's: it stays and is forgotten.
    boost::asio::awaitable<void> remove(std::vector<std::string> paths);
    std::uint64_t removed() const noexcept { return removed_; }
    /// Writes the records down, if there are new ones, and forgets everything.
    boost::asio::awaitable<void> save();

private:
    struct Plan;
    boost::asio::awaitable<void> find_blocking(const Plan& plan, const std::vector<std::string>& leftover);
    boost::asio::awaitable<void> find_donors(const Plan& plan, const std::vector<std::string>& leftover, bool leaving);
    std::optional<MirrorRecords::Record> look_at(const std::string& path);
    void remember(const SnapshotFile& file);
    void take_over_partials();
    boost::asio::awaitable<void> remove_own(std::string path);
    void remove_empty_folders(std::string above);
    boost::asio::awaitable<bool> is_own(std::string path, MirrorRecords::Record record);
    boost::asio::awaitable<void> make_way(std::string path);
    boost::asio::awaitable<bool> is_right(std::string path, const SnapshotFile& file);
    boost::asio::awaitable<bool> take_over(const SnapshotFile& file);
    boost::asio::awaitable<void> copy(std::string from, std::string to);
    bool link(const std::string& from, const std::string& to);
    boost::asio::awaitable<void> spread(const SameContent& content, const SnapshotFile* from);

    std::shared_ptr<const TransferCall> call_;
    FolderTree tree_;
    MirrorLedger ledger_;
    bool verify_;
    Slice& slice_;
    struct Donor {
        std::string path;
        bool leaving = false;
    };
    std::unordered_map<std::string, Donor> donors_;  // by ETag
    std::set<std::string, std::less<>> in_the_way_;
    std::uint64_t removed_ = 0;
    std::shared_ptr<PartialStore> store_;
};

}  // namespace hf

#pragma once

#include "async/slice.hpp"
#include "engine/files/file.hpp"
#include "workflow/mirror_records.hpp"

#include <hf/core/repo.hpp>
#include <hf/session/session.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace hf {

/// The records of the mirror of one repository, kept in the mirror's own folder, where no client uploads them:
///
///     .cache/huggingface/hfhub/<hash of endpoint and repository>.mirror
///
/// A text: the line "hfhub-ledger 1 <endpoint> <repository> <revision> <commit>", then the records. The commit is
/// the one that the folder holds completely; "-" after a run that did not bring everything. Wherever the folder is
/// moved, nothing is forgotten; without the file, nothing in the folder is the mirror's.
class MirrorLedger {
public:
    MirrorLedger(const FolderTree& tree, const Session& session, const Repo& repo);

    /// Reads what is there, else what older versions kept below HF_HOME. What cannot be read, or names another
    /// repository, is as if it were not there. Throws UnsafePathError if the ledger's folder is a link.
    boost::asio::awaitable<void> load(FolderTree& tree, Slice& slice);

    MirrorRecords records;

    /// After these the folder is not known to hold all of a commit.
    void remember(const std::string& path, MirrorRecords::Record record);
    void forget(const std::string& path);
    /// The folder holds all of `commit`, or (empty) some of it, as was asked for.
    void set_complete(const std::string& revision, const std::string& commit);
    /// Writes it, if anything has changed. What another run has noted meanwhile of other files stays. Without a
    /// ledger files are hashed again next time, so that it cannot be written is no error. Nothing may be noted
    /// meanwhile; cancelled, it leaves what was there.
    boost::asio::awaitable<void> save(FolderTree& tree, Slice& slice);

private:
    /// What the first line says besides endpoint and repository.
    struct Head {
        std::string revision, commit;
    };
    std::string head() const;
    std::optional<Head> read_head(std::string_view line) const;
    boost::asio::awaitable<MirrorRecords> read(FolderTree& tree, Head& head, Slice& slice) const;
    boost::asio::awaitable<void> merge(MirrorRecords others, Slice& slice);
    boost::asio::awaitable<bool> write(FolderTree& tree, bool even_if_changed, Slice& slice);
    void load_old();

    std::string endpoint_, repo_, name_, old_path_;
    std::string revision_, commit_;
    std::unordered_set<std::string> forgotten_;
    bool changed_ = false;
    bool taken_over_ = false;
};

}  // namespace hf

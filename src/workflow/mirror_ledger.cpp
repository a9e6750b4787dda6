#include "workflow/mirror_ledger.hpp"

#include "core/kept_text.hpp"
#include "engine/files/kept_lines.hpp"
#include "workflow/client_folder.hpp"
#include "workflow/snapshot_listing.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>

#include <tuple>
#include <utility>

#include <unistd.h>

namespace hf {

namespace asio = boost::asio;

namespace {

constexpr std::string_view magic = "hfhub-ledger 1 ";

// What others write while this run reads and writes is read again, but not for ever.
constexpr int most_merges = 3;

/// Tells one content of a file from another; nullopt if there is none.
using Version = std::tuple<::ino_t, ::off_t, ::time_t, long>;
std::optional<Version> version_of(FolderTree& tree, const std::string& path) {
    const auto [folder, name] = tree.existing_parent(path);
    struct stat info {};
    if (folder < 0 || ::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
    return Version(info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

}  // namespace

MirrorLedger::MirrorLedger(const FolderTree& tree, const Session& session, const Repo& repo)
    : endpoint_(session.endpoint()),
      repo_(repo.api_path()),
      name_(std::string(client_folder) + "/hfhub/" + sha256_hex(endpoint_ + "\n" + repo_).substr(0, 32) + ".mirror"),
      old_path_(state_file(session, repo, "mirrors", tree.root())) {}

asio::awaitable<void> MirrorLedger::load(FolderTree& tree, Slice& slice) {
    if (!version_of(tree, name_)) co_return load_old();
    Head kept;
    records = co_await read(tree, kept, slice);
    revision_ = std::move(kept.revision);
    commit_ = std::move(kept.commit);
}

// Of versions that few have used, in one step.
void MirrorLedger::load_old() {
    try {
        const auto old = read_text(old_path_);
        if (old) records = MirrorRecords::parse(*old);
        taken_over_ = changed_ = old.has_value();
    } catch (const Error&) {
        // A home that cannot be read: as if it held nothing.
    }
}

std::optional<MirrorLedger::Head> MirrorLedger::read_head(std::string_view line) const {
    if (!line.starts_with(magic)) return std::nullopt;
    line.remove_prefix(magic.size());
    if (read_field(take_until(line, ' ')) != endpoint_ || read_field(take_until(line, ' ')) != repo_)
        return std::nullopt;
    Head head;
    head.revision = read_field(take_until(line, ' ')).value_or(std::string());
    if (is_commit_hash(line)) head.commit = line;
    return head;
}

asio::awaitable<MirrorRecords> MirrorLedger::read(FolderTree& tree, Head& head, Slice& slice) const {
    LineReader lines(tree, name_);
    RecordsReader reader(lines.size());
    std::optional<Head> found;
    bool right = true;
    while (right) {
        const auto line = lines.next();
        if (!line) break;
        if (found)
            right = reader.add(*line);
        else
            right = (found = read_head(*line)).has_value();
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    MirrorRecords out;
    if (right && found && lines.is_whole()) {
        head = std::move(*found);
        out = reader.finish();
    }
    co_await clear_in_slices(reader.layout(), slice);
    co_return out;
}

void MirrorLedger::remember(const std::string& path, MirrorRecords::Record record) {
    records.files.insert_or_assign(path, std::move(record));
    changed_ = true;
    commit_.clear();
}

void MirrorLedger::forget(const std::string& path) {
    records.files.erase(path);
    forgotten_.insert(path);
    changed_ = true;
    commit_.clear();
}

void MirrorLedger::set_complete(const std::string& revision, const std::string& commit) {
    if (revision_ != revision || commit_ != commit) changed_ = true;
    revision_ = revision;
    commit_ = commit;
}

std::string MirrorLedger::head() const {
    const std::string commit = commit_.empty() ? "-" : commit_;
    return std::string(magic) + write_field(endpoint_) + " " + write_field(repo_) + " " + write_field(revision_) + " " +
           commit + "\n";
}

asio::awaitable<void> MirrorLedger::merge(MirrorRecords others, Slice& slice) {
    for (auto& [path, record] : others.files) {
        if (!forgotten_.contains(path)) records.files.try_emplace(path, std::move(record));
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    co_await clear_in_slices(others.files, slice);
}

/// False: another run has written meanwhile.
asio::awaitable<bool> MirrorLedger::write(FolderTree& tree, bool even_if_changed, Slice& slice) {
    const auto before = version_of(tree, name_);
    Head ignored;
    MirrorRecords others = co_await read(tree, ignored, slice);
    co_await merge(std::move(others), slice);
    TextWriter text(tree, name_);
    std::string line = head() + records.head();
    text.append(line);
    for (const auto& [path, record] : records.files) {
        line.clear();
        MirrorRecords::append_line(line, path, record);
        text.append(line);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    if (!even_if_changed && version_of(tree, name_) != before) co_return false;
    text.finish();
    co_return true;
}

asio::awaitable<void> MirrorLedger::save(FolderTree& tree, Slice& slice) {
    if (!std::exchange(changed_, false)) co_return;
    try {
        bool written = false;
        for (int tries = 1; !written; ++tries) written = co_await write(tree, tries == most_merges, slice);
        if (taken_over_) ::unlink(old_path_.c_str());
    } catch (const Error&) {
        // As documented.
    }
}

}  // namespace hf

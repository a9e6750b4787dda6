#include "workflow/mirror_ledger.hpp"

#include "core/kept_text.hpp"
#include "workflow/client_folder.hpp"
#include "workflow/snapshot_listing.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>

#include <utility>

#include <unistd.h>

namespace hf {

namespace {

constexpr std::string_view magic = "hfhub-ledger 1 ";

}  // namespace

MirrorLedger::MirrorLedger(FolderTree& tree, const Session& session, const Repo& repo)
    : endpoint_(session.endpoint()),
      repo_(repo.api_path()),
      name_(std::string(client_folder) + "/hfhub/" + sha256_hex(endpoint_ + "\n" + repo_).substr(0, 32) + ".mirror"),
      old_path_(state_file(session, repo, "mirrors", tree.root())) {
    const auto kept = tree.read_text(name_);
    if (kept) {
        records = parse(*kept);
        return;
    }
    try {
        const auto old = read_text(old_path_);
        if (old) records = MirrorRecords::parse(*old);
        taken_over_ = changed_ = old.has_value();
    } catch (const Error&) {
        // A home that cannot be read: as if it held nothing.
    }
}

MirrorRecords MirrorLedger::parse(std::string_view text) {
    if (!text.starts_with(magic)) return {};
    text.remove_prefix(magic.size());
    std::string_view line = take_until(text, '\n');
    if (read_field(take_until(line, ' ')) != endpoint_ || read_field(take_until(line, ' ')) != repo_) return {};
    revision_ = read_field(take_until(line, ' ')).value_or(std::string());
    commit_ = is_commit_hash(line) ? line : std::string_view();
    return MirrorRecords::parse(text);
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

void MirrorLedger::save(FolderTree& tree) noexcept {
    if (!std::exchange(changed_, false)) return;
    try {
        const std::string own_head = head();
        const auto now = tree.read_text(name_);
        const MirrorRecords others = now ? parse(*now) : MirrorRecords();
        for (const auto& [path, record] : others.files) {
            if (!forgotten_.contains(path)) records.files.try_emplace(path, record);
        }
        tree.write_text(name_, own_head + records.to_text());
        if (taken_over_) ::unlink(old_path_.c_str());
    } catch (const std::exception&) {
        // As documented.
    }
}

}  // namespace hf

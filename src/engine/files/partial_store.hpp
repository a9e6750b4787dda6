#pragma once

#include "engine/files/content_id.hpp"
#include "engine/files/file.hpp"
#include "engine/files/journal.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

class PartialStore;

/// A file on its way to its place, private to one writer. Unless it is published, it is deleted when
/// destroyed; but if it has a journal and holds enough to be worth it, it is left for the next claim.
/// Members throw FileSystemError. Move-only.
class Partial {
public:
    Partial() = default;
    Partial(Partial&&) noexcept = default;
    Partial& operator=(Partial&& other) noexcept;
    ~Partial();

    const File& file() const noexcept { return file_; }
    /// What an earlier run left: not verified. Grows with `note`.
    const RangeSet& ranges() const noexcept { return ranges_; }
    const std::string& validator() const noexcept { return validator_; }

    /// Starts or replaces the journal. Ranges noted so far are kept in it.
    void begin_journal(const ContentId& content, std::string_view validator);
    bool has_journal() const noexcept { return static_cast<bool>(journal_); }
    /// These bytes have been written.
    void note(ByteRange range);
    /// Throws away what is there and continues with a new, empty file.
    void restart();
    /// `publish` has the data on the disk before the name, and the name before it returns.
    void make_durable() noexcept { durable_ = true; }
    bool is_durable() const noexcept { return durable_; }
    /// Renames it to `name` in the open folder `folder`, replacing what is there. Path is for messages. False if
    /// the folder is on another device: `file` can then be read, and `put_into_place` copies it.
    bool publish(int folder, const std::string& name, const std::string& path);
    /// Deletes it, whatever it holds.
    void discard() noexcept;

private:
    friend class PartialStore;
    void flush();
    void abandon() noexcept;
    void unlink_files() noexcept;

    std::shared_ptr<PartialStore> store_;
    std::string name_;  // without suffix
    File file_;
    File journal_;
    std::uint64_t journal_end_ = 0;
    RangeSet ranges_;
    std::string validator_;
    ByteRange pending_;  // noted, but not yet in the journal
    bool durable_ = false;
};

/// The partial files of one folder tree, in a folder of their own beside the files' places, so that
/// publishing is a rename. Made when needed, removed when empty. Names are
/// "<content key>.<random>.<process or "free">.partial" and ".journal". Nothing here takes a lock: a partial
/// belongs to the process in its name; one whose process is dead is claimed by renaming it, which only one
/// claimant can do; one of another machine is copied and left alone. Others may be able to write here: what is not
/// a regular file of this user with one name only is neither read nor written.
class PartialStore : public std::enable_shared_from_this<PartialStore> {
public:
    /// In the folder `inside` below `root`; smaller partials than `keep_above` are not kept. `inside` may not lead
    /// through links.
    PartialStore(std::string root, std::string inside, std::uint64_t keep_above)
        : root_(std::move(root)), inside_(std::move(inside)), folder_(root_ + "/" + inside_), keep_above_(keep_above) {}
    ~PartialStore();

    /// An empty file.
    Partial create(const ContentId& content);
    /// What an earlier run left of this content, or else an empty file.
    Partial claim(const ContentId& content);
    /// An empty file, filled with a copy of the first bytes of the file at `path`, which may be growing.
    Partial copy_of(const ContentId& content, const std::string& path);
    /// Deletes what dead processes left and nobody can use, and partials not touched for a month.
    void clean();

    /// What all partials here occupy.
    std::uint64_t bytes_on_disk() const;

    const std::string& folder() const noexcept { return folder_; }

private:
    friend class Partial;
    File create_file(const std::string& name, int flags);
    int folder_fd();
    File try_open_folder() const;
    bool rename(const std::string& from, const std::string& to) noexcept;
    std::optional<Partial> claim_one(const ContentId& content, const std::string& name);
    std::optional<Journal> read_journal(const std::string& stem);
    std::string new_name(const ContentId& content);

    std::string root_;
    std::string inside_;
    std::string folder_;  // both
    std::uint64_t keep_above_;
    std::string process_;
    std::string random_;
    std::uint64_t created_ = 0;
    File fd_;
};

}  // namespace hf

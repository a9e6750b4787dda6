#include "engine/files/partial_store.hpp"

#include <hf/core/error.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <vector>

#include <dirent.h>
#include <unistd.h>

namespace hf {

namespace {

constexpr std::string_view nobody = "free";
// A journal line per 256 KiB costs nothing against the bytes, and bounds what a killed process loses.
constexpr std::uint64_t journal_step = 256u << 10;
constexpr std::chrono::hours longest_life{24 * 30};
// Lines of some 700 GB. What is behind is fetched again.
constexpr std::size_t longest_journal = 64u << 20;

/// The parts of a partial's name.
struct Name {
    explicit Name(std::string_view file) {
        const auto suffix = file.rfind('.');
        if (suffix == file.npos) return;
        kind = file.substr(suffix + 1);
        stem = file.substr(0, suffix);
        const auto process_dot = stem.rfind('.');
        const auto nonce_dot = process_dot == stem.npos ? stem.npos : stem.rfind('.', process_dot - 1);
        if (nonce_dot == stem.npos) return;
        process = stem.substr(process_dot + 1);
        before_process = stem.substr(0, process_dot);
        key = stem.substr(0, nonce_dot);
    }
    std::string_view kind, stem, before_process, key, process;
};

/// The names in an open folder; none if it is none.
std::vector<std::string> list(const File& folder) {
    std::vector<std::string> names;
    // Not of the descriptor itself, whose position would be shared.
    const int fd = folder ? ::openat(folder.fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    DIR* dir = fd >= 0 ? ::fdopendir(fd) : nullptr;
    if (!dir) return names;
    while (const dirent* entry = ::readdir(dir)) names.emplace_back(entry->d_name);
    ::closedir(dir);
    return names;
}

std::string other_process(const std::string& name, std::string_view process) {
    return std::string(Name(name + ".x").before_process) + "." + std::string(process);
}

std::chrono::seconds age(int folder, const std::string& name) {
    struct stat info {};
    if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return std::chrono::seconds(0);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now) - std::chrono::seconds(info.st_mtime);
}

/// Copies `range` between files; what the source lacks is not copied.
ByteRange copy_range(const File& from, const File& to, ByteRange range) {
    std::vector<char> buffer(256u << 10);
    std::uint64_t at = range.begin;
    while (at < range.end) {
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), range.end - at));
        const std::size_t n = from.read_at(buffer.data(), want, at);
        to.write_at(buffer.data(), n, at);
        at += n;
        if (n < want) break;
    }
    return {range.begin, at};
}

}  // namespace

Partial& Partial::operator=(Partial&& other) noexcept {
    if (this == &other) return *this;
    abandon();
    store_ = std::move(other.store_);
    name_ = std::move(other.name_);
    file_ = std::move(other.file_);
    journal_ = std::move(other.journal_);
    journal_end_ = other.journal_end_;
    ranges_ = std::move(other.ranges_);
    validator_ = std::move(other.validator_);
    pending_ = other.pending_;
    durable_ = other.durable_;
    return *this;
}

Partial::~Partial() { abandon(); }

void Partial::begin_journal(const ContentId& content, std::string_view validator) {
    flush();
    validator_ = validator;
    Journal journal(content.etag(), content.size(), validator_);
    std::string text = journal.header();
    for (const ByteRange& range : ranges_.ranges()) text += Journal::line(range);
    if (!journal_) journal_ = store_->create_file(name_ + ".journal", O_RDWR | O_CREAT | O_EXCL);
    journal_.write_at(text.data(), text.size(), 0);
    journal_.truncate(text.size());
    journal_end_ = text.size();
}

void Partial::note(ByteRange range) {
    ranges_.add(range);
    if (!journal_) return;
    if (range.begin == pending_.end && !pending_.empty()) {
        pending_.end = range.end;
    } else {
        flush();
        pending_ = range;
    }
    if (pending_.size() >= journal_step) flush();
}

void Partial::flush() {
    const ByteRange range = std::exchange(pending_, ByteRange());
    if (range.empty() || !journal_) return;
    const std::string line = Journal::line(range);
    journal_.write_at(line.data(), line.size(), journal_end_);
    journal_end_ += line.size();
}

void Partial::restart() {
    // A new file instead of truncating: nobody may ever see this one change once it could be elsewhere.
    unlink_files();
    file_.close_quietly();
    journal_.close_quietly();
    ranges_.clear();
    pending_ = ByteRange();
    validator_.clear();
    file_ = store_->create_file(name_ + ".partial", O_RDWR | O_CREAT | O_EXCL);
}

bool Partial::publish(int folder, const std::string& name, const std::string& path) {
    const std::string own = name_ + ".partial";
    if (durable_) file_.sync_data();
    file_.close();
    if (::renameat(store_->folder_fd(), own.c_str(), folder, name.c_str()) != 0) {
        if (errno != EXDEV) throw_not_placed(path);
        file_ = File::open_at(store_->folder_fd(), own.c_str(), O_RDONLY | O_NOFOLLOW, path);
        return false;
    }
    if (durable_) sync_folder(folder, path);
    if (journal_) ::unlinkat(store_->folder_fd(), (name_ + ".journal").c_str(), 0);
    journal_.close_quietly();
    store_.reset();
    return true;
}

void Partial::abandon() noexcept {
    if (!store_) return;
    try {
        flush();
        if (journal_ && ranges_.total() >= store_->keep_above_) {
            const std::string free = other_process(name_, nobody);
            // The journal last: a partial without one is not claimed.
            store_->rename(name_ + ".partial", free + ".partial");
            store_->rename(name_ + ".journal", free + ".journal");
            store_.reset();
            return;
        }
    } catch (const std::exception&) {
        // A full disk, perhaps. What is in the journal so far is still true, but cannot be told apart here.
    }
    unlink_files();
    store_.reset();
}

void Partial::discard() noexcept {
    if (store_) unlink_files();
    store_.reset();
}

void Partial::unlink_files() noexcept {
    const int folder = store_->fd_.fd();
    if (folder < 0) return;
    ::unlinkat(folder, (name_ + ".partial").c_str(), 0);
    if (journal_) ::unlinkat(folder, (name_ + ".journal").c_str(), 0);
}

PartialStore::~PartialStore() {
    fd_.close_quietly();
    ::rmdir(folder_.c_str());  // fails while others use it
}

int PartialStore::folder_fd() {
    if (!fd_) {
        FolderTree tree(root_);
        const auto [folder, name] = tree.parent(inside_ + "/x");
        fd_ = File::duplicate(folder, folder_);
    }
    return fd_.fd();
}

File PartialStore::try_open_folder() const {
    return File::adopt(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), folder_);
}

File PartialStore::create_file(const std::string& name, int flags) {
    for (int attempt = 0;; ++attempt) {
        const int folder = folder_fd();
        File file = File::try_open_at(folder, name.c_str(), flags, folder_ + "/" + name);
        if (file) return file;
        if (attempt == 3) throw_errno("cannot create", folder_ + "/" + name);
        fd_.close_quietly();  // somebody else removed the empty folder
    }
}

bool PartialStore::rename(const std::string& from, const std::string& to) noexcept {
    return ::renameat(fd_.fd(), from.c_str(), fd_.fd(), to.c_str()) == 0;
}

std::string PartialStore::new_name(const ContentId& content) {
    if (process_.empty()) {
        process_ = ProcessName::own();
        random_ = random_name();
    }
    return content.key() + "." + random_ + "-" + std::to_string(created_++) + "." + process_;
}

Partial PartialStore::create(const ContentId& content) {
    Partial partial;
    partial.name_ = new_name(content);
    partial.file_ = create_file(partial.name_ + ".partial", O_RDWR | O_CREAT | O_EXCL);
    partial.store_ = shared_from_this();
    return partial;
}

std::optional<Partial> PartialStore::claim_one(const ContentId& content, const std::string& name) {
    const Name parts(name);
    const auto state = parts.process == nobody ? ProcessName::State::dead : ProcessName::state_of(parts.process);
    if (state == ProcessName::State::alive) return std::nullopt;

    const std::string stem(parts.stem);
    const auto journal = read_journal(stem);
    if (!journal || journal->etag != content.etag() || (content.size() && journal->size != content.size()))
        return std::nullopt;
    const bool elsewhere = state == ProcessName::State::elsewhere;
    File file = File::try_open_own_at(folder_fd(), name.c_str(), elsewhere ? O_RDONLY : O_RDWR, folder_ + "/" + name);
    if (!file) return std::nullopt;

    if (elsewhere) {
        Partial copy = create(content);
        copy.begin_journal(content, journal->validator);
        for (const ByteRange& range : journal->ranges.ranges()) copy.note(copy_range(file, copy.file_, range));
        return copy;
    }

    Partial partial;
    partial.name_ = new_name(content);
    // Whoever renames the file first has it; the journal is written anew.
    if (!rename(stem + ".partial", partial.name_ + ".partial")) return std::nullopt;
    partial.store_ = shared_from_this();
    // Between reading the journal and the claim it can have grown, never shrunk.
    const std::uint64_t size = file.size();
    partial.file_ = std::move(file);
    for (ByteRange range : journal->ranges.ranges()) {
        range.end = std::min(range.end, size);
        partial.ranges_.add(range);
    }
    partial.begin_journal(content, journal->validator);
    ::unlinkat(fd_.fd(), (stem + ".journal").c_str(), 0);
    return partial;
}

std::optional<Journal> PartialStore::read_journal(const std::string& stem) {
    const std::string name = stem + ".journal";
    const File file = File::try_open_own_at(folder_fd(), name.c_str(), O_RDONLY, folder_ + "/" + name);
    if (!file) return std::nullopt;
    std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), longest_journal)), '\0');
    text.resize(file.read_at(text.data(), text.size(), 0));
    return Journal::parse(text);
}

Partial PartialStore::claim(const ContentId& content) {
    const std::string key = content.key();
    for (const std::string& name : list(try_open_folder())) {
        const Name parts(name);
        if (parts.kind != "partial" || parts.key != key) continue;
        if (auto claimed = claim_one(content, name)) return std::move(*claimed);
    }
    return create(content);
}

Partial PartialStore::copy_of(const ContentId& content, const std::string& path) {
    Partial copy = create(content);
    const File from = File::try_open_own_at(AT_FDCWD, path.c_str(), O_RDONLY, path);
    if (!from) return copy;
    const std::uint64_t size = std::min(from.size(), content.size().value_or(from.size()));
    copy.begin_journal(content, {});
    copy.note(copy_range(from, copy.file_, {0, size}));
    return copy;
}

void PartialStore::clean() {
    for (const std::string& name : list(try_open_folder())) {
        const Name parts(name);
        if (parts.kind != "partial" && parts.kind != "journal") continue;
        const int folder = folder_fd();
        const auto state = parts.process == nobody ? ProcessName::State::dead : ProcessName::state_of(parts.process);
        if (state == ProcessName::State::alive) continue;
        const std::string stem(parts.stem);
        const bool whole = ::faccessat(folder, (stem + ".partial").c_str(), F_OK, 0) == 0 &&
                           ::faccessat(folder, (stem + ".journal").c_str(), F_OK, 0) == 0;
        const bool useless = state == ProcessName::State::dead && !whole;
        if (useless || age(folder, name) > longest_life) ::unlinkat(folder, name.c_str(), 0);
    }
}

std::uint64_t PartialStore::bytes_on_disk() const {
    std::uint64_t sum = 0;
    const File folder = try_open_folder();
    for (const std::string& name : list(folder)) {
        struct stat info {};
        if (::fstatat(folder.fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode))
            sum += static_cast<std::uint64_t>(info.st_blocks) * 512;
    }
    return sum;
}

}  // namespace hf

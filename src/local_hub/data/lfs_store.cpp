#include "local_hub/data/lfs_store.hpp"

#include "local_hub/data/file.hpp"

#include <hf/core/hash.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace hf::local_hub {
namespace {

constexpr std::size_t read_size = 256u << 10;

}  // namespace

LfsStore::LfsStore(std::filesystem::path root) : root_(std::move(root)) {
    make_private_folder(root_);
    std::filesystem::create_directories(root_ / "incoming");
    std::filesystem::create_directories(root_ / "uploads");
    // What a killed process left half written belongs to nobody; multipart uploads may be continued.
    for (const auto& entry : std::filesystem::directory_iterator(root_ / "incoming"))
        std::filesystem::remove(entry.path());
}

std::filesystem::path LfsStore::object_path(const std::string& oid) const {
    return root_ / "objects" / oid.substr(0, 2) / oid.substr(2, 2) / oid;
}

std::string LfsStore::upload_path(const std::string& upload) const { return (root_ / "uploads" / upload).string(); }

std::optional<std::uint64_t> LfsStore::size(const std::string& oid) const {
    struct stat info {};
    if (::stat(object_path(oid).c_str(), &info) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(info.st_size);
}

std::shared_ptr<const File> LfsStore::open(const std::string& oid) const {
    File file = File::open_existing(object_path(oid).string());
    if (!file) return nullptr;
    return std::make_shared<const File>(std::move(file));
}

LfsStore::Incoming::Incoming(LfsStore& store) : store_(store), file_(store.root_ / "incoming") {}

void LfsStore::Incoming::write(const void* data, std::size_t size) {
    file_.file().write_all(data, size);
    hasher_.update(data, size);
    size_ += size;
}

std::string LfsStore::Incoming::finish_hash() { return hasher_.hex(); }

void LfsStore::Incoming::publish(const std::string& oid) { file_.publish(store_.object_path(oid)); }

LfsStore::Part::Part(LfsStore& store, const std::string& upload, std::uint64_t offset) : offset_(offset) {
    const int fd = ::open(store.upload_path(upload).c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "open upload");
    file_ = File(fd);
}

void LfsStore::Part::write(const void* data, std::size_t size) {
    file_.write_at(data, size, offset_ + size_);
    hasher_.update(data, size);
    size_ += size;
}

std::string LfsStore::Part::etag() { return "\"" + hasher_.hex().substr(0, 32) + "\""; }

void LfsStore::begin_upload(const std::string& upload, std::uint64_t size) {
    const File file = File::create(upload_path(upload));
    if (::ftruncate(file.get(), static_cast<off_t>(size)) != 0)
        throw std::system_error(errno, std::generic_category(), "create upload");
}

std::shared_ptr<LfsStore::Progress> LfsStore::progress(const std::string& upload) {
    const std::lock_guard lock(mutex_);
    auto& found = uploads_[upload];
    if (!found) found = std::make_shared<Progress>();
    return found;
}

void LfsStore::hash_up_to(Progress& progress, const File& file, std::uint64_t end) {
    std::vector<char> chunk(read_size);
    while (progress.hashed < end) {
        const auto want = std::min<std::uint64_t>(chunk.size(), end - progress.hashed);
        const std::size_t n = file.read_at(chunk.data(), static_cast<std::size_t>(want), progress.hashed);
        if (n == 0) throw std::runtime_error("upload is shorter than announced");
        progress.hasher.update(chunk.data(), n);
        progress.hashed += n;
    }
}

void LfsStore::part_done(const std::string& upload, std::uint64_t number, std::uint64_t part_size, std::uint64_t size) {
    const auto state = progress(upload);
    const std::lock_guard lock(state->mutex);
    const bool again = !state->parts.insert(number).second;
    if (again && (number - 1) * part_size < state->hashed) {
        // The part was sent a second time, perhaps with other content: what was hashed no longer counts.
        state->hasher = Sha256();
        state->hashed = 0;
        return;
    }
    std::uint64_t ready = state->hashed / part_size;
    while (state->parts.contains(ready + 1)) ++ready;
    const File file = File::open_existing(upload_path(upload));
    if (file) hash_up_to(*state, file, std::min(size, ready * part_size));
}

std::string LfsStore::complete_upload(const std::string& upload, const std::string& oid, std::uint64_t size) {
    const auto state = progress(upload);
    const std::lock_guard lock(state->mutex);
    std::string hash;
    {
        const File file = File::open_existing(upload_path(upload));
        if (!file) throw std::runtime_error("no such upload");
        hash_up_to(*state, file, size);
        hash = state->hasher.hex();
    }
    if (hash == oid)
        publish_file(upload_path(upload), object_path(oid));
    else
        state->hashed = 0;
    const std::lock_guard all(mutex_);
    uploads_.erase(upload);
    return hash;
}

void LfsStore::abort_upload(const std::string& upload) {
    ::unlink(upload_path(upload).c_str());
    const std::lock_guard lock(mutex_);
    uploads_.erase(upload);
}

}  // namespace hf::local_hub

#include "local_hub/xet/xorb_store.hpp"

#include "local_hub/data/mapping.hpp"
#include "local_hub/data/storage_error.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace hf::local_hub {
namespace {

// Each has up to 330 KB.
constexpr std::size_t kept_indexes = 32;

// The last four bytes of a footer count all of it before them.
xet::XorbFooter read_footer(const File& file) {
    const std::uint64_t size = file.size();
    unsigned char count[4];
    if (size < sizeof count || file.read_at(count, sizeof count, size - sizeof count) != sizeof count)
        throw std::runtime_error("a stored xorb is cut off");
    const std::uint64_t length =
        sizeof count + (count[0] | count[1] << 8 | count[2] << 16 | std::uint64_t{count[3]} << 24);
    if (length > size) throw std::runtime_error("a stored xorb has no footer");
    std::vector<std::byte> footer(length);
    if (file.read_at(footer.data(), length, size - length) != length)
        throw std::runtime_error("a stored xorb is cut off");
    return xet::parse_xorb_footer(footer);
}

}  // namespace

XorbStore::XorbStore(std::filesystem::path root) : root_(std::move(root)) {
    make_private_folder(root_);
    std::filesystem::create_directories(incoming());
    for (const auto& entry : std::filesystem::directory_iterator(incoming())) std::filesystem::remove(entry.path());
}

std::filesystem::path XorbStore::path_of(const xet::Hash& hash) const {
    const std::string name = to_text(hash);
    return root_ / "xorbs" / name.substr(0, 2) / name.substr(2, 2) / name;
}

bool XorbStore::contains(const xet::Hash& hash) const { return std::filesystem::exists(path_of(hash)); }

std::shared_ptr<const File> XorbStore::open(const xet::Hash& hash) const {
    File file = File::open_existing(path_of(hash).string());
    if (!file) return nullptr;
    return std::make_shared<const File>(std::move(file));
}

XorbIndexPtr XorbStore::index(const xet::Hash& hash) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = std::ranges::find(recent_, hash, &std::pair<xet::Hash, XorbIndexPtr>::first);
        if (found != recent_.end()) {
            recent_.splice(recent_.begin(), recent_, found);
            return found->second;
        }
    }
    const auto file = open(hash);
    if (!file) return nullptr;
    auto out = std::make_shared<const xet::XorbFooter>(read_footer(*file));
    const std::lock_guard lock(mutex_);
    recent_.emplace_front(hash, out);
    if (recent_.size() > kept_indexes) recent_.pop_back();
    return out;
}

bool XorbStore::publish(TemporaryFile& file, std::uint64_t records_size, const xet::XorbFooter& footer) {
    if (contains(footer.xorb)) return false;
    if (::ftruncate(file.file().get(), static_cast<off_t>(records_size)) != 0)
        throw std::system_error(errno, std::generic_category(), "truncate xorb");
    std::vector<std::byte> bytes;
    xet::append_xorb_footer(bytes, footer);
    file.file().write_at(bytes.data(), bytes.size(), records_size);
    file.publish(path_of(footer.xorb));
    return true;
}

bool XorbStore::add(const xet::SerializedXorb& xorb) {
    if (contains(xorb.hash)) return false;
    TemporaryFile file(incoming());
    file.file().write_all(xorb.body.data(), xorb.body.size());
    return publish(file, xorb.body.size(), xorb.footer());
}

bool XorbStore::add(TemporaryFile& file, const xet::Hash& hash) {
    xet::XorbFooter footer;
    {
        const Mapping body(file.file());
        footer = verified_xorb(body.bytes(), hash);
    }
    return publish(file, footer.record_ends.back(), footer);
}

void XorbStore::Incoming::write(const void* data, std::size_t size) {
    if (size > max_xorb_body - size_)
        throw StorageError(Refusal::invalid, "The xorb has more than " + std::to_string(max_xorb_body) + " bytes.");
    file_.file().write_all(data, size);
    size_ += size;
}

}  // namespace hf::local_hub

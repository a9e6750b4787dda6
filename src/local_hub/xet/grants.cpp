#include "local_hub/xet/grants.hpp"

#include "core/text.hpp"
#include "local_hub/data/random.hpp"
#include "local_hub/data/storage_error.hpp"
#include "xet/crc64nvme.hpp"

#include <system_error>

namespace hf::local_hub {
namespace {

constexpr std::size_t id_bytes = 16;

[[noreturn]] void wrong_length(std::uint64_t announced, std::uint64_t got) {
    throw StorageError(Refusal::invalid, "EntityTooLarge or IncompleteBody: " + std::to_string(announced) +
                                             " bytes were announced, got " + std::to_string(got));
}

}  // namespace

Grants::Grants(XorbStore& store, std::filesystem::path folder) : store_(store), folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    drop_abandoned(std::chrono::seconds(0));
}

std::filesystem::path Grants::path_of(const xet::Hash& xorb, const std::string& id) const {
    return folder_ / (to_text(xorb) + "-" + id);
}

Grant Grants::issue(const xet::Hash& xorb, std::uint64_t length, std::uint64_t checksum) const {
    if (length == 0 || length > max_xorb_body)
        throw StorageError(Refusal::invalid, "A xorb cannot have " + std::to_string(length) + " bytes.");
    return {xorb, random_hex(id_bytes), length, checksum};
}

Grants::Incoming::Incoming(const Grants& grants, const Grant& grant)
    : target_(grants.path_of(grant.xorb, grant.id)), grant_(grant), file_(grants.store_.incoming()) {
    if (std::filesystem::exists(target_))
        throw StorageError(Refusal::moved, "PreconditionFailed: it was uploaded before");
}

void Grants::Incoming::write(const void* data, std::size_t size) {
    if (size > grant_.length - size_) wrong_length(grant_.length, size_ + size);
    file_.file().write_all(data, size);
    checksum_ = xet::crc64nvme({static_cast<const std::byte*>(data), size}, checksum_);
    size_ += size;
}

void Grants::Incoming::finish() {
    if (size_ != grant_.length) wrong_length(grant_.length, size_);
    if (checksum_ != grant_.checksum)
        throw StorageError(Refusal::invalid, "BadDigest: the CRC-64/NVME of the content is " +
                                                 std::to_string(checksum_) + ", not " +
                                                 std::to_string(grant_.checksum));
    file_.keep_as(target_);
}

bool Grants::commit(const xet::Hash& xorb, const std::string& id) {
    if (store_.contains(xorb)) return true;
    if (id.size() != 2 * id_bytes || !is_hex(id)) return false;
    const auto file = TemporaryFile::claim(path_of(xorb, id), store_.incoming());
    if (!file) return false;
    store_.add(*file, xorb);
    return true;
}

void Grants::drop_abandoned(std::chrono::seconds age) const {
    const auto oldest = std::filesystem::file_time_type::clock::now() - age;
    std::error_code gone;  // committed or removed by somebody else meanwhile
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
        if (const auto written = entry.last_write_time(gone); !gone && written <= oldest)
            std::filesystem::remove(entry.path(), gone);
}

}  // namespace hf::local_hub

#include "local_hub/git/pack_writer.hpp"

#include "local_hub/data/on_exit.hpp"
#include "local_hub/data/random.hpp"

#include <hf/core/hash.hpp>

#include <zlib.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace hf::local_hub {
namespace {

constexpr std::size_t write_size = 1u << 20;
constexpr unsigned blob_type = 3;  // of "gitformat-pack"

void put32(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

void put64(std::string& out, std::uint64_t value) {
    put32(out, static_cast<std::uint32_t>(value >> 32));
    put32(out, static_cast<std::uint32_t>(value));
}

void publish(const std::string& from, const std::string& to) {
    ::chmod(from.c_str(), 0400);
    if (std::rename(from.c_str(), to.c_str()) != 0)
        throw std::system_error(errno, std::generic_category(), "rename " + to);
}

}  // namespace

PackWriter::PackWriter(std::filesystem::path folder, int compression)
    : folder_(std::move(folder)), compression_(compression) {
    std::filesystem::create_directories(folder_);
    temporary_ = (folder_ / ("tmp_pack_" + random_hex(8))).string();
    file_ = File::create(temporary_);
    // The number of objects is written at the end.
    append("PACK\0\0\0\2\0\0\0\0", 12);
}

PackWriter::~PackWriter() {
    if (!finished_) ::unlink(temporary_.c_str());
}

void PackWriter::append(const void* data, std::size_t size) {
    buffer_.append(static_cast<const char*>(data), size);
    written_ += size;
    if (buffer_.size() >= write_size) flush();
}

void PackWriter::flush() {
    file_.write_all(buffer_.data(), buffer_.size());
    buffer_.clear();
}

std::string PackWriter::add_blob(std::string_view content) {
    std::string hex = git_blob_sha1_hex(content);
    std::string id = *from_hex(hex);
    if (!known_.insert(id).second) return hex;

    unsigned char head[10];
    std::size_t head_size = 0;
    std::uint64_t rest = content.size() >> 4;
    head[head_size++] = static_cast<unsigned char>((blob_type << 4) | (content.size() & 15) | (rest ? 0x80 : 0));
    while (rest) {
        const std::uint64_t next = rest >> 7;
        head[head_size++] = static_cast<unsigned char>((rest & 127) | (next ? 0x80 : 0));
        rest = next;
    }
    uLongf size = compressBound(static_cast<uLong>(content.size()));
    if (deflated_.size() < size) deflated_.resize(size);
    if (compress2(deflated_.data(), &size, reinterpret_cast<const Bytef*>(content.data()),
                  static_cast<uLong>(content.size()), compression_) != Z_OK)
        throw std::runtime_error("deflate failed");
    auto crc = static_cast<std::uint32_t>(crc32(0, head, static_cast<uInt>(head_size)));
    crc = static_cast<std::uint32_t>(crc32_z(crc, deflated_.data(), size));
    objects_.push_back({std::move(id), crc, written_});
    append(head, head_size);
    append(deflated_.data(), size);
    return hex;
}

// The pack's SHA-1 covers the header, whose count is known only now: read back from the page cache.
std::string PackWriter::write_trailer() {
    flush();
    std::string count;
    put32(count, static_cast<std::uint32_t>(objects_.size()));
    file_.write_at(count.data(), count.size(), 8);
    Sha1 hasher;
    std::vector<char> chunk(write_size);
    for (std::uint64_t at = 0; at < written_;) {
        const std::size_t n = file_.read_at(chunk.data(), chunk.size(), at);
        if (n == 0) throw std::runtime_error("pack file is shorter than written");
        hasher.update(chunk.data(), n);
        at += n;
    }
    std::string hash = hasher.digest();
    file_.write_at(hash.data(), hash.size(), written_);
    return hash;
}

void PackWriter::write_index(const std::string& path, const std::string& pack_hash) {
    std::ranges::sort(objects_, {}, &Object::id);
    std::string out("\377tOc\0\0\0\2", 8);
    std::size_t next = 0;
    for (unsigned first = 0; first < 256; ++first) {
        while (next < objects_.size() && static_cast<unsigned char>(objects_[next].id[0]) <= first) ++next;
        put32(out, static_cast<std::uint32_t>(next));
    }
    for (const auto& object : objects_) out += object.id;
    for (const auto& object : objects_) put32(out, object.crc);
    std::vector<std::uint64_t> large;
    for (const auto& object : objects_) {
        if (object.offset < 0x80000000u) {
            put32(out, static_cast<std::uint32_t>(object.offset));
        } else {
            put32(out, 0x80000000u | static_cast<std::uint32_t>(large.size()));
            large.push_back(object.offset);
        }
    }
    for (const auto offset : large) put64(out, offset);
    out += pack_hash;
    Sha1 hasher;
    hasher.update(out);
    out += hasher.digest();
    File::create(path).write_all(out.data(), out.size());
}

void PackWriter::finish() {
    const std::string hash = write_trailer();
    const std::string name =
        (folder_ / ("pack-" + to_hex({reinterpret_cast<const std::uint8_t*>(hash.data()), hash.size()}))).string();
    const std::string index = temporary_ + ".idx";
    const OnExit clean([&] { ::unlink(index.c_str()); });
    write_index(index, hash);
    // Readers look for indexes, so the pack must be there first.
    publish(temporary_, name + ".pack");
    finished_ = true;
    publish(index, name + ".idx");
}

}  // namespace hf::local_hub

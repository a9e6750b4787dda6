#include <hf/core/hash.hpp>

#include "core/text.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace hf {
namespace {

// Fetched once: a fetch walks the providers under a lock and costs more than hashing a small file.
const EVP_MD* sha1_algorithm() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    return algorithm;
}
const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return algorithm;
}

EVP_MD_CTX* as_context(void* pointer) { return static_cast<EVP_MD_CTX*>(pointer); }

// OpenSSL only fails here when memory is short.
void check(int result) {
    if (result != 1) throw std::bad_alloc();
}

}  // namespace

std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out(bytes.size() * 2, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    return out;
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out(text.size() / 2, '\0');
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int high = hex_value(text[2 * i]);
        const int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out[i] = static_cast<char>(high << 4 | low);
    }
    return out;
}

Hasher::Hasher(Algorithm algorithm) : context_(EVP_MD_CTX_new()) {
    if (!context_) throw std::bad_alloc();
    check(EVP_DigestInit_ex2(as_context(context_.get()),
                             algorithm == Algorithm::sha256 ? sha256_algorithm() : sha1_algorithm(), nullptr));
}

void Hasher::Free::operator()(void* context) const noexcept { EVP_MD_CTX_free(as_context(context)); }

void Hasher::update(const void* data, std::size_t size) {
    if (size != 0) check(EVP_DigestUpdate(as_context(context_.get()), data, size));
}

std::string Hasher::digest() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> buffer;
    unsigned size = 0;
    check(EVP_DigestFinal_ex(as_context(context_.get()), buffer.data(), &size));
    check(EVP_DigestInit_ex2(as_context(context_.get()), nullptr, nullptr));
    return std::string(buffer.begin(), buffer.begin() + size);
}

std::string Hasher::hex() {
    const std::string raw = digest();
    return to_hex({reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()});
}

GitBlobSha1::GitBlobSha1(std::uint64_t size) {
    const std::string header = "blob " + std::to_string(size);
    sha1_.update(header.c_str(), header.size() + 1);
}

std::string sha256_hex(std::string_view data) {
    Sha256 hash;
    hash.update(data);
    return hash.hex();
}

std::string git_blob_sha1_hex(std::string_view data) {
    GitBlobSha1 hash(data.size());
    hash.update(data);
    return hash.hex();
}

std::string lfs_pointer_text(std::string_view sha256, std::uint64_t size) {
    std::string out = "version https://git-lfs.github.com/spec/v1\noid sha256:";
    return out.append(sha256).append("\nsize ").append(std::to_string(size)).append("\n");
}

std::optional<LfsPointer> parse_lfs_pointer(std::string_view text) {
    constexpr std::string_view version = "version https://git-lfs.github.com/spec/v1\n";
    constexpr std::string_view oid = "oid sha256:";
    constexpr std::string_view size = "size ";
    if (text.size() > 1024 || !text.starts_with(version)) return std::nullopt;
    LfsPointer pointer;
    bool has_size = false;
    for (text.remove_prefix(version.size()); !text.empty();) {
        const auto line = take_until(text, '\n');
        if (line.starts_with(oid)) {
            pointer.sha256 = line.substr(oid.size());
        } else if (line.starts_with(size)) {
            const auto number = to_number<std::uint64_t>(line.substr(size.size()));
            if (!number) return std::nullopt;
            pointer.size = *number;
            has_size = true;
        }
    }
    const bool is_hash =
        pointer.sha256.size() == 64 && is_hex(pointer.sha256) && to_lower(pointer.sha256) == pointer.sha256;
    if (!is_hash || !has_size) return std::nullopt;
    return pointer;
}

}  // namespace hf

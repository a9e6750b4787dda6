#include "engine/files/content_id.hpp"

#include <hf/core/error.hpp>

#include <algorithm>

namespace hf {

namespace {

ContentId::Kind kind_of(std::string_view etag) {
    const bool hex = std::ranges::all_of(etag, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (hex && etag.size() == 40) return ContentId::Kind::git_blob;
    if (hex && etag.size() == 64) return ContentId::Kind::sha256;
    return ContentId::Kind::unknown;
}

}  // namespace

ContentId::ContentId(std::string etag, std::optional<std::uint64_t> size)
    : etag_(std::move(etag)), size_(size), kind_(kind_of(etag_)) {}

std::string ContentId::key() const { return kind_ == Kind::unknown ? sha256_hex(etag_) : etag_; }

ContentHash::ContentHash(const ContentId& content) : kind_(content.kind()), size_(content.size().value_or(0)) {
    restart();
}

void ContentHash::restart() {
    position_ = 0;
    if (kind_ == ContentId::Kind::git_blob) hash_.emplace<GitBlobSha1>(size_);
    if (kind_ == ContentId::Kind::sha256) hash_.emplace<Sha256>();
}

void ContentHash::update(const void* data, std::size_t size) {
    position_ += size;
    if (auto* git = std::get_if<GitBlobSha1>(&hash_)) git->update(data, size);
    if (auto* sha256 = std::get_if<Sha256>(&hash_)) sha256->update(data, size);
}

std::string ContentHash::finish() {
    if (auto* git = std::get_if<GitBlobSha1>(&hash_)) return git->hex();
    if (auto* sha256 = std::get_if<Sha256>(&hash_)) return sha256->hex();
    return {};
}

void throw_wrong_size(std::string_view name, std::uint64_t expected, std::uint64_t actual) {
    ErrorInfo info;
    info.argument = name;
    info.message = "consistency check failed: " + std::string(name) + " should be of size " + std::to_string(expected) +
                   " but has size " + std::to_string(actual);
    throw IntegrityError(std::move(info));
}

void throw_wrong_hash(std::string_view name, std::string_view expected, std::string_view actual) {
    ErrorInfo info;
    info.argument = name;
    info.message = "consistency check failed: the content of " + std::string(name) + " has hash " +
                   std::string(actual) + " instead of " + std::string(expected);
    throw IntegrityError(std::move(info));
}

}  // namespace hf

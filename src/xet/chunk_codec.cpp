#include "xet/chunk_codec.hpp"

#include "xet/format.hpp"

#include <lz4frame.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>

namespace hf::xet {
namespace {

constexpr std::string_view chunk_name = "chunk of a xorb";

// Of one position in four: how many of its bytes have 0 to 8 bits set.
using Histogram = std::array<std::uint32_t, 9>;

// How much the bits of one position are unlike those of all: the Kullback-Leibler divergence.
double divergence(const Histogram& part, const Histogram& all) {
    double part_sum = 0, all_sum = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        part_sum += part[i];
        all_sum += all[i] + 1;
    }
    if (part_sum == 0) return 0;
    double out = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const double p = part[i] / part_sum, q = (all[i] + 1) / all_sum;
        if (p > 0) out += p * std::log(p / q);
    }
    return out;
}

LZ4F_preferences_t preferences() {
    LZ4F_preferences_t out{};
    // A whole chunk in one block, without checksums: the chunk's hash covers it.
    out.frameInfo.blockSizeID = LZ4F_max256KB;
    out.frameInfo.blockMode = LZ4F_blockIndependent;
    out.autoFlush = 1;
    return out;
}

// Returns how many bytes were written to `out`, which has `frame_bound` bytes: only memory can be short.
std::size_t compress_frame(LZ4F_cctx* context, Bytes content, std::span<std::byte> out) {
    static const LZ4F_preferences_t how = preferences();
    std::size_t at = LZ4F_compressBegin(context, out.data(), out.size(), &how);
    if (LZ4F_isError(at)) throw std::bad_alloc();
    std::size_t written =
        LZ4F_compressUpdate(context, out.data() + at, out.size() - at, content.data(), content.size(), nullptr);
    if (LZ4F_isError(written)) throw std::bad_alloc();
    at += written;
    written = LZ4F_compressEnd(context, out.data() + at, out.size() - at, nullptr);
    if (LZ4F_isError(written)) throw std::bad_alloc();
    return at + written;
}

std::size_t frame_bound(std::size_t size) {
    static const LZ4F_preferences_t how = preferences();
    return LZ4F_HEADER_SIZE_MAX + LZ4F_compressBound(size, &how);
}

}  // namespace

ChunkHeader parse_chunk_header(Bytes header) {
    const auto at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(header[i]); };
    const auto number = [&](std::size_t i) { return at(i) | at(i + 1) << 8 | at(i + 2) << 16; };
    if (header.size() != chunk_header_size) throw_malformed(chunk_name, "has no whole header");
    if (at(0) != 0) throw_malformed(chunk_name, "has the unknown version " + std::to_string(at(0)));
    if (at(4) > static_cast<std::uint32_t>(Scheme::bg4_lz4))
        throw_malformed(chunk_name, "has the unknown compression scheme " + std::to_string(at(4)));
    const ChunkHeader out{static_cast<Scheme>(at(4)), number(1), number(5)};
    if (out.size == 0 || out.stored_size == 0) throw_malformed(chunk_name, "is empty");
    if (out.size > max_chunk_size) throw_malformed(chunk_name, "is too large: " + std::to_string(out.size) + " bytes");
    if (out.stored_size > max_stored_chunk_size)
        throw_malformed(chunk_name, "is stored in too many bytes: " + std::to_string(out.stored_size));
    if (out.scheme == Scheme::none && out.size != out.stored_size)
        throw_malformed(chunk_name, "is not compressed and yet has two sizes");
    return out;
}

std::array<std::byte, chunk_header_size> chunk_header_bytes(const ChunkHeader& header) noexcept {
    const auto octet = [](std::uint32_t number, int index) {
        return static_cast<std::byte>(number >> (8 * index) & 255);
    };
    return {std::byte{0},
            octet(header.stored_size, 0),
            octet(header.stored_size, 1),
            octet(header.stored_size, 2),
            static_cast<std::byte>(header.scheme),
            octet(header.size, 0),
            octet(header.size, 1),
            octet(header.size, 2)};
}

Scheme choose_scheme(Bytes content) {
    // The reference compares with the same measure and threshold.
    constexpr double threshold = 0.02;
    std::array<std::array<std::uint32_t, 256>, 4> counts{};
    for (std::size_t i = 0; i < content.size(); ++i) ++counts[i % 4][std::to_integer<std::size_t>(content[i])];
    std::array<Histogram, 4> parts{};
    Histogram all{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        for (unsigned value = 0; value < 256; ++value) {
            const auto bits = static_cast<std::size_t>(std::popcount(value));
            parts[i][bits] += counts[i][value];
            all[bits] += counts[i][value];
        }
    }
    const bool groups_differ =
        std::ranges::any_of(parts, [&](const Histogram& part) { return divergence(part, all) > threshold; });
    return groups_differ ? Scheme::bg4_lz4 : Scheme::lz4;
}

void group_bytes(Bytes from, std::span<std::byte> to) {
    std::size_t at = 0;
    for (std::size_t group = 0; group < 4; ++group) {
        for (std::size_t i = group; i < from.size(); i += 4) to[at++] = from[i];
    }
}

void ungroup_bytes(Bytes from, std::span<std::byte> to) {
    const std::size_t words = to.size() / 4, rest = to.size() % 4;
    // The first groups have one byte more where the size is no multiple of four.
    const std::byte* group[4];
    for (std::size_t i = 0, at = 0; i < 4; at += words + (i < rest), ++i) group[i] = from.data() + at;
    for (std::size_t i = 0; i < words; ++i) {
        for (std::size_t j = 0; j < 4; ++j) to[4 * i + j] = group[j][i];
    }
    for (std::size_t j = 0; j < rest; ++j) to[4 * words + j] = group[j][words];
}

ChunkEncoder::ChunkEncoder() {
    LZ4F_cctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createCompressionContext(&context, LZ4F_VERSION))) throw std::bad_alloc();
    context_.reset(context);
}

void ChunkEncoder::Free::operator()(LZ4F_cctx_s* context) const noexcept { LZ4F_freeCompressionContext(context); }

ChunkHeader ChunkEncoder::append(std::vector<std::byte>& out, Bytes content, Scheme scheme) {
    ChunkHeader header{scheme, 0, static_cast<std::uint32_t>(content.size())};
    Bytes stored = content;
    if (scheme != Scheme::none) {
        Bytes input = content;
        if (scheme == Scheme::bg4_lz4) {
            grouped_.resize(content.size());
            group_bytes(content, grouped_);
            input = grouped_;
        }
        // Not in `out`, which would fill its room with zeros first.
        if (const std::size_t bound = frame_bound(input.size()); frame_.size() < bound) frame_.resize(bound);
        const std::size_t size = compress_frame(context_.get(), input, frame_);
        if (size < content.size()) stored = Bytes(frame_).first(size);
    }
    if (stored.data() == content.data()) header.scheme = Scheme::none;
    header.stored_size = static_cast<std::uint32_t>(stored.size());
    xet::append(out, chunk_header_bytes(header));
    xet::append(out, stored);
    return header;
}

ChunkDecoder::ChunkDecoder() {
    LZ4F_dctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) throw std::bad_alloc();
    context_.reset(context);
}

void ChunkDecoder::Free::operator()(LZ4F_dctx_s* context) const noexcept { LZ4F_freeDecompressionContext(context); }

void ChunkDecoder::decode(const ChunkHeader& header, Bytes stored, std::span<std::byte> out) {
    if (stored.size() != header.stored_size || out.size() != header.size)
        throw_corrupt(chunk_name, "has another size than its header says");
    switch (header.scheme) {
        case Scheme::none:
            if (stored.size() != out.size()) throw_corrupt(chunk_name, "is not compressed and yet has two sizes");
            std::memcpy(out.data(), stored.data(), out.size());
            return;
        case Scheme::lz4: return decode_lz4(stored, out);
        case Scheme::bg4_lz4:
            grouped_.resize(out.size());
            decode_lz4(stored, grouped_);
            return ungroup_bytes(grouped_, out);
    }
    throw_malformed(chunk_name, "has an unknown compression scheme");
}

Bytes ChunkDecoder::content(const ChunkHeader& header, Bytes stored, std::span<std::byte> room) {
    if (header.scheme == Scheme::none && stored.size() == header.size && stored.size() == header.stored_size)
        return stored;
    const std::span<std::byte> out = room.first(header.size);
    decode(header, stored, out);
    return out;
}

void ChunkDecoder::decode_lz4(Bytes stored, std::span<std::byte> out) {
    LZ4F_resetDecompressionContext(context_.get());
    std::size_t produced = 0;
    for (std::size_t hint = 1; hint != 0;) {
        std::size_t read = stored.size(), written = out.size() - produced;
        hint = LZ4F_decompress(context_.get(), out.data() + produced, &written, stored.data(), &read, nullptr);
        if (LZ4F_isError(hint)) throw_corrupt(chunk_name, std::string("is no LZ4 frame: ") + LZ4F_getErrorName(hint));
        stored = stored.subspan(read);
        produced += written;
        // Nothing moved, so more input is wanted than there is, or more room for output than was promised.
        if (hint != 0 && read == 0 && written == 0) {
            throw_corrupt(chunk_name, stored.empty() ? "is an LZ4 frame that ends early"
                                                     : "decodes to more bytes than its header says");
        }
    }
    if (!stored.empty()) throw_corrupt(chunk_name, "has bytes after its LZ4 frame");
    if (produced != out.size()) throw_corrupt(chunk_name, "decodes to fewer bytes than its header says");
}

}  // namespace hf::xet

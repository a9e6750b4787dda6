#include "xet/format.hpp"
#include "xet/xorb.hpp"

#include <algorithm>

namespace hf::xet {
namespace {

constexpr std::string_view footer_name = "footer of a xorb";

void expect(Cursor& cursor, std::string_view ident, std::uint8_t version) {
    if (!std::ranges::equal(cursor.take(ident.size()), std::as_bytes(std::span(ident))))
        throw_malformed(footer_name, "lacks its mark " + std::string(ident));
    if (const auto found = cursor.u8(); found != version)
        throw_malformed(footer_name, "has the unknown version " + std::to_string(found) + " at " + std::string(ident));
}

// How many entries of `size` bytes follow.
std::size_t count(Cursor& cursor, std::size_t size) {
    const std::size_t out = cursor.u32();
    if (out > cursor.left() / size) throw_malformed(footer_name, "lists more chunks than it has bytes for");
    return out;
}

std::vector<std::uint32_t> ends(Cursor& cursor, std::size_t count) {
    std::vector<std::uint32_t> out;
    out.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back(cursor.u32());
        if (i != 0 && out[i] <= out[i - 1]) throw_malformed(footer_name, "has a chunk that ends before it begins");
    }
    return out;
}

}  // namespace

XorbFooter parse_xorb_footer(Bytes footer) {
    Cursor cursor(footer, footer_name);
    XorbFooter out;
    expect(cursor, "XETBLOB", 1);
    out.xorb = cursor.hash();
    const std::size_t hashes_at = cursor.position();
    expect(cursor, "XBLBHSH", 0);
    const std::size_t chunks = count(cursor, 32);
    out.chunks.reserve(chunks);
    for (std::size_t i = 0; i < chunks; ++i) out.chunks.push_back(cursor.hash());
    const std::size_t ends_at = cursor.position();
    expect(cursor, "XBLBBND", 1);
    if (count(cursor, 2 * sizeof(std::uint32_t)) != chunks)
        throw_malformed(footer_name, "has ends of another number of chunks than hashes");
    out.record_ends = ends(cursor, chunks);
    out.content_ends = ends(cursor, chunks);
    const bool same_count = cursor.u32() == chunks;
    const std::uint32_t to_hashes = cursor.u32(), to_ends = cursor.u32();
    cursor.skip(16);
    const std::size_t size = cursor.position();
    if (!same_count || to_hashes != size - hashes_at || to_ends != size - ends_at)
        throw_malformed(footer_name, "contradicts itself");
    if (cursor.u32() != size || cursor.left() != 0) throw_malformed(footer_name, "has another length than it says");
    return out;
}

void append_xorb_footer(std::vector<std::byte>& out, const XorbFooter& footer) {
    const auto mark = [&](std::string_view ident, std::uint8_t version) {
        append(out, std::as_bytes(std::span(ident)));
        out.push_back(std::byte{version});
    };
    const auto chunks = static_cast<std::uint32_t>(footer.chunks.size());
    const std::size_t begin = out.size();
    mark("XETBLOB", 1);
    append(out, footer.xorb);
    const std::size_t hashes_at = out.size();
    mark("XBLBHSH", 0);
    append_u32(out, chunks);
    for (const Hash& hash : footer.chunks) append(out, hash);
    const std::size_t ends_at = out.size();
    mark("XBLBBND", 1);
    append_u32(out, chunks);
    for (const std::uint32_t end : footer.record_ends) append_u32(out, end);
    for (const std::uint32_t end : footer.content_ends) append_u32(out, end);
    constexpr std::size_t rest = 3 * sizeof(std::uint32_t) + 16;
    const std::size_t end = out.size() + rest;
    append_u32(out, chunks);
    append_u32(out, static_cast<std::uint32_t>(end - hashes_at));
    append_u32(out, static_cast<std::uint32_t>(end - ends_at));
    out.resize(end);
    append_u32(out, static_cast<std::uint32_t>(end - begin));
}

}  // namespace hf::xet

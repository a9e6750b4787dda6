#include "net/http1/inflate.hpp"

#include "core/text.hpp"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <new>

namespace hf::net {
namespace {

// A byte of output pays for so much input: members of one byte take 21, flushes after each byte fewer.
constexpr std::size_t input_per_output = 64;
constexpr std::size_t max_debt = 64 * 1024;

// zlib's windowBits: the largest window, plus how the stream is wrapped.
constexpr int raw = -15, zlib_wrapped = 15, gzip_wrapped = 15 + 16;

}  // namespace

void Inflater::Free::operator()(z_stream_s* stream) const noexcept {
    inflateEnd(stream);
    delete stream;
}

std::optional<Inflater::Encoding> Inflater::encoding_of(std::string_view content_encoding) {
    if (iequals(content_encoding, "gzip") || iequals(content_encoding, "x-gzip")) return Encoding::gzip;
    if (iequals(content_encoding, "deflate")) return Encoding::deflate;
    return std::nullopt;
}

Inflater::Inflater(Encoding encoding) : encoding_(encoding), stream_(new z_stream_s{}) {}

Inflater::Progress Inflater::step(std::string_view input, std::span<char> output) {
    if (input.empty() && !started_) return {0, 0, true};
    if (!started_) {
        started_ = true;
        // RFC 9110 section 8.4.1.2: "deflate" is zlib-wrapped, but some servers send it bare.
        const bool wrapped =
            (input.front() & 0x0f) == Z_DEFLATED && (static_cast<unsigned char>(input.front()) >> 4) <= 7;
        const int deflate_bits = wrapped ? zlib_wrapped : raw;
        if (inflateInit2(stream_.get(), encoding_ == Encoding::gzip ? gzip_wrapped : deflate_bits) != Z_OK)
            throw std::bad_alloc();
    }
    if (ended_) {
        // gzip members may follow one another; anything else behind the end is padding.
        const bool another = encoding_ == Encoding::gzip && !input.empty() && input.front() == '\x1f';
        if (!another) return count({input.size(), 0, true});
        inflateReset(stream_.get());
        ended_ = false;
    }
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_->avail_in = static_cast<uInt>(std::min<std::size_t>(input.size(), UINT_MAX));
    stream_->next_out = reinterpret_cast<Bytef*>(output.data());
    stream_->avail_out = static_cast<uInt>(std::min<std::size_t>(output.size(), UINT_MAX));
    const uInt in_before = stream_->avail_in, out_before = stream_->avail_out;
    const int result = inflate(stream_.get(), Z_NO_FLUSH);
    ended_ = result == Z_STREAM_END;
    // Z_BUF_ERROR only says that nothing could be done with what was given.
    const bool valid = result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
    return count({in_before - stream_->avail_in, out_before - stream_->avail_out, valid});
}

Inflater::Progress Inflater::count(Progress progress) {
    debt_ += progress.consumed;
    debt_ -= std::min(debt_, progress.produced * input_per_output);
    progress.valid = progress.valid && debt_ <= max_debt;
    return progress;
}

}  // namespace hf::net

#include "net/http1/chunk_decoder.hpp"

#include "core/text.hpp"

namespace hf::net {

std::size_t ChunkDecoder::consume(std::string_view bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size() && state_ == State::framing) take(bytes[taken++]);
    return taken;
}

void ChunkDecoder::data_taken(std::uint64_t count) {
    remaining_ -= count;
    data_ += count;
    if (remaining_ > 0) return;
    state_ = State::framing;
    place_ = Place::data_end;
}

void ChunkDecoder::skip(std::uint64_t& skipped, std::uint64_t limit) {
    if (++skipped > limit) state_ = State::invalid;
}

void ChunkDecoder::skip_extension() { skip(extensions_, max_skipped + extension_per_data * data_); }

void ChunkDecoder::after_size(char c) {
    if (c == '\r') {
        place_ = Place::size_end;
    } else if (c == ';') {
        place_ = Place::extension;
    } else if (c == ' ' || c == '\t') {
        // Behind it another digit would be read as part of the size by some, and not by others.
        place_ = Place::padding;
        skip_extension();
    } else {
        state_ = State::invalid;
    }
}

void ChunkDecoder::take(char c) {
    const auto expect = [&](char wanted, Place next) {
        if (c != wanted) state_ = State::invalid;
        place_ = next;
    };
    switch (place_) {
        case Place::size:
            if (const int digit = hex_value(c); digit >= 0) {
                if (++digits_ > max_digits) state_ = State::invalid;
                remaining_ = remaining_ * 16 + static_cast<unsigned>(digit);
                return;
            }
            if (digits_ == 0)
                state_ = State::invalid;
            else
                after_size(c);
            return;
        case Place::padding: return after_size(c);
        case Place::extension:
            if (c == '\n')
                state_ = State::invalid;
            else if (c == '\r')
                place_ = Place::size_end;
            else
                skip_extension();
            return;
        case Place::size_end:
            expect('\n', Place::data_end);
            digits_ = 0;
            if (state_ == State::invalid) return;
            if (remaining_ > 0)
                state_ = State::data;
            else
                place_ = Place::trailer_start;
            return;
        case Place::data_end: return expect('\r', Place::data_end_lf);
        case Place::data_end_lf: return expect('\n', Place::size);
        case Place::trailer_start:
            place_ = c == '\r' ? Place::final_lf : Place::trailer;
            return skip(trailers_, max_skipped);
        case Place::trailer:
            if (c == '\n') place_ = Place::trailer_start;
            return skip(trailers_, max_skipped);
        case Place::final_lf:
            expect('\n', Place::final_lf);
            if (state_ != State::invalid) state_ = State::done;
            return;
    }
}

}  // namespace hf::net

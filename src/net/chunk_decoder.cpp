#include "chunk_decoder.hpp"

namespace hf::net {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::size_t ChunkDecoder::consume(std::string_view bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size() && state_ == State::framing) take(bytes[taken++]);
    return taken;
}

void ChunkDecoder::data_taken(std::uint64_t count) {
    remaining_ -= count;
    if (remaining_ > 0) return;
    state_ = State::framing;
    place_ = Place::data_end;
}

void ChunkDecoder::take(char c) {
    const auto expect = [&](char wanted, Place next) {
        if (c != wanted) state_ = State::invalid;
        place_ = next;
    };
    const auto skip = [&] {
        if (++skipped_ > max_skipped) state_ = State::invalid;
    };
    switch (place_) {
        case Place::size: {
            if (const int digit = hex_value(c); digit >= 0) {
                if (remaining_ >> 60) state_ = State::invalid;
                remaining_ = remaining_ * 16 + static_cast<unsigned>(digit);
                ++digits_;
                skip();
                return;
            }
            if (digits_ == 0)
                state_ = State::invalid;
            else if (c == '\r')
                place_ = Place::size_end;
            else if (c == ';' || c == ' ' || c == '\t')
                place_ = Place::extension;
            else
                state_ = State::invalid;
            return;
        }
        case Place::extension:
            if (c == '\n')
                state_ = State::invalid;
            else if (c == '\r')
                place_ = Place::size_end;
            else
                skip();
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
        case Place::trailer_start: place_ = c == '\r' ? Place::final_lf : Place::trailer; return skip();
        case Place::trailer:
            if (c == '\n') place_ = Place::trailer_start;
            return skip();
        case Place::final_lf:
            expect('\n', Place::final_lf);
            if (state_ != State::invalid) state_ = State::done;
            return;
    }
}

}  // namespace hf::net

#include "net/http1/chunk_decoder.hpp"

#include "fuzz.hpp"

// The framing of a body that arrives in pieces gives the data that it has as a whole.
namespace {

using State = hf::net::ChunkDecoder::State;

std::pair<std::string, State> decode(std::string_view text, std::size_t step) {
    hf::net::ChunkDecoder decoder;
    std::string out;
    while (!text.empty() && decoder.state() != State::done && decoder.state() != State::invalid) {
        std::string_view piece = text.substr(0, step);
        if (decoder.state() == State::data) {
            HFHUB_PROPERTY(decoder.remaining() > 0);
            piece = piece.substr(0, decoder.remaining());
            out += piece;
            decoder.data_taken(piece.size());
            text.remove_prefix(piece.size());
        } else {
            const std::size_t taken = decoder.consume(piece);
            HFHUB_PROPERTY(taken > 0 && taken <= piece.size());
            text.remove_prefix(taken);
        }
    }
    return {out, decoder.state()};
}

}  // namespace

HFHUB_FUZZ_TARGET(input) {
    const auto whole = decode(input, input.size() + 1);
    HFHUB_PROPERTY(whole.first.size() <= input.size());
    HFHUB_PROPERTY(decode(input, 7) == whole);
    HFHUB_PROPERTY(decode(input, 1) == whole);
    // What is legal stays legal behind more data.
    if (whole.second == State::invalid) return;
    const auto longer = decode("5\r\nhello\r\n" + std::string(input), input.size() + 64);
    HFHUB_PROPERTY(longer.first == "hello" + whole.first && longer.second == whole.second);
}

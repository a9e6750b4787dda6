#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hf::net {

/// Reads the framing of a chunked body (RFC 9112 section 7.1); the data itself passes by its caller.
/// Extensions and trailers are skipped. Pure.
class ChunkDecoder {
public:
    enum class State {
        framing,  ///< wants bytes for `consume`
        data,     ///< `remaining()` bytes of data come next; report them with `data_taken`
        done,     ///< the body has ended
        invalid,
    };

    State state() const noexcept { return state_; }
    std::uint64_t remaining() const noexcept { return remaining_; }

    /// Takes framing from the front of `bytes` and says how much it took; stops where data begins.
    std::size_t consume(std::string_view bytes);
    void data_taken(std::uint64_t count);

private:
    enum class Place { size, extension, size_end, data_end, data_end_lf, trailer_start, trailer, final_lf };
    void take(char c);

    // Chunk extensions and trailers are of no use here; more than this is an attack.
    static constexpr std::size_t max_skipped = 16 * 1024;

    State state_ = State::framing;
    Place place_ = Place::size;
    std::uint64_t remaining_ = 0;
    unsigned digits_ = 0;
    std::size_t skipped_ = 0;
};

}  // namespace hf::net

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hf::net {

/// Reads the framing of a chunked body (RFC 9112 section 7.1); the data itself passes by its caller.
/// Extensions and trailers are skipped: extensions within bounds that grow with the data, so that no number of
/// chunks is too large. Pure.
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
    enum class Place { size, padding, extension, size_end, data_end, data_end_lf, trailer_start, trailer, final_lf };
    void take(char c);
    void after_size(char c);
    void skip_extension();

    // As many as 64 bits need; curl's limit, too.
    static constexpr unsigned max_digits = 16;
    // Extensions and trailers are of no use here; more than this is an attack. Padded sizes (Tomcat's have three
    // spaces) and extensions of tiny chunks may be longer than the data, but not many times.
    static constexpr std::size_t max_skipped = 16 * 1024, extension_per_data = 16;

    void skip(std::uint64_t& skipped, std::uint64_t limit);

    State state_ = State::framing;
    Place place_ = Place::size;
    std::uint64_t remaining_ = 0;
    unsigned digits_ = 0;     // of this chunk's size
    std::uint64_t data_ = 0;  // taken so far
    std::uint64_t extensions_ = 0, trailers_ = 0;
};

}  // namespace hf::net

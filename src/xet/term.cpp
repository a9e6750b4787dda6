#include "xet/term.hpp"

#include "xet/chunker.hpp"

namespace hf::xet {

const char* problem_of(const Term& term) noexcept {
    if (term.chunks.begin == term.chunks.end) return "a term has no chunks";
    if (term.chunks.begin > term.chunks.end) return "a term ends before it begins";
    if (term.size < term.chunks.count()) return "a term has more chunks than bytes";
    if (term.size > std::uint64_t{term.chunks.count()} * max_chunk_size)
        return "a term has more bytes than its chunks can have";
    return nullptr;
}

}  // namespace hf::xet

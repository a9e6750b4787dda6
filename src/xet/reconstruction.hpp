#pragma once

#include "core/byte_range.hpp"
#include "xet/term.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hf::xet {

/// Chunks of a xorb and where their records lie in it.
struct FetchRange {
    ChunkRange chunks;
    ByteRange bytes;

    friend bool operator==(const FetchRange&, const FetchRange&) = default;
};

/// A signed URL and the ranges of one xorb that may be asked there. It is a secret and to be sent exactly as it is.
struct FetchSource {
    Hash xorb;
    std::string url;
    std::vector<FetchRange> ranges;

    friend bool operator==(const FetchSource&, const FetchSource&) = default;
};

/// The answer to a question for a file or a window of it (specification "File reconstruction").
struct Reconstruction {
    std::uint64_t skip = 0;  ///< bytes of the first term before what was asked for
    std::vector<Term> terms;
    std::vector<FetchSource> sources;

    /// Bytes from the first one asked for to the end of the last term. This may be more than was asked for: whoever
    /// asks next from behind them gets no chunk twice.
    std::uint64_t size() const noexcept;
};

/// Reads an answer of version 1 or 2. Throws InvalidResponseError naming the member that is wrong.
Reconstruction parse_reconstruction(std::string_view json);

/// Whether both put the same together, as an answer must that is asked for because URLs have expired.
bool same_terms(const Reconstruction& a, const Reconstruction& b) noexcept;

/// Which source gives which chunks. Refers to the reconstruction, which must outlive it.
class FetchIndex {
public:
    struct Found {
        const FetchSource* source = nullptr;
        FetchRange range;
    };

    /// Throws InvalidResponseError where ranges of a xorb cannot all be true: chunks and bytes in different orders,
    /// sizes that their chunks cannot have. Overlapping ranges that agree are fine.
    explicit FetchIndex(const Reconstruction& reconstruction);

    /// The range that has all of these chunks; its source is null where none has.
    Found find(const Hash& xorb, const ChunkRange& chunks) const;

private:
    std::map<Hash, std::vector<Found>> ranges_;  // begins and ends strictly ascending
};

/// A stretch of the file: the content of some chunks without `skip` bytes at its begin.
struct Placement {
    ChunkRange chunks;
    std::uint32_t content_size = 0;  ///< what these chunks must decode to
    std::uint64_t skip = 0;
    ByteRange file;

    friend bool operator==(const Placement&, const Placement&) = default;
};

/// A range to be fetched once, and all that it is needed for.
struct PlannedFetch {
    const FetchSource* source = nullptr;
    FetchRange range;
    std::vector<Placement> placements;  ///< in the order of the file
};

/// What to fetch for the window of a file of `file_size` bytes that `reconstruction` answers for, in the order in which
/// the file needs it. Refers to the reconstruction. The window may be shorter than the answer, as far as its last term
/// is still needed. Throws InvalidResponseError: terms that nothing can be fetched for, sizes that do not add up to the
/// window or reach beyond the end of the file.
std::vector<PlannedFetch> plan_fetches(const Reconstruction& reconstruction, ByteRange window, std::uint64_t file_size);

}  // namespace hf::xet

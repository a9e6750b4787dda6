#pragma once

#include "local_hub/data/database.hpp"
#include "local_hub/xet/verification.hpp"
#include "xet/shard.hpp"
#include "xet/term.hpp"

#include "core/byte_range.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf::local_hub {

/// A file that chunks are known for.
struct XetFile {
    std::int64_t number = 0;  ///< in the database
    std::string sha256;       ///< of its content: it is an LFS object, too
    std::uint64_t size = 0;
};

struct PlacedTerm {
    xet::Term term;
    std::uint64_t position = 0;  ///< in the file
};

/// Which chunks files consist of, and where a chunk is found again. What is in here was verified. Thread-safe.
class XetCatalogue {
public:
    explicit XetCatalogue(Database& database) : database_(database) {}

    std::optional<XetFile> find(const xet::Hash& id);
    /// The terms that have bytes of `window`, in the order of the file.
    std::vector<PlacedTerm> terms(const XetFile& file, ByteRange window);

    /// Ids by SHA-256, for those that have one.
    std::map<std::string, std::string, std::less<>> ids_of(const std::vector<std::string>& sha256s);
    std::string id_of(std::string_view sha256);  ///< empty: none

    /// Adds a file unless it is known.
    void add(const xet::ShardFile& file, std::string_view sha256);
    /// From now on `chunk` leads to `xorb`.
    void add_chunk(const xet::Hash& chunk, const xet::Hash& xorb);

    std::optional<xet::Hash> xorb_of(const xet::Hash& chunk);
    /// `xorb`, and at most `most` that are used by the files that use it.
    std::vector<xet::Hash> used_together(const xet::Hash& xorb, std::size_t most);

    // LFS objects without an id, which Repos::link_lfs notes.
    std::optional<std::string> next_pending();
    std::uint64_t pending();  ///< how many
    void settle(std::string_view sha256);
    void set_aside(std::string_view sha256);  ///< until the next start: it failed
    void retry_all();

private:
    Database& database_;
};

}  // namespace hf::local_hub

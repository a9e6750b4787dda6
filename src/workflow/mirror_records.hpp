#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hf {

/// What a mirror knows of the files it has put into a folder: as long as size and modification time are the
/// same, so is the content. Only a file that has a record is the mirror's own, to be moved or deleted.
class MirrorRecords {
public:
    struct Record {
        std::string etag;  ///< a hash
        std::uint64_t size = 0;
        std::int64_t modified = 0;  ///< nanoseconds since 1970; `unknown`: to be hashed before it is believed
        friend bool operator==(const Record&, const Record&) = default;
    };
    static constexpr std::int64_t unknown = -1;

    std::unordered_map<std::string, Record> files;  ///< by path

    /// One line per file. Records of unknown time stay so.
    std::string to_text() const;
    /// Empty for a text that is no such thing, is not whole, or has what no server may send: unsafe paths, what is
    /// no hash or size, a path twice, a file that is a folder as well. What older versions
    /// wrote could be injected into: it is checked the same way, and all its times are unknown.
    static MirrorRecords parse(std::string_view text);
};

}  // namespace hf

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hf {

/// What a mirror knows of the files it has put into a folder: as long as size and modification time are the
/// same, so is the content.
class MirrorRecords {
public:
    struct Record {
        std::string etag;
        std::uint64_t size = 0;
        std::int64_t modified = 0;  ///< nanoseconds since 1970
        friend bool operator==(const Record&, const Record&) = default;
    };

    std::unordered_map<std::string, Record> files;  ///< by path

    std::string to_text() const;
    static MirrorRecords parse(std::string_view text);  ///< as much as can be read
};

}  // namespace hf

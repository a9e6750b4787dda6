#pragma once

#include "core/path_layout.hpp"

#include <cstdint>
#include <optional>
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

    /// As a text: a head, then a line per file, each with its end. Records of unknown time stay so.
    std::string head() const;
    static void append_line(std::string& text, const std::string& path, const Record& record);
    std::string to_text() const;
    /// The same in one. Empty for what is no such text.
    static MirrorRecords parse(std::string_view text);
};

/// Reads the text of records line by line.
class RecordsReader {
public:
    /// `size`: of the text. A head that promises more files than fit into it is refused.
    explicit RecordsReader(std::uint64_t size) : size_(size) {}

    /// The next line without its end. False: this is no such thing, is not whole, or has what no server may send:
    /// unsafe paths, what is no hash or size, a path twice, a file that is a folder as well. What older versions wrote
    /// could be injected into: it is checked the same way, and all its times are unknown.
    bool add(std::string_view line);
    /// What was read, if that is all; else nothing. The layout refers to it.
    MirrorRecords finish();

    PathLayout& layout() noexcept { return layout_; }

private:
    bool begin(std::string_view head);

    std::uint64_t size_;
    MirrorRecords records_;
    bool begun_ = false;
    std::optional<std::uint64_t> count_;  // older versions did not write it
    PathLayout layout_;
};

}  // namespace hf

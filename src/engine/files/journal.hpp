#pragma once

#include "engine/files/range_set.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// What the file beside a partial file says. Text: a header line, then one line per range that was
/// written, appended after the bytes themselves:
///
///     hfhub-partial 2 <etag> <size or -> <validator or ->
///     0-262144
///     16777216-17039360
///
/// A line that was cut off by a crash is ignored, with all behind it. The bytes may still be lost with the power;
/// therefore everything is hashed again before it is used.
class Journal {
public:
    Journal(std::string etag, std::optional<std::uint64_t> size, std::string validator)
        : etag(std::move(etag)), size(size), validator(std::move(validator)) {}

    std::string etag;
    std::optional<std::uint64_t> size;
    std::string validator;  ///< strong ETag or Last-Modified of the storage that sent the bytes, for If-Range
    RangeSet ranges;

    std::string header() const;
    static std::string line(ByteRange range);
    /// nullopt for anything but a journal, and for one that lies: ranges beyond the size, or more of them than
    /// parts ever were on their way. One of an older version is read if its ETag is a hash.
    static std::optional<Journal> parse(std::string_view text);
};

/// Names a process so that others can tell whether it still runs: "<machine>-<pid>-<start time>". The
/// machine covers boot and pid namespace.
class ProcessName {
public:
    static std::string own();
    enum class State { alive, dead, elsewhere };  ///< elsewhere: another machine, nothing is known
    static State state_of(std::string_view name);
};

}  // namespace hf

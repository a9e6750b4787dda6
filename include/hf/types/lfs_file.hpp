#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

namespace hf {

/// A file of a repository's LFS storage, whether or not a commit still has it.
struct LFSFileInfo {
    std::string file_oid;  ///< by which the storage names it
    std::string filename;
    std::string oid;  ///< SHA-256 of the content
    std::optional<Timestamp> pushed_at;
    std::optional<std::string> ref;  ///< branch or tag that has it
    std::int64_t size = 0;           ///< bytes
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(LFSFileInfo, (), (file_oid, filename, oid, pushed_at, ref, size))

}  // namespace hf

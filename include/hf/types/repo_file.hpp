#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

#include <variant>

namespace hf {

/// Where the content of an LFS file is.
struct BlobLfsInfo {
    std::optional<std::int64_t> size;
    std::optional<std::string> sha256;  ///< "oid" in trees
    std::optional<std::int64_t> pointer_size;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(BlobLfsInfo, (), (size, sha256, pointer_size))
constexpr std::string_view hf_wire_name(std::type_identity<BlobLfsInfo>, std::string_view member) {
    return member == "sha256" ? "sha256|oid" : "";
}

/// What the Hub's scanners say of a file.
struct BlobSecurityInfo {
    std::optional<bool> safe;           ///< whether `status` is "safe"
    std::optional<std::string> status;  ///< "safe", "unscanned", "suspicious", "unsafe", …
    json::value av_scan;
    json::value pickle_import_scan;
    json::object extra;

    bool is_safe() const { return safe.value_or(false); }
};
BOOST_DESCRIBE_STRUCT(BlobSecurityInfo, (), (safe, status, av_scan, pickle_import_scan))
constexpr std::string_view hf_wire_name(std::type_identity<BlobSecurityInfo>, std::string_view member) {
    return member == "safe" ? "-" : "";
}
void hf_decoded(BlobSecurityInfo& security);

/// The commit that changed a file or folder last.
struct LastCommitInfo {
    std::string oid;
    std::string title;
    std::optional<Timestamp> date;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(LastCommitInfo, (), (oid, title, date))
constexpr std::string_view hf_wire_name(std::type_identity<LastCommitInfo>, std::string_view member) {
    return member == "oid" ? "id" : "";
}

/// A file as the info of its repository names it. All but the name comes with `files_metadata`.
struct RepoSibling {
    std::string rfilename;  ///< path from the root of the repository
    std::optional<std::int64_t> size;
    std::optional<std::string> blob_id;
    std::optional<BlobLfsInfo> lfs;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(RepoSibling, (), (rfilename, size, blob_id, lfs))

/// A file of a tree. `last_commit` and `security` come with `expand`.
struct RepoFile {
    std::string path;
    std::int64_t size = 0;  ///< of the content, also for LFS files
    std::string blob_id;    ///< git object id; of the pointer for LFS files
    std::optional<BlobLfsInfo> lfs;
    std::optional<std::string> xet_hash;
    std::optional<LastCommitInfo> last_commit;
    std::optional<BlobSecurityInfo> security;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(RepoFile, (), (path, size, blob_id, lfs, xet_hash, last_commit, security))
constexpr std::string_view hf_wire_name(std::type_identity<RepoFile>, std::string_view member) {
    if (member == "blob_id") return "oid";
    if (member == "last_commit") return "lastCommit|last_commit";
    return member == "security" ? "securityFileStatus" : "";
}

/// A file of unknown size cannot be told from one that was cut off.
constexpr bool hf_is_identity(std::type_identity<RepoFile>, std::string_view member) {
    return member == "path" || member == "size";
}

/// A folder of a tree.
struct RepoFolder {
    std::string path;
    std::string tree_id;
    std::optional<LastCommitInfo> last_commit;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(RepoFolder, (), (path, tree_id, last_commit))
constexpr std::string_view hf_wire_name(std::type_identity<RepoFolder>, std::string_view member) {
    if (member == "tree_id") return "oid";
    return member == "last_commit" ? "lastCommit|last_commit" : "";
}

/// An entry of a tree: a RepoFile or a RepoFolder.
///
///     while (auto entry = co_await tree.next())
///         if (const RepoFile* file = entry->file()) total += file->size;
class RepoTreeEntry : public std::variant<RepoFile, RepoFolder> {
public:
    using variant::variant;

    const std::string& path() const noexcept;
    const RepoFile* file() const noexcept;
    const RepoFolder* folder() const noexcept;
};

namespace json {
/// An entry whose `type` is "file" is a RepoFile, any other a RepoFolder.
template <>
struct Codec<RepoTreeEntry> {
    static RepoTreeEntry from(const value& json);
    static value to(const RepoTreeEntry& entry);
};
}  // namespace json

}  // namespace hf

#pragma once

#include <hf/api/repo_options.hpp>
#include <hf/types/repo_file.hpp>

namespace hf {

struct ListRepoTreeOptions {
    std::string_view path_in_repo{};  ///< folder; empty: the root
    bool recursive = false;
    bool expand = false;           ///< with last_commit and security; many times slower
    std::string_view revision{};   ///< branch, tag or commit; empty: main
    std::string_view repo_type{};  ///< "model" (default), "dataset" or "space"
    TokenArg token{};
    std::optional<std::int64_t> limit{};
    std::string_view cursor{};  ///< continue where an earlier generator's `cursor()` stood
};

struct FilesOptions {
    std::string_view revision{};
    std::string_view repo_type{};
    TokenArg token{};
};

struct PathsInfoOptions {
    bool expand = false;
    std::string_view revision{};
    std::string_view repo_type{};
    TokenArg token{};
};

struct ListFilesInfoOptions {
    StringList paths{};  ///< files and folders; not given: the whole repository
    bool expand = false;
    std::string_view revision{};
    std::string_view repo_type{};
    TokenArg token{};
};

/// What is in a repository. As in the reference, the type of the repository is left to the Hub, except in
/// file_exists. Errors: RepositoryNotFoundError, RevisionNotFoundError, EntryNotFoundError, GatedRepoError.
class FilesApi {
public:
    explicit FilesApi(Session session) : session_(std::move(session)) {}

    /// The files and folders of a folder. Use this and not the siblings of an info where a repository may
    /// have more than a thousand files.
    AsyncGenerator<RepoTreeEntry> list_repo_tree(std::string_view repo_id, ListRepoTreeOptions options = {}) const;

    /// The paths of all files, below all folders. An entry that cannot be read is an InvalidResponseError in its place
    /// and never left out; folders are.
    AsyncGenerator<std::string> list_repo_files(std::string_view repo_id, FilesOptions options = {}) const;

    /// What is known of some files and folders. Paths that do not exist are missing from the answer.
    boost::asio::awaitable<std::vector<RepoTreeEntry>> get_paths_info(std::string_view repo_id, StringList paths,
                                                                      PathsInfoOptions options = {}) const;

    /// The files among `paths` and below its folders. Superseded by get_paths_info and list_repo_tree.
    AsyncGenerator<RepoFile> list_files_info(std::string_view repo_id, ListFilesInfoOptions options = {}) const;

    /// Whether a file can be downloaded; false also where repository or revision are not found. Throws
    /// GatedRepoError where access must be requested first.
    boost::asio::awaitable<bool> file_exists(std::string_view repo_id, std::string_view filename,
                                             FilesOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

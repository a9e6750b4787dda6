#pragma once

#include <hf/api/repo_options.hpp>
#include <hf/core/repo.hpp>
#include <hf/types/lfs_file.hpp>
#include <hf/types/repo_info.hpp>

#include <span>
#include <variant>
#include <vector>

namespace hf {

struct CreateRepoOptions {
    TokenArg token{};
    std::optional<bool> private_{};  ///< not given: the default of the account, which is public for users
    /// "public", "private" or, of Spaces, "protected"; HFValidationError (argument "visibility") beside `private_`.
    TextArg visibility{};
    std::string_view repo_type{};  ///< "model" (default), "dataset", "space" or "kernel"
    bool exist_ok = false;         ///< no error if the repository is already there
    TextArg resource_group_id{};   ///< of the organization: who may see the repository
    TextArg region{};              ///< where its files are kept: "us" or "eu"
    // The rest is for Spaces and ignored for other repositories.
    std::string_view space_sdk{};    ///< "gradio", "streamlit", "docker" or "static"; Spaces must have one
    TextArg space_template{};        ///< or this, see list_space_templates: name or repository, in any case
    TextArg space_hardware{};        ///< see SpaceHardware
    TextArg space_storage{};         ///< see SpaceStorage
    DurationArg space_sleep_time{};  ///< whole seconds without a visitor, -1: never
    std::optional<std::span<const SpaceSetting>> space_secrets{};
    std::optional<std::span<const SpaceSetting>> space_variables{};
    std::optional<std::span<const Volume>> space_volumes{};
};

struct DuplicateRepoOptions {
    std::string_view to_id{};  ///< empty: the same name; without namespace: below the token's account
    std::string_view repo_type{};
    std::optional<bool> private_{};  ///< not given: as the original
    TextArg visibility{};            ///< as in CreateRepoOptions
    TokenArg token{};
    bool exist_ok = false;
    TextArg resource_group_id{};
    // The rest is for Spaces and ignored for other repositories.
    TextArg space_hardware{};
    DurationArg space_sleep_time{};  ///< whole seconds without a visitor, -1: never
    std::optional<std::span<const SpaceSetting>> space_secrets{};
    std::optional<std::span<const SpaceSetting>> space_variables{};
    std::optional<std::span<const Volume>> space_volumes{};
};

/// The copy that duplicate_repo made.
struct DuplicatedRepoUrl : RepoUrl {
    bool files_copy_pending = false;  ///< the Hub is still copying its files
};

struct AuthCheckOptions {
    std::string_view repo_type{};
    bool write = false;  ///< whether the token may also change the repository
    TokenArg token{};
};

struct DeleteRepoOptions {
    TokenArg token{};
    std::string_view repo_type{};
    bool missing_ok = false;  ///< no error if there is no such repository
};

struct RepoInfoOptions {
    std::string_view revision{};  ///< branch, tag or commit; empty: the default branch
    std::string_view repo_type{};
    DurationArg timeout{};        ///< longest single wait, as in InfoOptions
    DurationArg deadline{};       ///< time for the whole call
    bool files_metadata = false;  ///< siblings with size, blob_id and lfs
    StringList expand{};          ///< as in InfoOptions
    TokenArg token{};
};

struct UpdateRepoVisibilityOptions {
    TokenArg token{};
    std::string_view repo_type{};
};

/// What is not given stays as it is; something must be.
struct UpdateRepoSettingsOptions {
    std::optional<bool> private_{};  ///< beside `visibility`: HFValidationError (argument "visibility")
    TextArg visibility{};            ///< "private", "public" or, of Spaces, "protected"
    std::optional<Gated> gated{};
    TokenArg token{};
    std::string_view repo_type{};
};

struct PermanentlyDeleteLfsFilesOptions {
    bool rewrite_history = true;
    std::string_view repo_type{};
    TokenArg token{};
};

struct GetFullRepoNameOptions {
    TextArg organization{};
    TokenArg token{};
};

/// What repo_info gives: the info of the type that was asked for.
using RepoInfo = std::variant<ModelInfo, DatasetInfo, SpaceInfo, KernelInfo>;

/// Repositories of all types.
///
/// Calls that change something throw HfHubHTTPError (401) without a token.
class ReposApi {
public:
    explicit ReposApi(Session session) : session_(std::move(session)) {}

    /// Creates an empty repository. Without a namespace in `repo_id` it belongs to the token's account.
    /// An existing one is an HfHubHTTPError of status 409, unless `exist_ok`; a conflict with another
    /// operation of the Hub is waited out for up to a minute.
    boost::asio::awaitable<RepoUrl> create_repo(std::string_view repo_id, CreateRepoOptions options = {}) const;

    /// Deletes the repository with all its content, for ever. RepositoryNotFoundError where there is none, unless
    /// `missing_ok`.
    boost::asio::awaitable<void> delete_repo(std::string_view repo_id, DeleteRepoOptions options = {}) const;

    /// Renames a repository or gives it to another namespace; both ids need one (HFValidationError). Throws
    /// RepositoryNotFoundError.
    boost::asio::awaitable<void> move_repo(std::string_view from_id, std::string_view to_id,
                                           RepoOptions options = {}) const;

    /// Makes a repository private or public. Gives the Hub's answer, such as {"private": true}. Without a
    /// namespace in `repo_id` the token's account is asked for first.
    boost::asio::awaitable<json::object> update_repo_visibility(std::string_view repo_id, bool private_ = false,
                                                                UpdateRepoVisibilityOptions options = {}) const;

    /// What took its place in clients of today: visibility, and who may see the files.
    boost::asio::awaitable<void> update_repo_settings(std::string_view repo_id,
                                                      UpdateRepoSettingsOptions options) const;

    /// model_info, dataset_info, space_info or kernel_info, as `repo_type` says. Throws RepositoryNotFoundError,
    /// GatedRepoError, RevisionNotFoundError.
    boost::asio::awaitable<RepoInfo> repo_info(std::string_view repo_id, RepoInfoOptions options = {}) const;

    /// False also for a private repository that the token may not see; true for a gated one.
    boost::asio::awaitable<bool> repo_exists(std::string_view repo_id, RepoOptions options = {}) const;

    /// Whether a repository has a branch, tag or commit of this name. False also where there is no such repository, and
    /// for one whose files the token may not see.
    boost::asio::awaitable<bool> revision_exists(std::string_view repo_id, std::string_view revision,
                                                 RepoOptions options = {}) const;

    /// Returns if the token may see the files of a repository, or change them (`write`). Throws GatedRepoError,
    /// RepositoryNotFoundError.
    boost::asio::awaitable<void> auth_check(std::string_view repo_id, AuthCheckOptions options = {}) const;

    /// Copies a repository with its history on the Hub's side, a Space without its secrets. An existing one is an
    /// HfHubHTTPError of status 409, unless `exist_ok`.
    boost::asio::awaitable<DuplicatedRepoUrl> duplicate_repo(std::string_view from_id,
                                                             DuplicateRepoOptions options = {}) const;

    /// The LFS files of a repository in all its history, newest first.
    AsyncGenerator<LFSFileInfo> list_lfs_files(std::string_view repo_id, RepoOptions options = {}) const;

    /// Deletes LFS files for ever, from all commits; those of older clones no longer match unless `rewrite_history` is
    /// false, which leaves commits that point to files that are gone. No request for an empty list.
    boost::asio::awaitable<void> permanently_delete_lfs_files(std::string_view repo_id,
                                                              const std::vector<LFSFileInfo>& lfs_files,
                                                              PermanentlyDeleteLfsFilesOptions options = {}) const;

    /// `model_id` below the organization, else below its own first segment, else below the token's account.
    boost::asio::awaitable<std::string> get_full_repo_name(std::string_view model_id,
                                                           GetFullRepoNameOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

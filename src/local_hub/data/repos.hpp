#pragma once

#include "local_hub/data/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf::local_hub {

enum class RepoType { model = 0, dataset = 1, space = 2 };
std::string_view singular(RepoType type);    ///< "model"
std::string_view plural(RepoType type);      ///< "models"
std::string_view url_prefix(RepoType type);  ///< "", "datasets/", "spaces/"
std::optional<RepoType> parse_repo_type(std::string_view singular_or_plural);

/// A row of the repos table.
struct Repo {
    std::int64_t id = 0;
    std::string oid;  ///< 24 hex digits; names the git folder
    RepoType type = RepoType::model;
    std::string full_id;  ///< "namespace/name", or a bare name
    std::string author;   ///< "" for bare names
    bool is_private = false;
    std::string gated;  ///< "", "auto" or "manual"
    bool disabled = false;
    std::int64_t created_at = 0, last_modified = 0;
    std::string sha;  ///< of main
    std::int64_t likes = 0, downloads = 0;
    std::string sdk, pipeline_tag, library_name;
    std::string card;  ///< JSON of the README's front matter; "" without one
    std::string tags;  ///< JSON array
    bool discussions_disabled = false;

    std::string path() const { return std::string(url_prefix(type)) + full_id; }  ///< in URLs
};

/// Which repositories a listing wants.
struct RepoFilter {
    RepoType type = RepoType::model;
    std::string author, search;
    std::vector<std::string> tags;              ///< all of them
    std::string gated;                          ///< "", "true" or "false"
    std::vector<std::string> models, datasets;  ///< that the card of a Space names: any of them
    bool linked = false;                        ///< its card names a model or dataset
    enum class Sort { created_at, last_modified, likes, downloads, id } sort = Sort::id;
    bool descending = true;
    std::size_t limit = 0;
    std::string after_value;  ///< keyset cursor: the sort value and id of the last item; "" starts
    std::int64_t after_id = 0;
    bool has_cursor = false;
    /// Private repositories of these namespaces are included.
    std::vector<std::string> visible_namespaces;
};

/// The catalogue of repositories. Thread-safe.
class Repos {
public:
    explicit Repos(Database& database) : database_(database) {}

    std::optional<Repo> find(RepoType type, std::string_view full_id);
    std::optional<Repo> by_oid(std::string_view oid);
    std::optional<Repo> by_id(std::int64_t id);
    /// The repository that was once called so.
    std::optional<Repo> renamed(RepoType type, std::string_view old_id);
    std::vector<Repo> list(const RepoFilter& filter);
    std::vector<Repo> all();

    /// False if the name is taken.
    bool insert(Repo& repo);
    void erase(std::int64_t id);
    bool move(const Repo& repo, RepoType type, std::string_view new_id);
    void set_head(std::int64_t id, std::string_view sha, std::int64_t last_modified);
    void set_card(std::int64_t id, std::string_view card, const std::vector<std::string>& tags,
                  std::string_view pipeline_tag, std::string_view library_name, std::string_view sdk);
    void set_flag(std::int64_t id, std::string_view column, bool value);
    void set_gated(std::int64_t id, std::string_view gated);
    void add_downloads(std::int64_t id, std::int64_t count);

    /// LFS objects that a repository may refer to. Those without a Xet id are noted as pending.
    void link_lfs(std::int64_t id, std::string_view oid, std::uint64_t size);
    std::optional<std::uint64_t> linked_lfs(std::int64_t id, std::string_view oid);

    Database& database() { return database_; }

private:
    std::optional<Repo> one(std::string_view where, const Database::Values& values);

    Database& database_;
};

/// "namespace" of "namespace/name", "" of a bare name.
std::string_view namespace_of(std::string_view full_id);
std::string_view name_of(std::string_view full_id);
/// Throws StorageError unless the name fits the Hub's rules for repository names.
void check_repo_name(std::string_view name);

}  // namespace hf::local_hub

#pragma once

#include <hf/api/repo_options.hpp>
#include <hf/types/dataset_lists.hpp>
#include <hf/types/repo_info.hpp>

#include <vector>

namespace hf {

/// Search terms for datasets; a list means that all of them must hold. "en" and "language:en" are the same.
struct DatasetFilter {
    TextArg author{};
    StringList benchmark{};
    TextArg dataset_name{};  ///< whole or part
    StringList language_creators{};
    StringList language{};
    StringList multilinguality{};
    StringList size_categories{};  ///< "100K<n<1M"
    StringList task_categories{};
    StringList task_ids{};
};

/// The `filter` of list_datasets: a DatasetFilter, or tags all of which a dataset must have.
class DatasetFilterArg {
public:
    constexpr DatasetFilterArg() noexcept = default;
    constexpr DatasetFilterArg(const DatasetFilter& filter) noexcept : filter_(filter), is_filter_(true) {}
    template <class... Texts>
        requires(sizeof...(Texts) > 0 && std::constructible_from<StringList, const Texts&...>)
    constexpr DatasetFilterArg(const Texts&... texts) noexcept : tags_(texts...) {}

    bool given() const noexcept { return is_filter_ || tags_.given(); }
    const DatasetFilter* filter() const noexcept { return is_filter_ ? &filter_ : nullptr; }
    const StringList& tags() const noexcept { return tags_; }

private:
    DatasetFilter filter_;
    StringList tags_;
    bool is_filter_ = false;
};

struct ListDatasetsOptions {
    DatasetFilterArg filter{};
    TextArg author{};
    TextArg search{};                ///< part of the id
    TextArg sort{};                  ///< "last_modified", "downloads", "likes", …
    std::optional<int> direction{};  ///< -1: descending
    std::optional<std::int64_t> limit{};
    std::optional<bool> full{};  ///< author, sha, siblings, card_data, …
    // What a DatasetFilter says, as options of their own.
    StringList benchmark{};  ///< "official" or a name
    TextArg dataset_name{};  ///< whole or part
    std::optional<bool> gated{};
    StringList language_creators{};
    StringList language{};
    StringList multilinguality{};
    StringList size_categories{};
    StringList task_categories{};
    StringList task_ids{};
    StringList expand{};  ///< as in InfoOptions; HFValidationError (argument "expand") beside full
    TokenArg token{};
    std::string_view cursor{};  ///< continue where an earlier generator's `cursor()` stood
};

struct DatasetLeaderboardOptions {
    bool base_model_only = false;  ///< without models that were made from others
    DurationArg timeout{};         ///< longest single wait
    TokenArg token{};
};

struct ListDatasetParquetFilesOptions {
    TextArg config{};  ///< part of the dataset; empty: all of them
    TokenArg token{};
};

/// Datasets.
class DatasetsApi {
public:
    explicit DatasetsApi(Session session) : session_(std::move(session)) {}

    /// Datasets that match all that is given; what nothing matches is an empty list. Who knows what it wants says
    /// `limit`: there are hundreds of thousands.
    AsyncGenerator<DatasetInfo> list_datasets(ListDatasetsOptions options = {}) const;

    /// What the Hub knows of a dataset at a revision. Throws RepositoryNotFoundError, GatedRepoError,
    /// RevisionNotFoundError.
    boost::asio::awaitable<DatasetInfo> dataset_info(std::string_view repo_id, InfoOptions options = {}) const;

    /// All tags of datasets by type, as the Hub gives them. Asked without a token.
    boost::asio::awaitable<json::object> get_dataset_tags() const;

    /// Models by their results on a dataset that is a benchmark, best first.
    boost::asio::awaitable<std::vector<DatasetLeaderboardEntry>> get_dataset_leaderboard(
        std::string_view repo_id, DatasetLeaderboardOptions options = {}) const;

    /// The Parquet files that the Hub has made of a dataset, which is asked of another service: HFValidationError
    /// (argument "endpoint") with another Hub than https://huggingface.co, unless `SessionConfig::datasets_server` is
    /// given.
    boost::asio::awaitable<std::vector<DatasetParquetEntry>> list_dataset_parquet_files(
        std::string_view repo_id, ListDatasetParquetFilesOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

#pragma once

#include <hf/api/repo_options.hpp>
#include <hf/types/metric.hpp>
#include <hf/types/repo_info.hpp>

namespace hf {

/// Search terms for models. Lists are given as `.task = {"fill-mask", "text-classification"}` or as a
/// vector that lives until the call returns.
struct ModelFilter {
    TextArg author{};
    StringList library{};
    StringList language{};
    TextArg model_name{};  ///< whole or part
    StringList task{};
    StringList trained_dataset{};  ///< "common_voice" or "dataset:common_voice"
    StringList tags{};
};

/// The `filter` of list_models: a ModelFilter, or tags all of which a model must have.
class ModelFilterArg {
public:
    constexpr ModelFilterArg() noexcept = default;
    constexpr ModelFilterArg(const ModelFilter& filter) noexcept : filter_(filter), is_filter_(true) {}
    template <class... Texts>
        requires(sizeof...(Texts) > 0 && std::constructible_from<StringList, const Texts&...>)
    constexpr ModelFilterArg(const Texts&... texts) noexcept : tags_(texts...) {}

    bool given() const noexcept { return is_filter_ || tags_.given(); }
    const ModelFilter* filter() const noexcept { return is_filter_ ? &filter_ : nullptr; }
    const StringList& tags() const noexcept { return tags_; }

private:
    ModelFilter filter_;
    StringList tags_;
    bool is_filter_ = false;
};

/// Grams of CO2 equivalent between which a model's training must have emitted.
struct EmissionsThresholds {
    std::optional<double> minimum{};
    std::optional<double> maximum{};
};

struct ListModelsOptions {
    ModelFilterArg filter{};
    TextArg author{};
    TextArg search{};  ///< part of the id
    /// Needs card_data; models whose card says nothing are left out. `next()` throws HFValidationError if
    /// neither bound is given.
    std::optional<EmissionsThresholds> emissions_thresholds{};
    TextArg sort{};                       ///< "last_modified", "created_at", "trending_score", "downloads", "likes"
    std::optional<int> direction{};       ///< -1: descending
    std::optional<std::int64_t> limit{};  ///< stop after that many; counted before emissions_thresholds
    std::optional<bool> full{};           ///< author, sha, siblings, …; true by default if there is a filter
    bool card_data = false;
    bool fetch_config = false;
    StringList apps{};  ///< "ollama", "vllm", …: programs that can run it
    std::optional<bool> gated{};
    TextArg inference{};              ///< "warm": some provider serves it
    StringList inference_provider{};  ///< "all" or names of providers
    StringList trained_dataset{};     ///< "squad" or "dataset:squad"
    TextArg pipeline_tag{};
    TextArg num_parameters{};  ///< "min:6B,max:128B"
    /// As in InfoOptions; HFValidationError (argument "expand") beside full, card_data or fetch_config.
    StringList expand{};
    TokenArg token{};
    std::string_view cursor{};  ///< continue where an earlier generator's `cursor()` stood
};

/// Models.
///
/// Calls named *_info throw RepositoryNotFoundError, GatedRepoError, RevisionNotFoundError.
class ModelsApi {
public:
    explicit ModelsApi(Session session) : session_(std::move(session)) {}

    /// Models that match all that is given; what nothing matches is an empty list. Who knows what it wants says
    /// `limit`: there are millions.
    AsyncGenerator<ModelInfo> list_models(ListModelsOptions options = {}) const;

    /// What the Hub knows of a model at a revision. Members that an answer does not have are empty.
    boost::asio::awaitable<ModelInfo> model_info(std::string_view repo_id, InfoOptions options = {}) const;

    /// What the Hub knows of a kernel at a revision. Neither `expand` nor `files_metadata` mean anything here.
    boost::asio::awaitable<KernelInfo> kernel_info(std::string_view repo_id, InfoOptions options = {}) const;

    /// All tags of models by type, as the Hub gives them. Asked without a token.
    boost::asio::awaitable<json::object> get_model_tags() const;

    /// All metrics. Removed from today's Hub, which answers 404. Asked without a token.
    AsyncGenerator<MetricInfo> list_metrics() const;

private:
    Session session_;
};

}  // namespace hf

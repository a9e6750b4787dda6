#pragma once

#include <hf/api/repo_options.hpp>
#include <hf/types/repo_info.hpp>

namespace hf {

struct ListSpacesOptions {
    StringList filter{};  ///< tags all of which a Space must have
    TextArg author{};
    TextArg search{};                ///< part of the id
    TextArg sort{};                  ///< "last_modified", "likes", …
    std::optional<int> direction{};  ///< -1: descending
    std::optional<std::int64_t> limit{};
    StringList datasets{};  ///< that the Space uses
    StringList models{};    ///< that the Space uses
    bool linked = false;    ///< only Spaces that use a model or dataset
    std::optional<bool> full{};
    StringList expand{};  ///< as in InfoOptions; HFValidationError (argument "expand") beside full
    TokenArg token{};
    std::string_view cursor{};  ///< continue where an earlier generator's `cursor()` stood
};

struct SearchSpacesOptions {
    StringList filter{};               ///< tags all of which a Space must have
    StringList sdk{};                  ///< one of which it must have: "gradio", "docker"
    bool include_non_running = false;  ///< also those that sleep or failed
    TokenArg token{};
};

/// Spaces as repositories; how they run is in space_runtime.hpp.
class SpacesApi {
public:
    explicit SpacesApi(Session session) : session_(std::move(session)) {}

    /// Spaces that match all that is given; what nothing matches is an empty list.
    AsyncGenerator<SpaceInfo> list_spaces(ListSpacesOptions options = {}) const;

    /// What the Hub knows of a Space at a revision. Throws RepositoryNotFoundError, RevisionNotFoundError.
    boost::asio::awaitable<SpaceInfo> space_info(std::string_view repo_id, InfoOptions options = {}) const;

    /// Spaces that do what `query` describes in words, best first.
    AsyncGenerator<SpaceSearchResult> search_spaces(std::string_view query, SearchSpacesOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

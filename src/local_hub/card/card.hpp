#pragma once

#include "local_hub/data/repos.hpp"
#include "local_hub/git/git_store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf::local_hub {

/// What a README's front matter and the file names say about a repository.
struct CardFacts {
    std::string card;  ///< JSON object; "" without front matter
    std::vector<std::string> tags;
    std::string pipeline_tag, library_name, sdk;
};
CardFacts read_card(GitRepo& git, const std::string& commit, const Repo& repo);

/// The text between the leading "---" lines of a README; nullopt if there is none.
std::optional<std::string_view> front_matter(std::string_view readme);

}  // namespace hf::local_hub

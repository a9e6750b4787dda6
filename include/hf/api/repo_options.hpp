#pragma once

#include <hf/core/string_list.hpp>
#include <hf/session/session.hpp>

namespace hf {

/// Options of calls that concern one repository and nothing more. A view, as all options.
struct RepoOptions {
    std::string_view repo_type{};  ///< "model" (default), "dataset" or "space"
    TokenArg token{};
};

/// Options of model_info, dataset_info and space_info.
struct InfoOptions {
    std::string_view revision{};  ///< branch, tag or commit; empty: the default branch
    /// The reference's: longest wait for the connection, for the first byte and for each further one. It does not end
    /// an answer that drips.
    DurationArg timeout{};
    DurationArg deadline{};                 ///< time for the whole call, see Request::deadline
    std::optional<bool> security_status{};  ///< models only: results of the security scan, in `extra`
    bool files_metadata = false;            ///< siblings with size, blob_id and lfs
    /// The members of the answer that are wanted, as the Hub spells them ("downloadsAllTime"); all others are empty.
    /// HFValidationError (argument "expand") beside files_metadata or security_status.
    StringList expand{};
    TokenArg token{};
};

/// A secret or variable of a Space that is about to be created.
struct SpaceSetting {
    std::string_view key{};
    std::string_view value{};
    TextArg description{};
};

}  // namespace hf

#pragma once

#include "hub.hpp"

namespace hf::local_hub {

/// Opens a discussion, or a pull request on `base` (a full ref name), with its first comment. The ref
/// refs/pr/N of a pull request is the caller's business. Returns its number.
int open_discussion(Hub& hub, const Repo& repo, const std::string& author, std::string_view title,
                    std::string_view description, bool pull_request, std::string_view status,
                    std::string_view base = {});

}  // namespace hf::local_hub

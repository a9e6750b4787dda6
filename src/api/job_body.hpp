#pragma once

#include <hf/api/jobs.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hf::detail {

/// What the Hub is told of a job that it shall run. Throws HFValidationError (argument "timeout", "name" or
/// "network_aliases").
json::object job_body(std::string_view image, const std::vector<std::string>& command, const RunJobOptions& options);

/// The ports of a job, each once; those that are public are in both lists.
json::object ports_json(std::span<const std::int64_t> expose, std::span<const std::int64_t> expose_public);

/// A label's value as a query has it.
std::string text_of_label(const json::value& value);

/// The label "name" of a job without one: what its image is called and the start of a hash of image and command.
std::string job_name(std::string_view image, const std::vector<std::string>& command);

}  // namespace hf::detail

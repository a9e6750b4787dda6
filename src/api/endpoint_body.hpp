#pragma once

#include <hf/api/inference_endpoints.hpp>

#include <cstdint>
#include <optional>

/// What calls about inference endpoints send.
namespace hf::detail {

/// Throws HFValidationError for options that contradict each other.
json::object create_endpoint_body(const Session& session, std::string_view name,
                                  const CreateInferenceEndpointOptions& options);

/// Without what `ParallelSizes` puts into it.
json::object update_endpoint_body(const Session& session, const UpdateInferenceEndpointOptions& options);

/// Settings that are part of an image, which is sent as a whole.
struct ParallelSizes {
    std::optional<std::int64_t> tensor;
    std::optional<std::int64_t> data;

    bool given() const { return tensor || data; }
    /// Throws HFValidationError for an image that has none of its members, or credentials that answers do not show.
    void put_into(json::object& image) const;
};

}  // namespace hf::detail

#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

namespace hf {

/// A metric by which models are evaluated.
struct MetricInfo {
    std::string id;
    std::string space_id;  ///< Space that computes it
    std::optional<std::string> description;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(MetricInfo, (), (id, space_id, description))

}  // namespace hf

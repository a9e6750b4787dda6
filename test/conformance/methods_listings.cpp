#include "methods.hpp"
#include "render_types.hpp"

namespace hf::conformance {

template <class Filter, class Arg>
Arg filter_argument(const json::value& data, ArgumentContext context) {
    if (data.is_object()) return to_argument<Filter>(data, context);
    return to_argument<StringList>(data, context);
}

template <>
struct Argument<ModelFilterArg> {
    static ModelFilterArg from(const json::value& data, ArgumentContext context) {
        return filter_argument<ModelFilter, ModelFilterArg>(data, context);
    }
};

template <>
struct Argument<DatasetFilterArg> {
    static DatasetFilterArg from(const json::value& data, ArgumentContext context) {
        return filter_argument<DatasetFilter, DatasetFilterArg>(data, context);
    }
};

/// A pair in the reference.
template <>
struct Argument<EmissionsThresholds> {
    static EmissionsThresholds from(const json::value& data, ArgumentContext context) {
        const json::value& pair = data.at("$tuple");
        EmissionsThresholds out;
        out.minimum = to_argument<std::optional<double>>(pair.at(0), context);
        out.maximum = to_argument<std::optional<double>>(pair.at(1), context);
        return out;
    }
};

std::vector<MethodRow> listing_methods() {
    return {
        {"get_dataset_tags", call(&HfApi::get_dataset_tags)}, {"get_model_tags", call(&HfApi::get_model_tags)},
        {"list_datasets", call(&HfApi::list_datasets)},       {"list_metrics", call(&HfApi::list_metrics)},
        {"list_models", call(&HfApi::list_models)},           {"list_spaces", call(&HfApi::list_spaces)},
    };
}

}  // namespace hf::conformance

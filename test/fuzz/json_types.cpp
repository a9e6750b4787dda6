#include "fuzz.hpp"

#include <hf/types/access_request.hpp>
#include <hf/types/collection.hpp>
#include <hf/types/discussion.hpp>
#include <hf/types/git.hpp>
#include <hf/types/metric.hpp>
#include <hf/types/repo_info.hpp>
#include <hf/types/safetensors.hpp>
#include <hf/types/user.hpp>

#include <boost/json/parse.hpp>

// Any JSON becomes a value of a type or InvalidResponseError, and a value survives being written and read.
namespace {

namespace json = hf::json;

/// What a type that keeps unknown members was made of is in what it is written as.
template <class T>
void check_kept(const json::value& given, const json::value& written) {
    if constexpr (json::detail::has_extra<T> && json::detail::described<T>) {
        HFHUB_PROPERTY(written.is_object());
        for (const auto& [name, value] : given.as_object()) HFHUB_PROPERTY(written.get_object().contains(name));
    }
}

template <class T>
void check(std::string_view text, const json::value& given) {
    std::optional<T> data;
    try {
        data.emplace(json::parse_as(text, &json::from_value<T>));
    } catch (const hf::InvalidResponseError&) {
        return;
    }
    const json::value written = json::to_value(*data);
    check_kept<T>(given, written);
    const json::value again = json::to_value(json::from_value<T>(written));
    HFHUB_PROPERTY(written == again);
}

template <class... T>
void check_all(std::string_view text, const json::value& given) {
    (check<T>(text, given), ...);
}

}  // namespace

HFHUB_FUZZ_TARGET(input) {
    json::value given;
    try {
        given = json::parse(input);
    } catch (const hf::InvalidResponseError&) {
        return;
    }
    check_all<hf::ModelInfo, hf::DatasetInfo, hf::SpaceInfo, hf::RepoTreeEntry, hf::GitRefs, hf::GitCommitInfo,
              hf::Collection, hf::Discussion, hf::DiscussionWithDetails, hf::AnyDiscussionEvent, hf::AccessRequest,
              hf::SpaceRuntime, std::map<std::string, hf::SpaceVariable>, hf::User, hf::MetricInfo,
              hf::SafetensorsIndex, std::vector<hf::ModelInfo>, std::vector<hf::RepoTreeEntry>>(input, given);
    if (!given.is_object()) return;
    const auto card = json::from_value<hf::ModelCardData>(given);
    card.to_dict();
    if (const auto results = card.eval_results()) HFHUB_PROPERTY(!results->empty());
    json::from_value<hf::DatasetCardData>(given).to_dict();
    json::from_value<hf::SpaceCardData>(given).to_dict();
}

#pragma once

#include "render.hpp"

#include <hf/core/repo.hpp>
#include <hf/types/repo_info.hpp>

/// Types whose notation in the vectors is not that of their members.
namespace hf::conformance {

template <>
struct Rendering<RepoUrl> {
    static json::value render(const RepoUrl& url) {
        return {{"$type", "RepoUrl"},         {"$str", url.url},
                {"endpoint", url.endpoint},   {"namespace", conformance::render(url.namespace_)},
                {"repo_name", url.repo_name}, {"repo_id", url.repo_id},
                {"repo_type", url.repo_type}, {"url", url.url}};
    }
};

/// Cards are dictionaries without nulls.
template <std::derived_from<CardData> Card>
struct Rendering<Card> {
    static json::value render(const Card& card) { return card.to_dict(); }
};

template <>
struct Rendering<ModelInfo> {
    static json::value render(const ModelInfo& info) {
        json::object out = render_members(info);
        if (info.card_data) out["$card_eval_results"] = conformance::render(info.card_data->eval_results());
        return out;
    }
};

}  // namespace hf::conformance

#pragma once

#include <hf/types/repo_info.hpp>
#include <hf/types/user.hpp>

#include <boost/describe/class.hpp>

#include <vector>

namespace hf {

struct PaperAuthor {
    std::string name;
    std::optional<User> user;  ///< the account that claims to be this author
    std::optional<std::string> status;
    std::optional<Timestamp> status_last_changed_at;
    bool hidden = false;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(PaperAuthor, (), (name, user, status, status_last_changed_at, hidden))

/// A paper. Lists tell less than paper_info.
struct PaperInfo {
    std::string id;  ///< of arXiv: "2309.16671"
    std::vector<PaperAuthor> authors;
    std::optional<Timestamp> published_at;
    std::string title;
    std::string summary;
    std::int64_t upvotes = 0;
    std::optional<std::string> discussion_id;
    std::optional<std::string> source;
    std::int64_t comments = 0;
    std::optional<Timestamp> submitted_at;  ///< to the daily papers
    std::optional<User> submitted_by;
    std::optional<std::string> ai_summary;
    std::optional<std::vector<std::string>> ai_keywords;
    std::optional<Organization> organization;
    std::optional<std::string> project_page;
    std::optional<std::string> github_repo;
    std::optional<std::int64_t> github_stars;
    std::optional<std::vector<ModelInfo>> linked_models;  ///< some of them; `num_total_models` counts all
    std::optional<std::int64_t> num_total_models;
    std::optional<std::vector<DatasetInfo>> linked_datasets;
    std::optional<std::int64_t> num_total_datasets;
    std::optional<std::vector<SpaceInfo>> linked_spaces;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(PaperInfo, (),
                      (id, authors, published_at, title, summary, upvotes, discussion_id, source, comments,
                       submitted_at, submitted_by, ai_summary, ai_keywords, organization, project_page, github_repo,
                       github_stars, linked_models, num_total_models, linked_datasets, num_total_datasets,
                       linked_spaces))
constexpr std::string_view hf_wire_name(std::type_identity<PaperInfo>, std::string_view member) {
    if (member == "comments") return "numComments";
    if (member == "submitted_at") return "submittedOnDailyAt";
    if (member == "submitted_by") return "submittedOnDailyBy|submittedBy";
    return detail::verbatim(member, "ai_summary", "ai_keywords");
}

}  // namespace hf

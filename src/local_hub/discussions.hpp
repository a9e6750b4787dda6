#pragma once

#include "hub.hpp"

namespace hf::local_hub {

/// A row of the discussions table.
struct Discussion {
    std::int64_t id = 0;
    std::string oid;
    int num = 0;
    std::string title;
    std::string status;  ///< "draft", "open", "closed" or "merged"
    bool is_pull_request = false;
    std::string author;
    std::string base;          ///< full ref name; "" for discussions
    std::string merge_commit;  ///< "" until merged
    std::int64_t created_at = 0;

    std::string ref() const { return "refs/pr/" + std::to_string(num); }
};

/// Opens a discussion, or a pull request on `base` (a full ref name), with its first comment. The ref
/// refs/pr/N of a pull request is the caller's business. Returns its number.
int open_discussion(Hub& hub, const Repo& repo, const std::string& author, std::string_view title,
                    std::string_view description, bool pull_request, std::string_view status,
                    std::string_view base = {});

/// Throws 404.
Discussion find_discussion(Hub& hub, const Repo& repo, std::string_view number);
/// All of a repository, youngest first.
std::vector<Discussion> all_discussions(Hub& hub, const Repo& repo);

/// Appends an event and returns it as the Hub renders it.
json::object add_event(Hub& hub, const Discussion& discussion, std::string_view type, const std::string& author,
                       const json::object& data);
json::array events_of(Hub& hub, const Discussion& discussion);
std::int64_t comment_count(Hub& hub, const Discussion& discussion);

/// A stored event that may be changed.
struct StoredEvent {
    std::int64_t id = 0, discussion_id = 0;
    std::string oid, type, author;
    std::int64_t created_at = 0;
    json::object data;
};
StoredEvent find_comment(Hub& hub, const Discussion& discussion, const std::string& oid);  ///< throws 404
void update_event(Hub& hub, const StoredEvent& event);
json::object render_event(Hub& hub, const StoredEvent& event);
/// A user as discussions show it; `owner` is the namespace of the repository.
json::object author_json(Hub& hub, const std::string& name, const std::string& owner);

/// Records that a commit arrived on refs/pr/N.
void note_pull_request_commit(Hub& hub, const Repo& repo, std::string_view ref, const std::string& author,
                              const std::string& commit, std::string_view title);

}  // namespace hf::local_hub

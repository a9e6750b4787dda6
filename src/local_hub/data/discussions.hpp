#pragma once

#include "local_hub/data/accounts.hpp"
#include "local_hub/data/database.hpp"
#include "local_hub/data/repos.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

/// A stored event that may be changed.
struct StoredEvent {
    std::int64_t id = 0, discussion_id = 0;
    std::string oid, type, author;
    std::int64_t created_at = 0;
    boost::json::object data;
};

/// Discussions, pull requests and their events. Thread-safe; throws StorageError where a thing is missing or the
/// repository has no discussions.
class Discussions {
public:
    Discussions(Database& database, Accounts& accounts) : database_(database), accounts_(accounts) {}

    /// Opens a discussion, or a pull request on `base` (a full ref name), with its first comment. The ref
    /// refs/pr/N of a pull request is the caller's business. Returns its number.
    int open(const Repo& repo, const std::string& author, std::string_view title, std::string_view description,
             bool pull_request, std::string_view status, std::string_view base = {});

    Discussion find(const Repo& repo, std::string_view number);
    /// All of a repository, youngest first.
    std::vector<Discussion> all(const Repo& repo);

    /// Appends an event and returns it as the Hub renders it.
    boost::json::object add_event(const Discussion& discussion, std::string_view type, const std::string& author,
                                  const boost::json::object& data);
    boost::json::array events(const Discussion& discussion);
    std::int64_t comment_count(const Discussion& discussion);

    StoredEvent find_comment(const Discussion& discussion, const std::string& oid);
    void update(const StoredEvent& event);
    boost::json::object render(const StoredEvent& event);
    /// A user as discussions show it; `owner` is the namespace of the repository.
    boost::json::object author(const std::string& name, const std::string& owner);

    /// Records that a commit arrived on refs/pr/N; other refs have no discussion.
    void note_commit(const Repo& repo, std::string_view ref, const std::string& author, const std::string& commit,
                     std::string_view title);

private:
    boost::json::object author_of(const StoredEvent& event);
    boost::json::object comment_version(const StoredEvent& event, const boost::json::value& raw, std::int64_t at);
    boost::json::object comment_data(const StoredEvent& event);

    Database& database_;
    Accounts& accounts_;
};

}  // namespace hf::local_hub

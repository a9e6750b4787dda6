#include "discussions.hpp"

#include <boost/json/serialize.hpp>

namespace hf::local_hub {

int open_discussion(Hub& hub, const Repo& repo, const std::string& author, std::string_view title,
                    std::string_view description, bool pull_request, std::string_view status, std::string_view base) {
    if (repo.discussions_disabled) throw forbidden("Discussions are disabled for this repo");
    std::int64_t number = 0;
    auto& database = hub.database;
    database.transaction([&] {
        number = 1 + database.number("SELECT max(num) FROM discussions WHERE repo_id=?", {repo.id});
        database.run(
            "INSERT INTO discussions(oid, repo_id, num, title, status, is_pr, author, base, created_at) "
            "VALUES(?,?,?,?,?,?,?,?,?)",
            {new_object_id(), repo.id, number, sql_text(title), sql_text(status), sql_bool(pull_request), author,
             base.empty() ? SqlValue(nullptr) : sql_text(base), now_ms()});
        const auto id = database.last_id();
        const json::object first{{"raw", description}, {"edits", json::array()}, {"hidden", false}};
        database.run("INSERT INTO discussion_events(oid, discussion_id, type, author, created_at, data) "
                     "VALUES(?,?,?,?,?,?)",
                     {new_object_id(), id, "comment", author, now_ms(), json::serialize(first)});
    });
    return static_cast<int>(number);
}

}  // namespace hf::local_hub

#include "types/raw.hpp"

#include "core/json_access.hpp"

#include <hf/types/discussion.hpp>

namespace hf {

void Discussion::locate(std::string_view at) {
    endpoint = at;
    url = endpoint + "/" + (repo_type.empty() || repo_type == "model" ? std::string() : repo_type + "s/") + repo_id +
          "/discussions/" + std::to_string(num);
}

void hf_decoded(Discussion& discussion) {
    discussion.repo_id = json::take<std::string>(discussion.extra, {"repo", "name"});
    discussion.repo_type = json::take<std::string>(discussion.extra, {"repo", "type"});
    discussion.author = json::account_name(discussion.extra, {"author", "name"});
    if (discussion.is_pull_request) discussion.git_reference = "refs/pr/" + std::to_string(discussion.num);
}

void hf_decoded(DiscussionWithDetails& discussion) {
    hf_decoded(static_cast<Discussion&>(discussion));
    if (!discussion.is_pull_request) return;
    if (const auto* files = find_member(discussion.extra, {"filesWithConflicts"}))
        discussion.conflicting_files = *files;
    discussion.target_branch = json::take<std::optional<std::string>>(discussion.extra, {"changes", "base"});
    discussion.merge_commit_oid =
        json::take<std::optional<std::string>>(discussion.extra, {"changes", "mergeCommitId"});
}

void hf_decoded(DiscussionEvent& event) { event.author = json::account_name(event.extra, {"author", "name"}); }

void hf_decoded(DiscussionComment& event) {
    hf_decoded(static_cast<DiscussionEvent&>(event));
    event.content = json::take<std::string>(event.extra, {"data", "latest", "raw"});
    event.edited = json::take<bool>(event.extra, {"data", "edited"});
    event.hidden = json::take<bool>(event.extra, {"data", "hidden"});
    event.rendered =
        json::take<std::optional<std::string>>(event.extra, {"data", "latest", "html"}).value_or(std::string());
    event.last_edited_at = json::take<std::optional<Timestamp>>(event.extra, {"data", "latest", "updatedAt"});
    event.last_edited_by = json::account_name(event.extra, {"data", "latest", "author", "name"});
    if (const auto* history = find_member(event.extra, {"data", "history"}); history && history->is_array())
        event.edit_history = history->get_array();
    event.number_of_edits = static_cast<std::int64_t>(event.edit_history.size());
}

void hf_decoded(DiscussionStatusChange& event) {
    hf_decoded(static_cast<DiscussionEvent&>(event));
    event.new_status = json::take<std::string>(event.extra, {"data", "status"});
}

void hf_decoded(DiscussionCommit& event) {
    hf_decoded(static_cast<DiscussionEvent&>(event));
    event.summary = json::take<std::string>(event.extra, {"data", "subject"});
    event.oid = json::take<std::string>(event.extra, {"data", "oid"});
}

void hf_decoded(DiscussionTitleChange& event) {
    hf_decoded(static_cast<DiscussionEvent&>(event));
    event.old_title = json::take<std::string>(event.extra, {"data", "from"});
    event.new_title = json::take<std::string>(event.extra, {"data", "to"});
}

const DiscussionComment* AnyDiscussionEvent::comment() const noexcept {
    return std::get_if<DiscussionComment>(static_cast<const variant*>(this));
}
const DiscussionStatusChange* AnyDiscussionEvent::status_change() const noexcept {
    return std::get_if<DiscussionStatusChange>(static_cast<const variant*>(this));
}
const DiscussionCommit* AnyDiscussionEvent::commit() const noexcept {
    return std::get_if<DiscussionCommit>(static_cast<const variant*>(this));
}
const DiscussionTitleChange* AnyDiscussionEvent::title_change() const noexcept {
    return std::get_if<DiscussionTitleChange>(static_cast<const variant*>(this));
}

const DiscussionEvent* AnyDiscussionEvent::operator->() const noexcept {
    return std::visit([](const DiscussionEvent& event) { return &event; }, static_cast<const variant&>(*this));
}

namespace json {

AnyDiscussionEvent Codec<AnyDiscussionEvent>::from(const value& json) {
    if (!json.is_object()) throw_type("an object", json);
    const auto type = text_of(find_member(json, "type"));
    if (type == "comment") return Codec<DiscussionComment>::from(json);
    if (type == "status-change") return Codec<DiscussionStatusChange>::from(json);
    if (type == "commit") return Codec<DiscussionCommit>::from(json);
    if (type == "title-change") return Codec<DiscussionTitleChange>::from(json);
    return Codec<DiscussionEvent>::from(json);
}

value Codec<AnyDiscussionEvent>::to(const AnyDiscussionEvent& event) {
    return std::visit([](const auto& data) { return to_value(data); },
                      static_cast<const AnyDiscussionEvent::variant&>(event));
}

}  // namespace json
}  // namespace hf

#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

#include <concepts>
#include <variant>

namespace hf {

/// A discussion or pull request, as a list shows it. Accounts that are gone are called "deleted".
struct Discussion {
    std::string title;
    std::string status;  ///< "open", "closed", "merged" or "draft"
    std::int64_t num = 0;
    std::string repo_id;
    std::string repo_type;
    std::string author;
    bool is_pull_request = false;
    Timestamp created_at{};
    std::string endpoint;                      ///< address of the Hub
    std::optional<std::string> git_reference;  ///< "refs/pr/1": where changes are pushed to
    std::string url;                           ///< of the page
    json::object extra;

    /// Fills `endpoint` and `url`.
    void locate(std::string_view endpoint);
};
BOOST_DESCRIBE_STRUCT(Discussion, (),
                      (title, status, num, repo_id, repo_type, author, is_pull_request, created_at, endpoint,
                       git_reference, url))
void hf_decoded(Discussion& discussion);

/// Something that happened in a discussion. Types that hfhub does not know are plain DiscussionEvents, with
/// what they say in `extra`.
struct DiscussionEvent {
    std::string id;
    std::string type;
    Timestamp created_at{};
    std::string author;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(DiscussionEvent, (), (id, type, created_at, author))
void hf_decoded(DiscussionEvent& event);

struct DiscussionComment : DiscussionEvent {
    std::string content;  ///< Markdown
    bool edited = false;
    bool hidden = false;
    std::string rendered;  ///< HTML
    std::optional<Timestamp> last_edited_at;
    std::string last_edited_by;
    json::array edit_history;
    std::int64_t number_of_edits = 0;
};
BOOST_DESCRIBE_STRUCT(DiscussionComment, (DiscussionEvent),
                      (content, edited, hidden, rendered, last_edited_at, last_edited_by, edit_history,
                       number_of_edits))
void hf_decoded(DiscussionComment& event);

struct DiscussionStatusChange : DiscussionEvent {
    std::string new_status;
};
BOOST_DESCRIBE_STRUCT(DiscussionStatusChange, (DiscussionEvent), (new_status))
void hf_decoded(DiscussionStatusChange& event);

struct DiscussionCommit : DiscussionEvent {
    std::string summary;
    std::string oid;
};
BOOST_DESCRIBE_STRUCT(DiscussionCommit, (DiscussionEvent), (summary, oid))
void hf_decoded(DiscussionCommit& event);

struct DiscussionTitleChange : DiscussionEvent {
    std::string old_title;
    std::string new_title;
};
BOOST_DESCRIBE_STRUCT(DiscussionTitleChange, (DiscussionEvent), (old_title, new_title))
void hf_decoded(DiscussionTitleChange& event);

/// An event of any type.
///
///     for (const auto& event : details.events)
///         if (const DiscussionComment* comment = event.comment()) show(event->author, comment->content);
class AnyDiscussionEvent : public std::variant<DiscussionEvent, DiscussionComment, DiscussionStatusChange,
                                               DiscussionCommit, DiscussionTitleChange> {
public:
    using variant::variant;

    /// What all events have.
    const DiscussionEvent* operator->() const noexcept;
    const DiscussionComment* comment() const noexcept;
    const DiscussionStatusChange* status_change() const noexcept;
    const DiscussionCommit* commit() const noexcept;
    const DiscussionTitleChange* title_change() const noexcept;
};

namespace json {
template <>
struct Codec<AnyDiscussionEvent> {
    static AnyDiscussionEvent from(const value& json);
    static value to(const AnyDiscussionEvent& event);
};
}  // namespace json

/// A discussion or pull request with all that happened in it.
struct DiscussionWithDetails : Discussion {
    std::vector<AnyDiscussionEvent> events;
    /// Of pull requests: a list of paths; true if there are conflicts that cannot be listed; else false.
    json::value conflicting_files;
    std::optional<std::string> target_branch;     ///< of pull requests: "refs/heads/main"
    std::optional<std::string> merge_commit_oid;  ///< of merged pull requests
    std::optional<std::string> diff;              ///< of pull requests, as git writes it
};
BOOST_DESCRIBE_STRUCT(DiscussionWithDetails, (Discussion),
                      (events, conflicting_files, target_branch, merge_commit_oid, diff))
void hf_decoded(DiscussionWithDetails& discussion);

template <std::derived_from<Discussion> T>
constexpr std::string_view hf_wire_name(std::type_identity<T>, std::string_view member) {
    constexpr std::string_view on_wire[] = {"title",      "status", "num", "is_pull_request",
                                            "created_at", "events", "diff"};
    for (const auto name : on_wire)
        if (member == name) return "";
    return "-";
}
template <std::derived_from<Discussion> T>
constexpr bool hf_is_identity(std::type_identity<T>, std::string_view member) {
    return member == "num";
}
template <std::derived_from<DiscussionEvent> T>
constexpr std::string_view hf_wire_name(std::type_identity<T>, std::string_view member) {
    return member == "id" || member == "type" || member == "created_at" ? "" : "-";
}

}  // namespace hf

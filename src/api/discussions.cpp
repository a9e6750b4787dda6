#include "api/shared_calls.hpp"
#include "core/text.hpp"

#include <hf/api/discussions.hpp>
#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>

#include <algorithm>
#include <deque>

namespace hf {

static_assert(options_struct<GetRepoDiscussionsOptions> && options_struct<CreateDiscussionOptions> &&
              options_struct<CreatePullRequestOptions> && options_struct<DiscussionCommentOptions>);

namespace asio = boost::asio;

namespace {

// A count that the Hub never reaches must not make us ask for ever.
constexpr int max_empty_pages = 3;

struct DiscussionPage {
    json::value discussions;
    std::optional<std::int64_t> count;
    std::optional<std::int64_t> start;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(DiscussionPage, (), (discussions, count, start))

// What a page is called: by the Hub of today, and by that of the reference client.
constexpr std::string_view page_names[] = {"p", "page_index"};

class DiscussionPages final : public ItemSource<Discussion> {
public:
    DiscussionPages(Session session, Request question)
        : session_(std::move(session)),
          question_(std::move(question)),
          page_name_(page_names[session_.reference_routes()]),
          may_rename_(!session_.reference_routes()) {}

    asio::awaitable<std::optional<Discussion>> next() override {
        auto filled = detail::within(session_.clock(), session_.deadline(), fill());
        co_await std::move(filled);
        std::optional<Discussion> out;
        if (!ready_.empty()) {
            out.emplace(std::move(ready_.front()));
            ready_.pop_front();
            out->locate(session_.endpoint());
        }
        co_return out;
    }

private:
    asio::awaitable<void> fill() {
        while (ready_.empty() && !last_) {
            Request question = question_;
            question.query(page_name_, page_index_);
            const Reply reply = co_await session_.send(std::move(question));
            take(reply);
        }
    }

    static std::int64_t sane(std::int64_t count) { return std::clamp<std::int64_t>(count, 0, std::int64_t(1) << 53); }

    void take(const Reply& reply) {
        DiscussionPage page = session_.decode<DiscussionPage>(reply);
        const auto got = static_cast<std::int64_t>(json::array_or_null(page.discussions).size());
        // A Hub that does not know the parameter gives its first page for ever.
        const bool repeated =
            page_index_ > 0 && got > 0 && (page.discussions == previous_ || page.start.value_or(start_ + 1) <= start_);
        if (may_rename_ && page_index_ > 0 && (repeated || page.start == 0)) {
            page_name_ = page_names[1];
            may_rename_ = false;
            return;
        }
        if (repeated) {
            last_ = true;
            detail::throw_invalid_answer("the same page of discussions again", reply);
        }
        ++page_index_;
        start_ = sane(page.start.value_or(seen_));
        seen_ = start_ + got;
        empty_pages_ = got == 0 ? empty_pages_ + 1 : 0;
        last_ = (page.count && seen_ >= sane(*page.count)) || empty_pages_ == max_empty_pages;
        const auto read = session_.elements<Discussion>(page.discussions, reply, &json::from_value<Discussion>);
        ready_.assign(read.begin(), read.end());
        previous_ = std::move(page.discussions);
    }

    Session session_;
    Request question_;
    std::string_view page_name_;
    bool may_rename_;
    std::deque<Discussion> ready_;
    json::value previous_;
    std::int64_t seen_ = 0;
    int page_index_ = 0;
    std::int64_t start_ = 0;  // of the page before
    int empty_pages_ = 0;
    bool last_ = false;
};

void require_one_of(std::string_view argument, std::optional<std::string_view> value,
                    std::span<const std::string_view> choices) {
    if (!value || std::ranges::find(choices, *value) != choices.end()) return;
    std::string message = "Invalid " + std::string(argument) + " '" + std::string(*value) + "', must be one of";
    for (const auto choice : choices) message.append(" ").append(choice);
    throw_validation(argument, message);
}

// What Python strips.
constexpr std::string_view white = " \t\n\r\f\v";

void require_num(std::int64_t discussion_num) {
    if (discussion_num < 1) throw_validation("discussion_num", "Invalid discussion_num, must be a positive integer");
}

Request details_request(const Repo& repo, std::int64_t discussion_num, TokenArg token) {
    return get("/api/{}/discussions/{}", repo, discussion_num).query("diff", 1).token(token);
}

/// POST to "discussions/<num>/<resource>"; a null `body` is none.
Request change(std::string_view repo_id, std::int64_t discussion_num, std::string_view resource,
               const json::value& body, std::string_view repo_type, TokenArg token) {
    require_num(discussion_num);
    Request request = post("/api/{}/discussions/{}/{}", Repo(repo_type, repo_id), discussion_num, resource);
    request.write_token(token);
    if (!body.is_null()) request.json(body);
    return request;
}

json::value body_of(std::string_view name, std::string_view text) {
    json::object body;
    body[name] = text;
    return body;
}

asio::awaitable<DiscussionWithDetails> create_impl(Session session, Repo repo, Request create, OwnedToken token) {
    const auto num = co_await detail::call_member<std::int64_t>(session, std::move(create), "num");
    co_return co_await detail::call_located<DiscussionWithDetails>(session, details_request(repo, num, token.get()));
}

}  // namespace

AsyncGenerator<Discussion> DiscussionsApi::get_repo_discussions(std::string_view repo_id,
                                                                GetRepoDiscussionsOptions options) const {
    require_one_of("discussion_type", options.discussion_type, discussion_types);
    require_one_of("discussion_status", options.discussion_status, discussion_statuses);
    Request question = get("/api/{}/discussions", Repo(options.repo_type, repo_id))
                           .query("type", options.discussion_type)
                           .query("status", options.discussion_status)
                           .query("author", options.author)
                           .token(options.token);
    return AsyncGenerator<Discussion>(std::make_unique<DiscussionPages>(session_, std::move(question)));
}

asio::awaitable<DiscussionWithDetails> DiscussionsApi::get_discussion_details(std::string_view repo_id,
                                                                              std::int64_t discussion_num,
                                                                              RepoOptions options) const {
    require_num(discussion_num);
    return detail::call_located<DiscussionWithDetails>(
        session_, details_request(Repo(options.repo_type, repo_id), discussion_num, options.token));
}

asio::awaitable<DiscussionWithDetails> DiscussionsApi::create_discussion(std::string_view repo_id,
                                                                         std::string_view title,
                                                                         CreateDiscussionOptions options) const {
    const std::string_view description = trim(options.description, white);
    json::object body;
    body["title"] = trim(title, white);
    // The reference's words: other clients show them.
    body["description"] =
        description.empty()
            ? std::string(options.pull_request ? "Pull Request" : "Discussion") +
                  " opened with the [huggingface_hub Python library](https://huggingface.co/docs/huggingface_hub)"
            : std::string(description);
    body["pullRequest"] = options.pull_request;
    const Repo repo(options.repo_type, repo_id);
    return create_impl(session_, repo, post("/api/{}/discussions", repo).json(body).write_token(options.token),
                       OwnedToken(options.token));
}

asio::awaitable<DiscussionWithDetails> DiscussionsApi::create_pull_request(std::string_view repo_id,
                                                                           std::string_view title,
                                                                           CreatePullRequestOptions options) const {
    CreateDiscussionOptions creation;
    creation.token = options.token;
    creation.description = options.description;
    creation.repo_type = options.repo_type;
    creation.pull_request = true;
    return create_discussion(repo_id, title, creation);
}

asio::awaitable<DiscussionComment> DiscussionsApi::comment_discussion(std::string_view repo_id,
                                                                      std::int64_t discussion_num,
                                                                      std::string_view comment,
                                                                      RepoOptions options) const {
    return detail::call_member<DiscussionComment>(
        session_,
        change(repo_id, discussion_num, "comment", body_of("comment", comment), options.repo_type, options.token),
        "newMessage");
}

asio::awaitable<DiscussionTitleChange> DiscussionsApi::rename_discussion(std::string_view repo_id,
                                                                         std::int64_t discussion_num,
                                                                         std::string_view new_title,
                                                                         RepoOptions options) const {
    return detail::call_member<DiscussionTitleChange>(
        session_,
        change(repo_id, discussion_num, "title", body_of("title", new_title), options.repo_type, options.token),
        "newTitle");
}

asio::awaitable<DiscussionStatusChange> DiscussionsApi::change_discussion_status(
    std::string_view repo_id, std::int64_t discussion_num, std::string_view new_status,
    DiscussionCommentOptions options) const {
    constexpr std::string_view choices[] = {"open", "closed"};
    require_one_of("new_status", new_status, choices);
    json::value body = body_of("status", new_status);
    if (const auto comment = trim(options.comment, white); !comment.empty()) body.get_object()["comment"] = comment;
    return detail::call_member<DiscussionStatusChange>(
        session_, change(repo_id, discussion_num, "status", body, options.repo_type, options.token), "newStatus");
}

asio::awaitable<void> DiscussionsApi::merge_pull_request(std::string_view repo_id, std::int64_t discussion_num,
                                                         DiscussionCommentOptions options) const {
    json::value body;
    if (const auto comment = trim(options.comment, white); !comment.empty()) body = body_of("comment", comment);
    return session_.call<void>(change(repo_id, discussion_num, "merge", body, options.repo_type, options.token));
}

asio::awaitable<DiscussionComment> DiscussionsApi::edit_discussion_comment(std::string_view repo_id,
                                                                           std::int64_t discussion_num,
                                                                           std::string_view comment_id,
                                                                           std::string_view new_content,
                                                                           RepoOptions options) const {
    detail::require("comment_id", comment_id);
    return detail::call_member<DiscussionComment>(
        session_,
        change(repo_id, discussion_num, "comment/" + to_lower(comment_id) + "/edit", body_of("content", new_content),
               options.repo_type, options.token),
        "updatedComment");
}

asio::awaitable<DiscussionComment> DiscussionsApi::hide_discussion_comment(std::string_view repo_id,
                                                                           std::int64_t discussion_num,
                                                                           std::string_view comment_id,
                                                                           RepoOptions options) const {
    detail::require("comment_id", comment_id);
    return detail::call_member<DiscussionComment>(
        session_,
        change(repo_id, discussion_num, "comment/" + to_lower(comment_id) + "/hide", json::value(), options.repo_type,
               options.token),
        "updatedComment");
}

}  // namespace hf

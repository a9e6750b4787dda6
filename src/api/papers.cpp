#include "api/shared_calls.hpp"

#include <hf/api/papers.hpp>

#include <boost/describe/class.hpp>

namespace hf {

static_assert(options_struct<ListPapersOptions> && options_struct<ListDailyPapersOptions>);

namespace asio = boost::asio;

namespace {

struct ListedPaper {
    PaperInfo paper;
    std::optional<std::string> title;
    std::optional<Timestamp> published_at;
    std::optional<std::int64_t> num_comments;
    std::optional<User> submitted_by;
    std::optional<Organization> organization;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(ListedPaper, (), (paper, title, published_at, num_comments, submitted_by, organization))

/// Lists have what paper_info has in a member of its own, and beside it what the list knows better.
PaperInfo paper_of(const json::value& item) {
    const auto entry = json::from_value<ListedPaper>(item);
    PaperInfo out = entry.paper;
    if (entry.title) out.title = *entry.title;
    if (entry.organization) out.organization = entry.organization;
    out.comments = entry.num_comments.value_or(0);
    out.submitted_at = entry.published_at;
    out.submitted_by = entry.submitted_by;
    return out;
}

asio::awaitable<std::string> text_impl(Session session, Request request) {
    Reply reply = co_await session.send(std::move(request));
    co_return std::move(reply.body);
}

}  // namespace

AsyncGenerator<PaperInfo> PapersApi::list_papers(ListPapersOptions options) const {
    return session_.list_with<PaperInfo>(
        get("/api/papers/search").query("q", options.query).query("limit", options.limit).token(options.token),
        &paper_of, all_readable);
}

AsyncGenerator<PaperInfo> PapersApi::list_daily_papers(ListDailyPapersOptions options) const {
    return session_.list_with<PaperInfo>(get("/api/daily_papers")
                                             .query("p", options.p)
                                             .query("limit", options.limit)
                                             .query("sort", options.sort)
                                             .query("date", options.date)
                                             .query("week", options.week)
                                             .query("month", options.month)
                                             .query("submitter", options.submitter)
                                             .token(options.token),
                                         &paper_of, all_readable);
}

asio::awaitable<PaperInfo> PapersApi::paper_info(std::string_view id) const {
    detail::require("id", id);
    return session_.call<PaperInfo>(get("/api/papers/{}", segment(id)).anonymous());
}

asio::awaitable<std::string> PapersApi::read_paper(std::string_view id) const {
    detail::require("id", id);
    return text_impl(session_, get("/papers/{}.md", segment(id)).anonymous());
}

}  // namespace hf

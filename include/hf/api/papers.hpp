#pragma once

#include <hf/api/users.hpp>
#include <hf/types/paper.hpp>

#include <string>
#include <string_view>

namespace hf {

struct ListPapersOptions {
    TextArg query{};  ///< words of title or text
    std::optional<std::int64_t> limit{};
    TokenArg token{};
};

struct ListDailyPapersOptions {
    TextArg date{};                       ///< "2026-01-09"
    TextArg week{};                       ///< "2026-W02"
    TextArg month{};                      ///< "2026-01"
    TextArg submitter{};                  ///< account
    TextArg sort{};                       ///< "trending" or "publishedAt"
    std::optional<std::int64_t> p{};      ///< page, from 0; by default the first
    std::optional<std::int64_t> limit{};  ///< of a page
    TokenArg token{};
};

/// Papers that the Hub knows, most of them of arXiv.
class PapersApi {
public:
    explicit PapersApi(Session session) : session_(std::move(session)) {}

    AsyncGenerator<PaperInfo> list_papers(ListPapersOptions options = {}) const;

    /// The papers that somebody chose for a day, week or month; by default of today. One page. Throws BadRequestError
    /// for a date that the Hub cannot read.
    AsyncGenerator<PaperInfo> list_daily_papers(ListDailyPapersOptions options = {}) const;

    /// Asked without a token. Throws HfHubHTTPError (404) where there is none.
    boost::asio::awaitable<PaperInfo> paper_info(std::string_view id) const;

    /// The paper's text as Markdown. Asked without a token.
    boost::asio::awaitable<std::string> read_paper(std::string_view id) const;

private:
    Session session_;
};

}  // namespace hf

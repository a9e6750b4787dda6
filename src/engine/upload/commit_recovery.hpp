#pragma once

#include "engine/upload/commit_call.hpp"

#include <hf/core/datetime.hpp>
#include <hf/core/error.hpp>
#include <hf/core/json.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// A commit as it was sent.
class SentCommit {
public:
    SentCommit(std::string summary, std::string description, std::string head,
               std::chrono::steady_clock::time_point sent)
        : summary(std::move(summary)), description(std::move(description)), head(std::move(head)), sent(sent) {}

    std::string summary;
    std::string description;
    std::string head;  ///< what the revision stood at before, or its first digits; empty: unknown
    std::chrono::steady_clock::time_point sent;
};

/// Whether the Hub may have made the commit although the request failed like this.
bool is_commit_fate_unclear(const Error& error);

/// The id of the commit in a page of the revision's history, newest first. Pure. It is one with the same
/// text above `head`; where that is unknown, one not older than `not_before`.
std::optional<std::string> find_commit(const json::value& history, const SentCommit& commit, Timestamp not_before);

/// The number of the newest pull request with the commit's title that is not older. Pure.
std::optional<std::int64_t> find_pull_request(const json::value& discussions, const SentCommit& commit,
                                              Timestamp not_before);

/// A commit that was found.
class FoundCommit {
public:
    FoundCommit() = default;
    std::string oid;
    std::optional<std::int64_t> pr_num;
};

/// Reads the branch (or the pull requests) until the commit shows up or the failure must be believed;
/// `status` is that of the answer, 0 if there was none.
boost::asio::awaitable<std::optional<FoundCommit>> recover_commit(std::shared_ptr<const CommitCall> call,
                                                                  SentCommit commit, unsigned status);

}  // namespace hf

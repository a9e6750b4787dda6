#include "core/json_access.hpp"
#include "api/commit_info.hpp"

#include <hf/core/error.hpp>

#include <algorithm>

namespace hf {
namespace {

[[noreturn]] void malformed(std::string why) {
    ErrorInfo info;
    info.message = std::move(why);
    throw InvalidResponseError(std::move(info));
}

std::int64_t pull_request_number(const std::string& url) {
    const auto slash = url.rfind("/discussions/");
    const std::string digits = slash == url.npos ? std::string() : url.substr(slash + 13);
    if (digits.empty() || digits.size() > 18 ||
        !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
        malformed("Unexpected response from the hub, expected a Pull Request URL but got: '" + url + "'");
    return std::stoll(digits);
}

std::string text_member(const json::value& answer, std::string_view name) {
    const auto text = text_of(find_member(answer, name));
    if (!text) malformed("the answer to a commit lacks '" + std::string(name) + "'");
    return std::string(*text);
}

}  // namespace

CommitInfo make_commit_info(std::string message, std::string description, std::string oid, std::string url,
                            std::optional<std::string> pr_url) {
    CommitInfo info;
    info.commit_url = url;
    info.commit_message = std::move(message);
    info.commit_description = std::move(description);
    info.oid = std::move(oid);
    info.url = std::move(url);
    if (pr_url) {
        info.pr_num = pull_request_number(*pr_url);
        info.pr_revision = "refs/pr/" + std::to_string(*info.pr_num);
        info.pr_url = std::move(pr_url);
    }
    return info;
}

CommitInfo read_commit_info(std::string message, std::string description, const json::value& answer, bool create_pr,
                            std::string_view repo_url) {
    std::optional<std::string> pr_url;
    if (create_pr) pr_url = text_member(answer, "pullRequestUrl");
    std::string oid = text_member(answer, "commitOid");
    const json::value* given = answer.get_object().if_contains("commitUrl");
    std::string url = std::string(repo_url) + "/commit/" + oid;
    if (given && given->is_string()) url = std::string(given->get_string());
    return make_commit_info(std::move(message), std::move(description), std::move(oid), std::move(url),
                            std::move(pr_url));
}

}  // namespace hf

#include "workflow/multi_commit_text.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace hf {
namespace {

bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

constexpr std::size_t id_size = 64;  // a SHA-256 in hexadecimal

// The last run of 64 hexadecimal digits of a line. Of a longer run the last 64.
std::string_view last_id(std::string_view line) {
    std::size_t run = 0;
    for (std::size_t i = line.size(); i-- > 0;) {
        run = is_hex_digit(line[i]) ? run + 1 : 0;
        if (run == id_size) return line.substr(i, id_size);
    }
    return {};
}

// What follows "- [ ]" or "- [x]" in a line; empty if it is no item of a list of tasks.
std::string_view after_box(std::string_view line) {
    for (auto at = line.find("- ["); at != line.npos; at = line.find("- [", at + 1)) {
        const auto box = line.substr(at);
        if (box.size() > 5 && (box[3] == ' ' || box[3] == 'x' || box[3] == '|') && box[4] == ']') return box.substr(5);
    }
    return {};
}

#define HFHUB_IN_THE_CONTEXT "using the `huggingface_hub` library in the context of a multi-commit. "

#define HFHUB_LEARN_MORE                                                                               \
    "Learn more about multi-commits [in this guide](https://huggingface.co/docs/huggingface_hub/main/" \
    "guides/upload)._\n"

#define HFHUB_COMMENT_FOOTER "\n\n_This is a comment posted " HFHUB_IN_THE_CONTEXT HFHUB_LEARN_MORE

}  // namespace

const std::string_view multi_commit_completion_comment =
    "\nMulti-commit is now completed! You can ping the repo owner to review the changes. This PR can now be "
    "commented or modified without risking to corrupt it." HFHUB_COMMENT_FOOTER;

const std::string_view multi_commit_merge_comment =
    "\n`create_pr=False` has been passed so PR is automatically merged." HFHUB_COMMENT_FOOTER;

const std::string_view multi_commit_no_changes_comment =
    "\nCannot merge Pull Requests as no changes are associated. This PR will be closed "
    "automatically." HFHUB_COMMENT_FOOTER;

std::string multi_commit_bad_request_comment(std::string_view error_message) {
    return "\nAn error occurred while trying to merge the Pull Request: `" + std::string(error_message) +
           "`." HFHUB_COMMENT_FOOTER;
}

void MultiCommitStep::add(std::string_view path_in_repo, std::string_view sha256, std::uint64_t size) {
    const auto raw = from_hex(sha256);
    if (!raw || raw->size() != 32) throw_validation("sha256", "not a SHA-256 in hexadecimal");
    hashed_.append("ADD").append(path_in_repo).append(*raw);
    ++additions_;
    bytes_ += size;
}

void MultiCommitStep::remove(std::string_view path_in_repo, bool is_folder) {
    hashed_.append("DELETE").append(path_in_repo).append(is_folder ? "True" : "False");
    ++(is_folder ? folders_ : files_);
}

std::string MultiCommitStep::id() const {
    if (empty()) throw_validation("operations", "a step of a multi-commit must have at least one operation");
    return sha256_hex(hashed_);
}

std::string MultiCommitStep::line() const {
    const std::string box = completed ? "- [x] " : "- [ ] ";
    if (additions_ != 0)
        return box + "Upload " + std::to_string(additions_) + " file(s) totalling " + format_size(bytes_) + " (" +
               id() + ")";
    return box + "Delete " + std::to_string(files_) + " file(s) and " + std::to_string(folders_) + " folder(s) (" +
           id() + ")";
}

MultiCommitStrategy::MultiCommitStrategy(std::vector<MultiCommitStep> to_add, std::vector<MultiCommitStep> to_delete)
    : additions(std::move(to_add)), deletions(std::move(to_delete)) {
    if (additions.empty() && deletions.empty())
        throw_validation("addition_commits", "a multi-commit must have at least one commit");
    std::vector<std::string> ids;
    Sha256 hash;
    for (const auto* steps : {&additions, &deletions}) {
        for (const auto& step : *steps) {
            ids.push_back(step.id());
            hash.update("new step");
            hash.update(ids.back());
        }
    }
    id_ = hash.hex();
    std::ranges::sort(ids);
    if (std::ranges::adjacent_find(ids) != ids.end())
        throw_validation("addition_commits", "all commits of a multi-commit must differ");
}

std::string MultiCommitStrategy::title(std::string_view commit_message) const {
    return "[WIP] " + std::string(commit_message) + " (multi-commit " + id_ + ")";
}

std::string MultiCommitStrategy::description(std::string_view commit_message,
                                             std::string_view commit_description) const {
    std::string lines;
    for (const auto* steps : {&deletions, &additions}) {
        for (const auto& step : *steps) lines += (lines.empty() ? "" : "\n") + step.line();
    }
    std::string out = "\n## ";
    out.append(commit_message).append("\n\n").append(commit_description).append("\n\n**Multi commit ID:** ");
    out.append(id_).append("\n\nScheduled commits:\n\n").append(lines);
    return out.append("\n\n_This is a PR opened " HFHUB_IN_THE_CONTEXT
                      "PR can be commented as a usual PR. However, please be aware that manually updating the PR "
                      "description, changing the PR status, or pushing new commits, is not recommended as it might "
                      "corrupt the commit process. " HFHUB_LEARN_MORE);
}

std::vector<std::string> parse_multi_commit_description(std::string_view description) {
    std::vector<std::string> out;
    while (!description.empty()) {
        const auto end = std::min(description.find('\n'), description.size());
        if (const auto id = last_id(after_box(description.substr(0, end))); !id.empty()) out.emplace_back(id);
        description.remove_prefix(std::min(end + 1, description.size()));
    }
    std::ranges::sort(out);
    const auto [first, last] = std::ranges::unique(out);
    out.erase(first, last);
    return out;
}

std::string format_size(std::uint64_t size) {
    constexpr std::array<const char*, 7> units = {"", "K", "M", "G", "T", "P", "E"};
    auto number = static_cast<double>(size);
    std::size_t unit = 0;
    for (; number >= 1000.0 && unit + 1 < units.size(); ++unit) number /= 1000.0;
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%3.1f%s", number, units[unit]);
    return text.data();
}

}  // namespace hf

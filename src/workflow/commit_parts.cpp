#include "workflow/commit_parts.hpp"

#include "api/commit_flow.hpp"
#include "async/slice.hpp"
#include "core/base64.hpp"
#include "engine/upload/commit_recovery.hpp"
#include "engine/upload/upload_state.hpp"
#include "workflow/commit_sizes.hpp"

#include <hf/transfer/progress.hpp>

#include <algorithm>
#include <span>

namespace hf {
namespace asio = boost::asio;

namespace {

/// Operations of one commit.
struct Part {
    std::vector<CommitOperation> operations;
    std::uint64_t bytes = 0;  ///< of content that travels within the commit
};

std::uint64_t bytes_within_commit(const CommitOperation& operation) {
    const auto* add = std::get_if<CommitOperationAdd>(&operation);
    if (!add || add->upload_mode() == UploadMode::lfs) return 0;
    return base64_size(static_cast<std::size_t>(add->size()));
}

Part next_part(std::span<const CommitOperation> rest, const CommitSizes& sizes) {
    Part part;
    for (const auto& operation : rest) {
        const std::uint64_t bytes = part.bytes + bytes_within_commit(operation);
        if (!sizes.fits(part.operations.size() + 1, bytes)) break;
        part.operations.push_back(operation);
        part.bytes = bytes;
    }
    return part;
}

bool is_needed(const CommitOperation& operation) { return !is_unchanged(operation) && !is_ignored(operation); }

bool is_rule(const CommitOperation& operation) {
    const std::string& path = path_in_repo(operation);
    return path == ".gitignore" || path == ".gitattributes";
}

/// What is to be committed. First what decides how the Hub takes other files: it has to be there before them. If
/// nothing is needed, one stays, to find the commit that the revision is at, an unchanged one if there is any.
asio::awaitable<std::vector<CommitOperation>> choose_needed(std::vector<CommitOperation> operations,
                                                            ProgressSink* progress, Slice& slice) {
    const std::size_t none = operations.size();
    std::size_t stays = none;
    bool any_needed = false;
    for (std::size_t i = 0; i < operations.size() && !any_needed; ++i) {
        any_needed = is_needed(operations[i]);
        if (stays == none && is_unchanged(operations[i])) stays = i;
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    if (any_needed)
        stays = none;
    else if (stays == none)
        stays = 0;
    std::vector<CommitOperation> rules, others;
    for (std::size_t i = 0; i < operations.size(); ++i) {
        CommitOperation& operation = operations[i];
        if (slice.is_over_lightly()) co_await slice.pause();
        if (i == stays || is_needed(operation)) {
            (is_rule(operation) ? rules : others).push_back(std::move(operation));
            continue;
        }
        const auto& add = std::get<CommitOperationAdd>(operation);
        if (progress) progress->file_done(add.path_in_repo(), add.size(), true);
    }
    co_await clear_in_slices(operations, slice);
    if (rules.empty()) co_return others;
    for (auto& operation : others) {
        rules.push_back(std::move(operation));
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    co_return rules;
}

bool is_too_large(const Error& error) { return error.status() == 413 || is_commit_fate_unclear(error); }

}  // namespace

asio::awaitable<CommitInfo> commit_in_parts(std::shared_ptr<const CommitCall> whole,
                                            std::vector<CommitOperation> operations) {
    Slice slice;
    std::vector<CommitOperationAdd> additions;
    for (const auto& operation : operations) {
        if (const auto* add = std::get_if<CommitOperationAdd>(&operation)) additions.push_back(*add);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    co_await store_lfs_files(whole, std::move(additions), std::nullopt, false);
    operations = co_await choose_needed(std::move(operations), whole->progress, slice);

    const std::string title = whole->message.value_or(std::string());
    CommitCall next = *whole;
    CommitSizes sizes;
    CommitInfo last, pull_request;
    std::span<const CommitOperation> rest(operations);
    unsigned number = 1;
    do {
        const Part part = next_part(rest, sizes);
        const bool is_only = number == 1 && part.operations.size() == rest.size();
        next.message = is_only ? title : title + " (part " + std::to_string(number) + ")";
        const auto start = whole->session.clock().now();
        std::exception_ptr refusal;
        try {
            last = co_await make_commit(std::make_shared<CommitCall>(next), part.operations);
        } catch (const Error& error) {
            if (!is_too_large(error)) throw;
            refusal = std::current_exception();
        }
        if (refusal) {
            if (!sizes.refused(part.operations.size(), part.bytes)) std::rethrow_exception(refusal);
            continue;
        }
        sizes.made(part.operations.size(), part.bytes, whole->session.clock().now() - start);
        rest = rest.subspan(part.operations.size());
        ++number;
        if (next.create_pr && last.pr_revision) {
            pull_request = last;
            next.revision = *last.pr_revision;
            next.create_pr = false;
        }
        if (!whole->parent_commit.empty()) next.parent_commit = last.oid;
    } while (!rest.empty());
    last.commit_message = title;
    last.pr_num = pull_request.pr_num;
    last.pr_url = pull_request.pr_url;
    last.pr_revision = pull_request.pr_revision;
    co_return last;
}

}  // namespace hf

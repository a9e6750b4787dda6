#include "workflow/commit_parts.hpp"

#include "api/commit_flow.hpp"
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

void leave_out_needless(std::vector<CommitOperation>& operations, ProgressSink* progress) {
    std::ranges::stable_partition(operations, is_needed);
    auto needless = std::ranges::find_if_not(operations, is_needed);
    if (needless == operations.begin() && needless != operations.end()) {
        // One must stay, to find the commit that the revision is at.
        std::ranges::stable_partition(operations, is_unchanged);
        ++needless;
    }
    for (auto left_out = needless; left_out != operations.end(); ++left_out) {
        const auto& add = std::get<CommitOperationAdd>(*left_out);
        if (progress) progress->file_done(add.path_in_repo(), add.size(), true);
    }
    operations.erase(needless, operations.end());
}

// What decides how the Hub takes other files has to be there before them.
void put_rules_first(std::vector<CommitOperation>& operations) {
    std::ranges::stable_partition(operations, [](const CommitOperation& operation) {
        const std::string& path = path_in_repo(operation);
        return path == ".gitignore" || path == ".gitattributes";
    });
}

bool is_too_large(const Error& error) { return error.status() == 413 || is_commit_fate_unclear(error); }

}  // namespace

asio::awaitable<CommitInfo> commit_in_parts(std::shared_ptr<const CommitCall> whole,
                                            std::vector<CommitOperation> operations) {
    co_await store_lfs_files(whole, additions_of(operations), std::nullopt, false);
    leave_out_needless(operations, whole->progress);
    put_rules_first(operations);

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

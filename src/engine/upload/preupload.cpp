#include "engine/upload/preupload.hpp"

#include "core/base64.hpp"
#include "core/rethrow.hpp"
#include "engine/lfs/upload.hpp"
#include "engine/upload/hash_contents.hpp"
#include "engine/upload/upload_state.hpp"
#include "engine/xet/upload.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/for_each_bounded.hpp>
#include <hf/core/json.hpp>
#include <hf/transfer/progress.hpp>

#include <algorithm>
#include <map>
#include <sstream>

namespace hf {
namespace asio = boost::asio;
namespace {

// More requests at a time gain nothing: one answers for 256 files.
constexpr std::size_t parallel_chunks = 4;

[[noreturn]] void malformed(const std::string& why) {
    ErrorInfo info;
    info.message = "preupload_info is improperly formatted: " + why;
    throw InvalidResponseError(std::move(info));
}

/// A file of the request as JSON. Written here, because a tree of 256 of them takes longer than a turn may.
void append_file(std::string& body, const CommitOperationAdd& addition, bool with_hash) {
    const UploadInfo& info = *addition.state().info;
    body += R"({"path":)" + json::serialize(json::value(addition.path_in_repo())) + R"(,"sample":")";
    append_base64(body, info.sample);
    body += R"(","size":)" + std::to_string(info.size);
    if (with_hash) body += R"(,"sha":")" + info.sha256 + '"';
    body += '}';
}

asio::awaitable<std::string> preupload_body(std::span<const CommitOperationAdd> additions,
                                            const std::optional<std::string>& gitignore_content, bool with_hash) {
    Slice slice;
    std::string body = R"({"files":[)";
    for (const auto& addition : additions) {
        if (&addition != &additions.front()) body += ',';
        append_file(body, addition, with_hash);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    body += ']';
    if (gitignore_content) body += R"(,"gitIgnore":)" + json::serialize(json::value(*gitignore_content));
    body += '}';
    co_return body;
}

Request preupload_request(const CommitCall& call, std::string body) {
    Request request = post("/api/{}/preupload/{}", call.repo, segment(call.revision));
    if (call.create_pr) request.query("create_pr", "1");
    request.body(net::Body(std::move(body)), "application/json");
    request.token(call.token.get());
    request.idempotent(true);
    return request;
}

struct Decision {
    UploadMode mode;
    bool should_ignore;
    std::string oid;
};

// By path. A path that was asked for twice has one answer, as in the reference.
std::map<std::string, Decision, std::less<>> read_decisions(const json::value& answer) {
    const json::object* members = answer.if_object();
    const json::value* files = members ? members->if_contains("files") : nullptr;
    if (!files || !files->is_array()) malformed("it has no list of files");
    std::map<std::string, Decision, std::less<>> decisions;
    for (const auto& item : files->get_array()) {
        const json::object* file = item.if_object();
        const json::value* path = file ? file->if_contains("path") : nullptr;
        const json::value* mode = file ? file->if_contains("uploadMode") : nullptr;
        if (!path || !path->is_string() || !mode || !mode->is_string()) malformed("a file has no path or uploadMode");
        const std::string_view mode_text(mode->get_string());
        if (mode_text != "lfs" && mode_text != "regular")
            malformed("uploadMode is neither lfs nor regular: '" + std::string(mode_text) + "'");
        const json::value* ignore = file->if_contains("shouldIgnore");
        const json::value* oid = file->if_contains("oid");
        Decision decision{mode_text == "lfs" ? UploadMode::lfs : UploadMode::regular,
                          ignore && ignore->is_bool() && ignore->get_bool(),
                          oid && oid->is_string() ? std::string(oid->get_string()) : std::string()};
        decisions.insert_or_assign(std::string(path->get_string()), std::move(decision));
    }
    return decisions;
}

void apply(std::span<const CommitOperationAdd> additions, const json::value& answer) {
    const auto decisions = read_decisions(answer);
    for (const auto& addition : additions) {
        const auto it = decisions.find(addition.path_in_repo());
        if (it == decisions.end()) malformed("nothing is said of '" + addition.path_in_repo() + "'");
        UploadState& state = addition.state();
        // Object storage refuses empty objects.
        state.mode = state.info->size == 0 ? UploadMode::regular : it->second.mode;
        state.should_ignore = it->second.should_ignore;
        state.remote_oid = it->second.oid;
    }
}

std::string head_of(const json::value& answer) {
    const json::value* oid = answer.get_object().if_contains("commitOid");
    return oid && oid->is_string() ? std::string(oid->get_string()) : std::string();
}

std::string text_of(const CommitOperationAdd& addition) {
    const auto file = addition.as_file();
    std::ostringstream text;
    text << file->rdbuf();
    return text.str();
}

}  // namespace

void rethrow_no_repo(const Error& error) {
    rethrow_as(error, error.message() +
                          "\nNote: Creating a commit assumes that the repo already exists on the Huggingface Hub. "
                          "Please use `create_repo` if it's not the case.");
}

asio::awaitable<std::string> preupload(std::shared_ptr<const CommitCall> call,
                                       const std::vector<CommitOperationAdd>& all,
                                       std::optional<std::string> gitignore_content, Slice& slice) {
    std::vector<CommitOperationAdd> additions;
    additions.reserve(all.size());
    const bool look = !gitignore_content;
    for (const auto& addition : all) {
        if (look && !gitignore_content && addition.path_in_repo() == ".gitignore")
            gitignore_content = text_of(addition);
        if (!addition.is_uploaded()) additions.push_back(addition);
        if (slice.is_over_lightly()) co_await slice.pause();
    }

    std::string head;
    const auto ask = [&](std::size_t i) -> asio::awaitable<void> {
        const auto chunk = std::span<const CommitOperationAdd>(additions).subspan(
            i * preupload_chunk, std::min(preupload_chunk, additions.size() - i * preupload_chunk));
        std::vector<CommitOperationAdd> asked(chunk.begin(), chunk.end());
        // v0.20.3 tells the hashes; today's Hub does without, so that large files need be read only once.
        const bool with_hash = call->session.reference_routes();
        if (with_hash)
            co_await hash_contents(asked, call->worker);
        else
            co_await describe_contents(asked, call->worker);
        std::string body = co_await preupload_body(chunk, gitignore_content, with_hash);
        const json::value answer = co_await call->session.call<json::value>(preupload_request(*call, std::move(body)));
        apply(chunk, answer);
        if (head.empty()) head = head_of(answer);
        co_await find_unchanged(std::move(asked), call->worker);
    };
    const std::size_t chunks = (additions.size() + preupload_chunk - 1) / preupload_chunk;
    try {
        co_await for_each_bounded(chunks, std::min<std::size_t>(call->at_once, parallel_chunks), ask);
    } catch (const RepositoryNotFoundError& error) {
        rethrow_no_repo(error);
    }
    std::vector<CommitOperationAdd> lfs_files;
    for (const auto& addition : additions) {
        const UploadState& state = addition.state();
        if (state.mode == UploadMode::lfs && !state.should_ignore.value_or(false) && !state.unchanged)
            lfs_files.push_back(addition);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    co_await upload_to_xet(call, lfs_files);
    const auto is_stored = [](const CommitOperationAdd& file) { return file.is_uploaded(); };
    co_await erase_in_slices(lfs_files, is_stored, slice);
    co_await hash_contents(lfs_files, call->worker);
    co_await upload_lfs_files(call, std::move(lfs_files), slice);
    co_await clear_in_slices(additions, slice);
    co_return head;
}

}  // namespace hf

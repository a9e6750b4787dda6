#include "engine/lfs/upload.hpp"

#include "core/rethrow.hpp"
#include "engine/lfs/request.hpp"
#include "engine/lfs/upload_plan.hpp"
#include "engine/upload/upload_body.hpp"
#include "engine/upload/upload_state.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/for_each_bounded.hpp>
#include <hf/transfer/progress.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>

namespace hf {
namespace asio = boost::asio;
namespace {

// Links of the Hub live for an hour or more. At 10 MB/s this much takes 14 minutes.
constexpr std::uint64_t batch_bytes = 8ull << 30;
// A part whose link is refused as expired gets a new one this often before the error is believed.
constexpr int max_renewals = 3;
// Of one PUT: its read buffer, those of TLS and of the socket.
constexpr std::size_t stream_memory = 512u << 10;

// One distinct content on its way to the LFS store. Several operations may share it.
struct LfsObject {
    explicit LfsObject(std::shared_ptr<UploadState> content) : content(std::move(content)) {}

    std::uint64_t size() const { return content->info->size; }
    const std::string& oid() const { return content->info->sha256; }

    std::shared_ptr<UploadState> content;
    std::vector<CommitOperationAdd> operations;
    UploadPlan plan;
    std::vector<std::string> etags;  // of the parts that are stored; empty: not yet
    std::vector<std::shared_ptr<SentBytes>> sent;
    std::size_t jobs_left = 0;
    int signatures = 0;
    int uploads = 0;                              // grows when another upload begins, of which nothing is stored
    std::unique_ptr<asio::steady_timer> signing;  // waited for by those that need the next signature
};

std::shared_ptr<UploadState> share(const CommitOperationAdd& operation) {
    const auto owner = std::make_shared<CommitOperationAdd>(operation);
    return std::shared_ptr<UploadState>(owner, &owner->state());
}

[[noreturn]] void rethrow_for(const LfsObject& object, const Error& error) {
    rethrow_as(error, "Error while uploading '" + object.content->path_in_repo + "' to the Hub: " + error.message());
}

class Uploader {
public:
    explicit Uploader(std::shared_ptr<const CommitCall> call) : call_(std::move(call)) {}

    asio::awaitable<void> run(std::vector<CommitOperationAdd> additions, Slice& slice);

private:
    struct Job {
        LfsObject* object;
        std::size_t part;
    };

    asio::awaitable<LfsAnswer> ask(std::vector<CommitOperationAdd> additions) const;
    UploadPlan plan_of(LfsEntry entry, const LfsObject& object, const Url& from) const;
    asio::awaitable<void> run_batch(std::vector<CommitOperationAdd> additions);
    asio::awaitable<void> run_job(Job job);
    asio::awaitable<void> put_part(LfsObject& object, std::size_t index);
    asio::awaitable<std::string> put(LfsObject& object, std::size_t index);
    asio::awaitable<void> sign_again(LfsObject& object, int seen);
    asio::awaitable<void> finish(LfsObject& object);
    asio::awaitable<bool> complete(LfsObject& object, bool may_renew);
    asio::awaitable<void> verify(const LfsObject& object);
    void adopt(LfsObject& object, UploadPlan plan);
    void mark_stored(LfsObject& object, bool was_present);

    std::shared_ptr<const CommitCall> call_;
};

asio::awaitable<LfsAnswer> Uploader::ask(std::vector<CommitOperationAdd> additions) const {
    std::vector<LfsWanted> objects;
    for (const auto& addition : additions)
        objects.push_back(LfsWanted{addition.upload_info().sha256, addition.upload_info().size});
    // Who opens a pull request needs no write access to the branch.
    const std::string_view ref = call_->create_pr ? std::string_view() : std::string_view(call_->revision);
    Request request = lfs_batch_request(call_->repo, LfsOperation::upload, objects, ref);
    request.any_token(call_->token.get());
    return ask_lfs(call_->session, std::move(request), call_->token);
}

UploadPlan Uploader::plan_of(LfsEntry entry, const LfsObject& object, const Url& from) const {
    UploadPlan plan = make_upload_plan(std::move(entry), object.size());
    const auto lead = [&](Url& url) { url = call_->session.follow(from, std::move(url)); };
    for (UploadPart& part : plan.parts) lead(part.url);
    if (plan.completion) lead(*plan.completion);
    if (plan.verify) lead(plan.verify->href);
    return plan;
}

asio::awaitable<void> Uploader::run(std::vector<CommitOperationAdd> additions, Slice& slice) {
    std::vector<std::uint64_t> sizes;
    for (const auto& addition : additions) {
        sizes.push_back(addition.upload_info().size);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    std::size_t begin = 0;
    while (begin < additions.size()) {
        const std::size_t length = lfs_batch_length(std::span(sizes).subspan(begin));
        const auto first = additions.begin() + static_cast<std::ptrdiff_t>(begin);
        std::vector<CommitOperationAdd> batch(first, first + static_cast<std::ptrdiff_t>(length));
        co_await run_batch(std::move(batch));
        begin += length;
    }
    co_await clear_in_slices(additions, slice);
}

asio::awaitable<void> Uploader::run_batch(std::vector<CommitOperationAdd> additions) {
    LfsAnswer answer = co_await ask(additions);
    require_accepted(answer.entries);
    std::map<std::string, LfsObject> objects;
    for (auto& addition : additions) {
        auto [it, added] = objects.try_emplace(addition.upload_info().sha256, share(addition));
        it->second.operations.push_back(std::move(addition));
    }
    std::vector<Job> jobs;
    for (LfsEntry& entry : answer.entries) {
        const auto it = objects.find(entry.oid);
        if (it == objects.end() || it->second.signatures > 0) continue;
        LfsObject& object = it->second;
        try {
            adopt(object, plan_of(std::move(entry), object, answer.from));
        } catch (const Error& error) {
            rethrow_for(object, error);
        }
        object.jobs_left = object.plan.parts.size();
        for (std::size_t i = 0; i < object.jobs_left; ++i) jobs.push_back({&object, i});
        if (object.plan.present) mark_stored(object, true);
    }
    for (const auto& [oid, object] : objects) {
        if (object.signatures > 0) continue;
        ErrorInfo info;
        info.message = "the LFS batch answer says nothing of '" + object.content->path_in_repo + "' (" + oid + ")";
        throw InvalidResponseError(std::move(info));
    }
    const auto run_one = [&](std::size_t i) { return run_job(jobs[i]); };
    co_await for_each_bounded(jobs.size(), call_->at_once, run_one);
}

void Uploader::adopt(LfsObject& object, UploadPlan plan) {
    const bool same = object.signatures > 0 && plan.completion && object.plan.completion &&
                      plan.upload_id == object.plan.upload_id && plan.parts.size() == object.plan.parts.size();
    ++object.signatures;
    object.plan = std::move(plan);
    if (same || object.plan.present) return;
    for (const auto& sent : object.sent) sent->take_back();
    ++object.uploads;
    object.etags.assign(object.plan.parts.size(), std::string());
    object.sent.clear();
    for (std::size_t i = 0; i < object.plan.parts.size(); ++i)
        object.sent.push_back(std::make_shared<SentBytes>(call_->progress));
}

void Uploader::mark_stored(LfsObject& object, bool was_present) {
    for (auto& operation : object.operations) {
        UploadState& state = operation.state();
        state.uploaded = true;
        if (!call_->progress) continue;
        // Bytes were sent for the first operation only.
        const bool skipped = was_present || &operation != &object.operations.front();
        call_->progress->file_done(state.path_in_repo, skipped ? object.size() : 0, skipped);
    }
}

asio::awaitable<void> Uploader::run_job(Job job) {
    try {
        co_await put_part(*job.object, job.part);
        // Whoever stores the last part ends the upload.
        if (--job.object->jobs_left == 0) co_await finish(*job.object);
    } catch (const Error& error) {
        rethrow_for(*job.object, error);
    }
}

// Returns when the part is stored, or is no longer part of the upload.
asio::awaitable<void> Uploader::put_part(LfsObject& object, std::size_t index) {
    int renewals = 0;
    while (index < object.plan.parts.size() && object.etags[index].empty()) {
        const int signatures = object.signatures;
        const int uploads = object.uploads;
        const auto sent = object.sent[index];
        bool expired = false;
        std::string etag;
        try {
            etag = co_await put(object, index);
        } catch (const HfHubHTTPError& error) {
            expired = is_expired_signature(error.status(), error.info().body, object.plan.expires,
                                           call_->session.clock().system_now());
            if (!expired || ++renewals > max_renewals) throw;
        }
        if (expired)
            co_await sign_again(object, signatures);
        else if (object.uploads == uploads)
            object.etags[index] = std::move(etag);
        else
            sent->take_back();
    }
}

asio::awaitable<std::string> Uploader::put(LfsObject& object, std::size_t index) {
    const UploadPart& part = object.plan.parts[index];
    const bool needs_etag = object.plan.completion.has_value();
    auto memory = co_await call_->engine->memory->take(stream_memory);
    Request request(net::Method::put, "");
    request.to(part.url);
    request.body(make_range_body(object.content, part.offset, part.size, object.sent[index]), "");
    if (!needs_etag) request.bound(object.plan.fields);
    request.anonymous();
    request.bucket(Bucket::none);
    request.upload();
    const Reply reply = co_await call_->session.send(std::move(request));
    const std::string_view etag = reply.fields.find("ETag").value_or("");
    if (!needs_etag) co_return "stored";
    if (etag.empty()) {
        ErrorInfo info;
        info.message = "Invalid etag (`" + std::string(etag) + "`) returned for part " + std::to_string(index + 1);
        throw InvalidResponseError(std::move(info));
    }
    co_return std::string(etag);
}

// Asks for new links unless that was done since `seen` was read; several parts may want them at once.
asio::awaitable<void> Uploader::sign_again(LfsObject& object, int seen) {
    if (object.signatures != seen) co_return;
    if (object.signing) {
        boost::system::error_code woken;
        co_await object.signing->async_wait(asio::redirect_error(asio::use_awaitable, woken));
        co_return;
    }
    const auto executor = co_await asio::this_coro::executor;
    object.signing = std::make_unique<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
    std::exception_ptr failure;
    try {
        std::vector<CommitOperationAdd> one;
        one.push_back(object.operations.front());
        LfsAnswer answer = co_await ask(std::move(one));
        require_accepted(answer.entries);
        if (answer.entries.size() != 1)
            throw_malformed_batch("it has " + std::to_string(answer.entries.size()) + " objects, not one");
        adopt(object, plan_of(std::move(answer.entries.front()), object, answer.from));
    } catch (...) {
        failure = std::current_exception();
    }
    object.signing.reset();
    if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> Uploader::finish(LfsObject& object) {
    int renewals = 0;
    while (!object.plan.present) {
        std::vector<std::size_t> missing;  // when a new upload began after some parts were stored
        for (std::size_t i = 0; i < object.etags.size(); ++i) {
            if (object.etags[i].empty()) missing.push_back(i);
        }
        const auto put_missing = [&](std::size_t i) { return put_part(object, missing[i]); };
        co_await for_each_bounded(missing.size(), call_->at_once, put_missing);
        if (!missing.empty()) continue;
        if (!object.plan.completion) break;
        ++renewals;
        const bool completed = co_await complete(object, renewals <= max_renewals);
        if (completed) break;
    }
    if (object.plan.verify) co_await verify(object);
    mark_stored(object, false);
}

// False: the links are too old, there are new ones.
asio::awaitable<bool> Uploader::complete(LfsObject& object, bool may_renew) {
    const int seen = object.signatures;
    std::exception_ptr failure;
    bool expired = false;
    try {
        Request request(net::Method::post, "");
        request.to(*object.plan.completion);
        request.body(net::Body(json::serialize(completion_payload(object.oid(), object.etags))),
                     std::string(lfs_media_type));
        request.header("Accept", std::string(lfs_media_type));
        request.bound(object.plan.fields);
        request.anonymous();
        request.bucket(Bucket::none);
        request.idempotent(true);
        co_await call_->session.call<void>(std::move(request));
    } catch (const HfHubHTTPError& error) {
        expired = is_expired_signature(error.status(), error.info().body, object.plan.expires,
                                       call_->session.clock().system_now());
        failure = std::current_exception();
    } catch (const Error&) {
        failure = std::current_exception();
    }
    if (!failure) co_return true;
    // The first of several attempts may have done it: the store knows.
    co_await sign_again(object, seen);
    if (object.plan.present) co_return true;
    if (!expired || !may_renew) std::rethrow_exception(failure);
    co_return false;
}

asio::awaitable<void> Uploader::verify(const LfsObject& object) {
    json::object body;
    body["oid"] = object.oid();
    body["size"] = object.size();
    Request request(net::Method::post, "");
    const LfsAction& action = *object.plan.verify;
    request.to(action.href);
    request.json(body);
    request.bound(action.fields);
    request.idempotent(true);
    if (call_->session.may_see_token(action.href.origin()))
        request.any_token(call_->token.get());
    else
        request.anonymous();
    co_await call_->session.call<void>(std::move(request));
}

}  // namespace

std::size_t lfs_batch_length(std::span<const std::uint64_t> sizes) {
    std::uint64_t bytes = 0;
    std::size_t length = 0;
    while (length < sizes.size() && length < lfs_batch_chunk && (length == 0 || bytes + sizes[length] <= batch_bytes))
        bytes += sizes[length++];
    return length;
}

asio::awaitable<void> upload_lfs_files(std::shared_ptr<const CommitCall> call,
                                       std::vector<CommitOperationAdd> additions, Slice& slice) {
    Uploader uploader(std::move(call));
    co_await uploader.run(std::move(additions), slice);
}

}  // namespace hf

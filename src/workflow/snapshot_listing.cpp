#include "workflow/snapshot_listing.hpp"

#include "core/kept_text.hpp"
#include "core/safe_path.hpp"
#include "engine/download/file_metadata.hpp"
#include "engine/files/kept_lines.hpp"
#include "session/error_mapping.hpp"
#include "session/kept_entries.hpp"
#include "session/long_answer.hpp"

#include <hf/core/error.hpp>
#include <hf/core/for_each_bounded.hpp>
#include <hf/core/hash.hpp>
#include <hf/core/json.hpp>
#include <hf/core/repo.hpp>
#include <hf/session/environment.hpp>

#include <unordered_set>

namespace hf {

namespace asio = boost::asio;

namespace {

// A HEAD per file is what a server costs that knows no better way: as many at once as for small files.
constexpr std::size_t heads_at_once = 32;

[[noreturn]] void throw_invalid(std::string message) {
    ErrorInfo info;
    info.message = std::move(message);
    throw InvalidResponseError(std::move(info));
}

const json::array* siblings_of(const json::value& answer) {
    const json::object* members = answer.if_object();
    const json::value* list = members ? members->if_contains("siblings") : nullptr;
    return list ? list->if_array() : nullptr;
}

const boost::json::string* name_of(const json::value& sibling) {
    const json::object* object = sibling.if_object();
    const json::value* name = object ? object->if_contains("rfilename") : nullptr;
    return name ? name->if_string() : nullptr;
}

std::string state_name(const Session& session, const Repo& repo, std::string_view kind, std::string_view more) {
    const std::string key = session.endpoint() + "\n" + repo.api_path() + "\n" + std::string(more);
    return "hfhub/" + std::string(kind) + "/" + sha256_hex(key).substr(0, 32);
}

/// The listings kept on this machine. They only save requests, so nothing fails here.
asio::awaitable<std::optional<SnapshotListing>> read_kept(const Session& session, const Repo& repo,
                                                          const std::string& commit, Slice& slice) {
    std::optional<SnapshotListing> listing;
    try {
        FolderTree home(session.environment().hf_home);
        LineReader lines(home, state_name(session, repo, "trees", {}));
        ListingReader reader(lines.size());
        bool right = true;
        while (right) {
            const auto line = lines.next();
            if (!line) break;
            right = reader.add(*line) && reader.commit() == commit;
            if (slice.is_over_lightly()) co_await slice.pause();
        }
        if (right && lines.is_whole()) listing = reader.finish();
        co_await clear_in_slices(reader.layout(), slice);
    } catch (const Error&) {
    }
    co_return listing;
}

asio::awaitable<void> keep(const Session& session, const Repo& repo, const SnapshotListing& listing, Slice& slice) {
    try {
        FolderTree home(session.environment().hf_home);
        TextWriter text(home, state_name(session, repo, "trees", {}));
        std::string line = listing.head();
        text.append(line);
        for (const SnapshotFile& file : listing.files) {
            line.clear();
            SnapshotListing::append_line(line, file);
            text.append(line);
            if (slice.is_over_lightly()) co_await slice.pause();
        }
        text.finish();
    } catch (const Error&) {
    }
}

/// One call of list_snapshot.
class Lister {
public:
    Lister(std::shared_ptr<const TransferCall> call, std::string commit, Slice& slice)
        : call_(std::move(call)), slice_(slice), listing_(std::move(commit)) {}

    asio::awaitable<SnapshotListing> run();

private:
    asio::awaitable<void> from_tree();
    asio::awaitable<void> from_siblings();
    asio::awaitable<void> ask_for(std::string path);

    std::shared_ptr<const TransferCall> call_;
    Slice& slice_;
    SnapshotListing listing_;
};

asio::awaitable<void> Lister::from_tree() {
    Request request = get("/api/{}/tree/{}", call_->repo, segment(listing_.commit));
    request.query("recursive", true).query("expand", false).token(call_->token.get());
    auto entries = call_->session.list_with<ListedFile>(std::move(request), &read_tree_entry);
    std::size_t seen = 0;
    while (auto entry = co_await entries.next()) {
        require_room_for_entry(seen++);
        listing_.add(std::move(*entry));
    }
}

/// What a HEAD of the file tells.
asio::awaitable<void> Lister::ask_for(std::string path) {
    const Url url =
        Url::parse(hf_hub_url(call_->session.endpoint(), call_->repo.type(), call_->repo.id(), listing_.commit, path));
    const double patience = etag_timeout(call_->session, std::nullopt);
    std::string problem = "is of a server that tells no hash of it";
    try {
        const HfFileMetadata found = co_await file_metadata(call_->session, url, call_->token, patience);
        const auto hash = to_content_hash(found.etag.value_or(std::string()));
        if (hash && found.size) {
            // Not as an LFS file: who has no /tree has no LFS routes either.
            listing_.add(SnapshotFile(std::move(path), *hash, *found.size, false));
            co_return;
        }
    } catch (const HfHubHTTPError& error) {
        problem = "cannot be asked for: " + error.message();
    }
    listing_.add(ListedFile(std::move(path), problem));
}

asio::awaitable<void> Lister::from_siblings() {
    Request request = get("/api/{}/revision/{}", call_->repo, segment(listing_.commit));
    request.query("blobs", true).token(call_->token.get());
    const Reply reply = co_await call_->session.send(std::move(request));
    boost::json::monotonic_resource arena;
    const json::value answer = co_await parse_in_slices(reply.body, &arena, slice_);
    const json::array* siblings = siblings_of(answer);
    if (!siblings) throw_invalid("the server has no tree of " + call_->repo.id() + ", and no siblings either");
    std::vector<std::string> bare;
    for (const json::value& sibling : *siblings) {
        ListedFile listed = read_sibling(sibling);
        const auto* name = name_of(sibling);
        if (!name || !listed.odd) {
            listing_.add(std::move(listed));
        } else {
            bare.emplace_back(name->data(), name->size());
            require_safe_path(bare.back());
        }
        if (slice_.is_over_lightly()) co_await slice_.pause();
    }
    const auto ask = [&](std::size_t i) { return ask_for(bare[i]); };
    co_await for_each_bounded(bare.size(), heads_at_once, ask);
    if (listing_.files.empty() && !listing_.odd.empty())
        throw_invalid("the server has no tree of " + call_->repo.id() +
                      " and knows no hashes: nothing could be verified");
}

asio::awaitable<SnapshotListing> Lister::run() {
    std::exception_ptr lacking;
    try {
        co_await from_tree();
    } catch (const HfHubHTTPError& error) {
        // The commit is there, as the server has just said.
        if (!lacks_route(error.status()) || !listing_.files.empty()) throw;
        lacking = std::current_exception();
    }
    if (lacking) {
        try {
            co_await from_siblings();
        } catch (const HfHubHTTPError&) {
            std::rethrow_exception(lacking);
        }
    }
    co_return std::move(listing_);
}

}  // namespace

asio::awaitable<SnapshotHead> ask_head(std::shared_ptr<const TransferCall> call, bool siblings, Slice& slice) {
    Request request = get("/api/{}/revision/{}", call->repo, segment(call->revision));
    request.token(call->token.get());
    const Reply reply = co_await call->session.send(std::move(request));
    boost::json::monotonic_resource arena;
    const json::value parsed = co_await parse_in_slices(reply.body, &arena, slice);
    const json::object* members = parsed.if_object();
    const json::value* sha = members ? members->if_contains("sha") : nullptr;
    SnapshotHead head;
    if (sha && sha->is_string()) head.commit = std::string(sha->get_string().data(), sha->get_string().size());
    if (!is_commit_hash(head.commit)) throw_invalid("the answer of " + reply.url.redacted() + " names no commit");
    const json::array* list = siblings_of(parsed);
    if (siblings && !list) throw_invalid("the answer of " + reply.url.redacted() + " has no siblings");
    if (!list) co_return head;
    head.lists_siblings = true;
    head.siblings.reserve(list->size());
    for (const json::value& sibling : *list) {
        const auto* name = name_of(sibling);
        if (name) head.siblings.emplace_back(name->data(), name->size());
        if (!name && siblings) throw_invalid("the answer of " + reply.url.redacted() + " has a sibling without a name");
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    co_return head;
}

asio::awaitable<SnapshotListing> list_snapshot(std::shared_ptr<const TransferCall> call, std::string commit, bool anew,
                                               Slice& slice) {
    if (!anew) {
        auto kept = co_await read_kept(call->session, call->repo, commit, slice);
        if (kept) co_return std::move(*kept);
    }
    Lister lister(call, std::move(commit), slice);
    SnapshotListing listing = co_await lister.run();
    if (listing.odd.empty()) co_await keep(call->session, call->repo, listing, slice);
    co_return listing;
}

asio::awaitable<std::vector<FileFailure>> find_lacking(const SnapshotHead& head, const SnapshotListing& listing,
                                                       Slice& slice) {
    std::unordered_set<std::string_view> listed;
    listed.reserve(listing.files.size() + listing.odd.size());
    for (const SnapshotFile& file : listing.files) {
        listed.insert(file.path);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    for (const FileFailure& odd : listing.odd) {
        listed.insert(odd.path);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    std::vector<FileFailure> lacking;
    for (const std::string& name : head.siblings) {
        if (slice.is_over_lightly()) co_await slice.pause();
        if (listed.contains(name)) continue;
        lacking.push_back(FileFailure{name, make_error_code(Errc::invalid_response),
                                      "the commit has it, but the server's list of files does not"});
    }
    co_await clear_in_slices(listed, slice);
    co_return lacking;
}

asio::awaitable<SnapshotListing> list_whole_snapshot(std::shared_ptr<const TransferCall> call, const SnapshotHead& head,
                                                     bool anew, Slice& slice) {
    SnapshotListing listing = co_await list_snapshot(call, head.commit, anew, slice);
    if (anew) co_return listing;
    const std::vector<FileFailure> lacking = co_await find_lacking(head, listing, slice);
    if (!listing.files.empty() && lacking.empty()) co_return listing;
    SnapshotListing again = co_await list_snapshot(call, head.commit, true, slice);
    co_return again;
}

std::string state_file(const Session& session, const Repo& repo, std::string_view kind, std::string_view more) {
    return session.environment().hf_home + "/" + state_name(session, repo, kind, more);
}

}  // namespace hf

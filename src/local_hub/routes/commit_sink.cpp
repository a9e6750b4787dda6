#include "local_hub/routes/commit_sink.hpp"

#include "core/text.hpp"
#include "local_hub/git/gitattributes.hpp"
#include "local_hub/http/base64url.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/rules/access.hpp"

#include <hf/core/hash.hpp>

#include <algorithm>

namespace hf::local_hub {
namespace {

constexpr std::string_view attributes_file = ".gitattributes";

Repo target_repo(const Call& call, bool create_pr) {
    return create_pr ? proposable_repo(call) : committable_repo(call, call.params.revision);
}

}  // namespace

CommitSink::CommitSink(Call& call)
    : call_(call),
      repo_(target_repo(call, call.request.query.flag("create_pr"))),
      create_pr_(call.request.query.flag("create_pr")),
      target_(call.hub.commit_target(repo_, call.params.revision)),
      git_(call.hub.git.open(repo_.oid)),
      builder_(git_, call.hub.config.pack_compression),
      base_(git_.listing(target_.head)) {}

void CommitSink::write(std::string_view chunk) {
    received_ += chunk.size();
    const std::uint64_t limit = call_.hub.config.max_commit_size;
    if (limit > 0 && received_ > limit) throw HttpError(413, "Payload too large");
    while (!chunk.empty()) {
        const auto end = chunk.find('\n');
        if (pending_.size() + std::min(end, chunk.size()) > call_.hub.config.max_commit_line)
            throw HttpError(413, "A line of the commit is too long: upload large files with LFS");
        if (end == chunk.npos) {
            pending_.append(chunk);
            return;
        }
        if (pending_.empty()) {
            line(chunk.substr(0, end));
        } else {
            pending_.append(chunk.substr(0, end));
            line(pending_);
            pending_.clear();
        }
        chunk.remove_prefix(end + 1);
    }
}

void CommitSink::line(std::string_view text) {
    if (text.find_first_not_of(" \t\r") == text.npos) return;
    const auto parsed = parse_json(text);
    const auto& object = as_object(parsed, "line");
    const auto key = required_string(object, "key");
    const auto* value = object.if_contains("value");
    if (!value) throw bad_request("\"value\" is required");
    const auto& members = as_object(*value, "value");
    if (key == "header") return header(members);
    if (!has_header_) throw bad_request("The header must come first");
    if (key == "file") return file(members);
    if (key == "lfsFile") return lfs_file(members);
    if (key == "deletedFile" || key == "deletedEntry") return deleted(members, false);
    if (key == "deletedFolder") return deleted(members, true);
    if (key == "copyFile") return copied(members);
    throw bad_request("Unknown operation: " + std::string(key.substr(0, 100)));
}

void CommitSink::header(const json::object& value) {
    if (has_header_) throw bad_request("Only one header is allowed");
    has_header_ = true;
    summary_ = required_string(value, "summary");
    if (summary_.empty()) throw bad_request("\"summary\" must not be empty");
    description_ = string_member(value, "description").value_or(std::string_view());
    const auto parent = string_member(value, "parentCommit");
    if (parent && !parent->empty() && !target_.head.starts_with(to_lower(*parent)))
        throw HttpError(412, "A commit has happened since. Please refresh and try again.");
}

void CommitSink::file(const json::object& value) {
    const auto path = required_string(value, "path");
    check_repo_path(path);
    const auto content = required_string(value, "content");
    const auto encoding = string_member(value, "encoding").value_or("utf-8");
    std::string decoded;
    if (encoding == "base64") {
        auto bytes = base64_decode_unpadded(content);
        if (!bytes) throw bad_request("Invalid base64 content of " + std::string(path));
        decoded = std::move(*bytes);
    } else if (encoding == "utf-8") {
        decoded = content;
    } else {
        throw bad_request("Unknown encoding: " + std::string(encoding));
    }
    if (decoded.size() > call_.hub.config.lfs_threshold)
        throw bad_request("Your push was rejected because it contains files larger than " +
                          std::to_string(call_.hub.config.lfs_threshold) +
                          " bytes. Please use https://git-lfs.github.com/ to store large files: " + std::string(path));
    if (path == attributes_file) {
        gitattributes_ = decoded;
        sets_gitattributes_ = true;
    }
    builder_.put(path, builder_.add_blob(decoded));
}

void CommitSink::lfs_file(const json::object& value) {
    const std::string path(required_string(value, "path"));
    check_repo_path(path);
    const auto algorithm = string_member(value, "algo").value_or("sha256");
    const std::string oid = to_lower(required_string(value, "oid"));
    if (algorithm != "sha256" || oid.size() != 64 || !is_hex(oid))
        throw bad_request("Invalid LFS object id of " + path);
    const auto stored = call_.hub.repos.linked_lfs(repo_.id, oid);
    if (!stored || !call_.hub.lfs.size(oid))
        throw bad_request("LFS pointer pointed to a file that does not exist: " + path + " (" + oid + ")");
    const auto size = size_member(value, "size");
    if (size && *size != *stored)
        throw bad_request("LFS file size mismatch of " + path + ": " + std::to_string(*size) + " instead of " +
                          std::to_string(*stored));
    builder_.put(path, builder_.add_blob(lfs_pointer_text(oid, *stored)));
    lfs_paths_.push_back(path);
}

bool CommitSink::exists(const std::string& path, bool folder) const {
    const auto& added = builder_.added();
    const auto next = added.lower_bound(folder ? path + "/" : path);
    if (next != added.end() && (folder ? next->first.starts_with(path + "/") : next->first == path)) return true;
    const auto* entry = base_->find(path);
    return entry && entry->is_folder == folder;
}

void CommitSink::deleted(const json::object& value, bool folder) {
    std::string path(required_string(value, "path"));
    if (folder)
        while (path.ends_with('/')) path.pop_back();
    check_repo_path(path);
    if (!exists(path, folder)) throw entry_not_found(path, target_.head);
    builder_.remove(path);
}

void CommitSink::copied(const json::object& value) {
    const std::string path(required_string(value, "path"));
    check_repo_path(path);
    const std::string source(required_string(value, "srcPath"));
    const auto revision = string_member(value, "srcRevision");
    ListingPtr from = base_;
    if (revision && !revision->empty()) from = git_.listing(git_.resolve(*revision).commit);
    const auto* entry = from->find(source);
    if (!entry || entry->is_folder) throw entry_not_found(source, target_.head);
    builder_.put(path, entry->oid);
    if (entry->lfs) lfs_paths_.push_back(path);
}

// Git clients know LFS files by .gitattributes only; the Hub adds a line for each file it does not cover.
void CommitSink::add_missing_lfs_rules() {
    std::string text = gitattributes_;
    if (!sets_gitattributes_)
        if (const auto* entry = base_->find(attributes_file); entry && !entry->is_folder && !entry->lfs)
            text = git_.blob(entry->oid);
    const LfsRules rules(text);
    std::string added;
    for (const auto& path : lfs_paths_)
        if (builder_.added().contains(path) && !rules.is_lfs(path)) added += lfs_rule_for(path);
    if (added.empty()) return;
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    builder_.put(attributes_file, builder_.add_blob(text + added));
}

std::string CommitSink::message() const { return description_.empty() ? summary_ : summary_ + "\n\n" + description_; }

Response CommitSink::finish() {
    if (!pending_.empty()) line(pending_);
    pending_.clear();
    pending_.shrink_to_fit();
    if (!has_header_) throw bad_request("The commit has no header");
    add_missing_lfs_rules();
    Hub& hub = call_.hub;
    json::object body{{"success", true}};
    std::string commit;
    if (create_pr_) {
        commit = git_.write_commit(builder_.write_tree(target_.head), {target_.head}, {call_.who->name()}, message());
        const int number =
            hub.discussions.open(repo_, call_.who->name(), summary_, description_, true, "open", target_.ref);
        const std::string ref = "refs/pr/" + std::to_string(number);
        git_.set_ref(ref, commit);
        hub.discussions.note_commit(repo_, ref, call_.who->name(), commit, summary_);
        body["pullRequestUrl"] = hub.url(repo_.path() + "/discussions/" + std::to_string(number));
    } else {
        commit = hub.commit(repo_, git_, builder_, target_, call_.who->name(), message());
    }
    body["commitOid"] = commit;
    body["commitUrl"] = hub.url(repo_.path() + "/commit/" + commit);
    body["hookOutput"] = "";
    return json_response(body);
}

}  // namespace hf::local_hub

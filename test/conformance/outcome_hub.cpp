#include "core/cache_names.hpp"
#include "outcome_hub.hpp"

#include <hf/core/hash.hpp>
#include <hf/core/url.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace hf::conformance {
namespace {

unsigned status_of(const json::object& response) { return response.at("status").to_number<unsigned>(); }

std::string header_of(const json::object& response, std::string_view name) {
    for (const auto& [header, value] : response.at("headers").as_object()) {
        if (std::ranges::equal(std::string_view(header), name, {}, ::tolower, ::tolower))
            return std::string(value.as_string());
    }
    return {};
}

test::ScriptedAnswer json_answer(const json::value& body) {
    test::ScriptedAnswer answer;
    answer.headers.emplace_back("Content-Type", "application/json");
    answer.body = json::serialize(body);
    return answer;
}

}  // namespace

OutcomeHub::OutcomeHub(const json::object& data, std::string endpoint) {
    for (const auto& item : data.at("exchanges").as_array()) {
        const json::object& request = item.at("request").as_object();
        const json::value* host = member(request, "host");
        exchanges_.push_back(Exchange{text_member(request, "method"), host ? std::string(host->as_string()) : endpoint,
                                      text_member(request, "target_path"), item.at("response").as_object()});
    }
    learn_files(data);
}

// The first exchange of a snapshot asks for the repository: its commit and the names of its files.
void OutcomeHub::learn_files(const json::object& data) {
    if (exchanges_.empty()) return;
    const json::value* body = member(exchanges_.front().response, "body_json");
    const json::object* info = body ? body->if_object() : nullptr;
    const json::value* siblings = info ? member(*info, "siblings") : nullptr;
    const json::value* commit = info ? member(*info, "sha") : nullptr;
    if (!siblings || !commit) return;
    for (const auto& sibling : siblings->as_array()) {
        const std::string name(sibling.at("rfilename").as_string());
        files_.push_back(describe_file(name, std::string(commit->as_string()), data));
    }
}

OutcomeHub::File OutcomeHub::describe_file(const std::string& name, const std::string& commit,
                                           const json::object& data) const {
    File file{name, git_blob_sha1_hex(name), "", name.size()};  // made up where the case does not say
    if (const Exchange* head = find_head(name); head && status_of(head->response) < 400) {
        const std::string linked = header_of(head->response, "X-Linked-Etag");
        const std::string size = header_of(head->response, "X-Linked-Size");
        file.etag = normalize_etag(linked.empty() ? header_of(head->response, "ETag") : linked);
        file.size = std::stoull(size.empty() ? header_of(head->response, "Content-Length") : size);
        file.location = header_of(head->response, "Location");
    }
    const json::value* before = member(data, "fs_before");
    if (!before) return file;
    for (const auto& [path, content] : before->as_object()) {
        if (!std::string_view(path).ends_with("/snapshots/" + commit + "/" + name) || !content.is_object()) continue;
        const std::string target = text_member(content.get_object(), "symlink");
        file.etag = target.substr(target.rfind('/') + 1);
        for (const auto& [blob, bytes] : before->as_object()) {
            if (std::string_view(blob).ends_with("/blobs/" + file.etag)) file.size = decode_content(bytes).size();
        }
    }
    return file;
}

const OutcomeHub::Exchange* OutcomeHub::find_head(std::string_view name) const {
    const std::string end = "/" + quote(name);
    const auto it = std::ranges::find_if(exchanges_, [&](const Exchange& exchange) {
        return exchange.method == "HEAD" && exchange.path.find("/resolve/") != std::string::npos &&
               exchange.path.ends_with(end);
    });
    return it == exchanges_.end() ? nullptr : &*it;
}

// Of several with one path the next one, in the end the last again.
OutcomeHub::Exchange* OutcomeHub::find(std::string_view method, std::string_view host, std::string_view path) {
    Exchange* best = nullptr;
    for (Exchange& exchange : exchanges_) {
        if (exchange.method != method || exchange.host != host || exchange.path != path) continue;
        best = &exchange;
        if (exchange.given == 0) break;
    }
    return best;
}

test::ScriptedAnswer OutcomeHub::tree() const {
    const json::object& info = exchanges_.front().response;
    if (status_of(info) >= 400) return make_answer(info);
    json::array entries;
    for (const File& file : files_) {
        json::object entry{{"type", "file"}, {"path", file.name}, {"size", file.size}, {"oid", file.etag}};
        if (file.is_lfs()) {
            entry["oid"] = git_blob_sha1_hex(lfs_pointer_text(file.etag, file.size));
            entry["lfs"] = {{"oid", file.etag}, {"size", file.size}, {"pointerSize", 134}};
        }
        entries.push_back(std::move(entry));
    }
    return json_answer(entries);
}

test::ScriptedAnswer OutcomeHub::batch(const test::ReceivedRequest& request) const {
    json::array objects;
    const json::value body = json::parse(request.body);
    for (const auto& wanted : body.at("objects").as_array()) {
        const auto file = std::ranges::find(files_, std::string_view(wanted.at("oid").as_string()), &File::etag);
        if (file == files_.end()) continue;
        objects.push_back({{"oid", file->etag},
                           {"size", file->size},
                           {"authenticated", true},
                           {"actions", {{"download", {{"href", file->location}, {"expires_in", 3600}}}}}});
    }
    return json_answer({{"transfer", "basic"}, {"objects", objects}});
}

test::ScriptedAnswer OutcomeHub::answer(std::string_view url, const test::ReceivedRequest& request) {
    const std::string_view path = request.path();
    if (Exchange* exchange = find(request.method, url, path)) {
        ++exchange->given;
        return make_answer(exchange->response);
    }
    if (!exchanges_.empty()) {
        if (request.method == "GET" && path.starts_with("/api/") && path.find("/tree/") != path.npos) return tree();
        if (request.method == "POST" && path.ends_with("/info/lfs/objects/batch")) return batch(request);
    }
    // A GET is answered like the HEAD that the reference sent: with its redirect or its error.
    Exchange* head = request.method == "GET" ? find("HEAD", url, path) : nullptr;
    if (head && status_of(head->response) >= 300) return make_answer(head->response);
    if (!unanswered_) unanswered_ = "unanswered request " + request.method + " " + std::string(url) + request.target;
    test::ScriptedAnswer answer;
    answer.status = 599;
    return answer;
}

}  // namespace hf::conformance

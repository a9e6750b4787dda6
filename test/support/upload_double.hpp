#pragma once

#include "fake_transport.hpp"

#include <hf/core/hash.hpp>
#include <hf/core/json.hpp>
#include <hf/net/transport.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hf::test {

/// A request as it arrived, its body read to the end.
struct SeenRequest {
    net::Method method{};
    std::string url;
    net::Fields fields;
    std::string body;
    bool sized = false;  ///< the body came with a length

    bool is(net::Method wanted, std::string_view part) const { return method == wanted && url.find(part) != url.npos; }
};

/// As much of a Hub as uploads need, in memory: preupload, LFS batch, storage, verify, commit, history.
class UploadDouble final : public net::Transport {
public:
    std::set<std::string> lfs_paths;  ///< files that are stored as LFS
    std::set<std::string> ignored;    ///< files that .gitignore keeps out
    std::uint64_t chunk_size = 0;     ///< multipart, unless 0
    bool with_verify = false;
    std::string head = std::string(40, '0');  ///< told by preupload; empty: not told
    std::vector<SeenRequest> seen;
    std::map<std::string, std::string> stored;  ///< LFS contents by SHA-256
    std::map<std::string, std::map<int, std::string>> parts;
    json::array history;
    int commits = 0;
    int signatures = 0;

    /// Asked before each request is served; an answer replaces the Hub's. May throw what a transport throws.
    std::function<std::optional<Answer>(const SeenRequest&)> interfere;
    /// As `interfere`, after the request was served.
    std::function<std::optional<Answer>(const SeenRequest&)> distort;

    boost::asio::awaitable<net::Response> send(net::Request request) override {
        SeenRequest arrived;
        arrived.method = request.method;
        arrived.url = request.url.to_string();
        arrived.fields = request.fields;
        arrived.sized = request.body.size().has_value();
        if (request.body.text())
            arrived.body = *request.body.text();
        else if (!request.body.empty()) {
            const auto source = request.body.open();
            // An odd size, so that pieces never match the reader's own.
            std::string buffer(1009, '\0');
            while (true) {
                const std::size_t n = co_await source->read_some(boost::asio::buffer(buffer));
                if (n == 0) break;
                arrived.body.append(buffer, 0, n);
            }
            if (request.body.size() && *request.body.size() != arrived.body.size())
                throw std::runtime_error("Content-Length is " + std::to_string(*request.body.size()) + ", body has " +
                                         std::to_string(arrived.body.size()));
        }
        // A network takes time: others run before the answer comes.
        const auto executor = co_await boost::asio::this_coro::executor;
        for (int i = 0; i < 3; ++i) co_await boost::asio::post(executor, boost::asio::use_awaitable);
        seen.push_back(arrived);
        std::optional<Answer> answer;
        if (interfere) answer = interfere(arrived);
        if (!answer) {
            answer = serve(arrived);
            if (distort) {
                if (auto other = distort(arrived)) answer = std::move(other);
            }
        }
        net::Fields fields;
        for (auto& [name, value] : answer->fields) fields.add(name, value);
        const std::uint64_t size = answer->body.size();
        co_return net::Response(answer->status, std::move(fields), size,
                                std::make_unique<TextSource>(std::move(answer->body), answer->step, answer->breaks));
    }

    std::vector<std::string> targets() const {
        std::vector<std::string> out;
        for (const auto& request : seen)
            out.push_back(std::string(net::to_string(request.method)) + " " + Url::parse(request.url).target());
        return out;
    }
    std::size_t count(net::Method method, std::string_view part) const {
        std::size_t n = 0;
        for (const auto& request : seen) n += request.is(method, part);
        return n;
    }
    const SeenRequest& last(net::Method method, std::string_view part) const {
        for (auto it = seen.rbegin(); it != seen.rend(); ++it) {
            if (it->is(method, part)) return *it;
        }
        throw std::runtime_error("no request with " + std::string(part));
    }
    /// The lines of the last commit.
    std::vector<json::value> commit_lines() const {
        std::vector<json::value> lines;
        std::string_view text = last(net::Method::post, "/commit/").body;
        while (!text.empty()) {
            const auto end = text.find('\n');
            lines.push_back(json::parse(text.substr(0, end)));
            text.remove_prefix(end + 1);
        }
        return lines;
    }

private:
    static Answer ok(const json::value& body) { return Answer(200, json::serialize(body)); }

    Answer serve(const SeenRequest& request) {
        if (request.is(net::Method::post, "/preupload/")) return preupload(request);
        if (request.is(net::Method::post, "/objects/batch")) return batch(request);
        if (request.is(net::Method::put, "/storage/")) return store(request);
        if (request.is(net::Method::post, "/complete/")) return complete(request);
        if (request.is(net::Method::post, "/verify")) return Answer(200, "");
        if (request.is(net::Method::post, "/commit/")) return commit(request);
        if (request.is(net::Method::get, "/commits/")) return ok(history);
        return Answer(404, "no such route");
    }

    Answer preupload(const SeenRequest& request) const {
        json::array files;
        const json::value asked = json::parse(request.body);
        for (const auto& file : asked.as_object().at("files").as_array()) {
            const std::string path(file.as_object().at("path").as_string());
            json::object answer;
            answer["path"] = path;
            answer["uploadMode"] = lfs_paths.contains(path) ? "lfs" : "regular";
            answer["shouldIgnore"] = ignored.contains(path);
            files.push_back(std::move(answer));
        }
        json::object body;
        body["files"] = std::move(files);
        if (!head.empty()) body["commitOid"] = head;
        return ok(body);
    }

    Answer batch(const SeenRequest& request) {
        json::array objects;
        const json::value asked = json::parse(request.body);
        ++signatures;
        for (const auto& item : asked.as_object().at("objects").as_array()) {
            const std::string oid(item.as_object().at("oid").as_string());
            json::object object = item.as_object();
            if (!stored.contains(oid))
                object["actions"] = actions(oid, item.as_object().at("size").to_number<std::uint64_t>());
            objects.push_back(std::move(object));
        }
        json::object body;
        body["objects"] = std::move(objects);
        return ok(body);
    }

    json::object actions(const std::string& oid, std::uint64_t size) {
        const std::string signature = "&sig=" + std::to_string(signatures);
        json::object upload;
        if (chunk_size == 0)
            upload["href"] = "https://storage.test/storage/" + oid + "?x=1" + signature;
        else {
            upload["href"] = "https://hub.test/complete/" + oid + "?uploadId=" + upload_id + signature;
            json::object header;
            header["chunk_size"] = std::to_string(chunk_size);
            for (std::uint64_t i = 0; i * chunk_size < size; ++i) {
                std::string number = std::to_string(i + 1);
                number.insert(0, 5 - number.size(), '0');
                header[number] =
                    "https://storage.test/storage/" + oid + "?partNumber=" + std::to_string(i + 1) + signature;
            }
            upload["header"] = std::move(header);
        }
        json::object out;
        out["upload"] = std::move(upload);
        if (with_verify) {
            json::object verify;
            verify["href"] = "https://hub.test/julien/m.git/info/lfs/objects/verify";
            out["verify"] = std::move(verify);
        }
        return out;
    }

    static std::string oid_of(const std::string& url, std::string_view before) {
        const auto begin = url.find(before) + before.size();
        return url.substr(begin, 64);
    }

    Answer store(const SeenRequest& request) {
        const std::string oid = oid_of(request.url, "/storage/");
        const auto part = request.url.find("partNumber=");
        if (part == request.url.npos) {
            if (sha256_hex(request.body) != oid) return Answer(400, "BadDigest");
            stored[oid] = request.body;
            return Answer(200, "");
        }
        const int number = std::stoi(request.url.substr(part + 11));
        parts[oid][number] = request.body;
        return Answer(200, "", {{"ETag", "\"e" + std::to_string(number) + "\""}});
    }

    Answer complete(const SeenRequest& request) {
        const std::string oid = oid_of(request.url, "/complete/");
        std::string content;
        const json::value asked = json::parse(request.body);
        for (const auto& part : asked.as_object().at("parts").as_array())
            content += parts[oid][part.as_object().at("partNumber").to_number<int>()];
        if (sha256_hex(content) != oid) return Answer(400, "InvalidPart");
        stored[oid] = content;
        return Answer(200, "");
    }

    Answer commit(const SeenRequest& request) {
        ++commits;
        const std::string oid = std::string(39, 'c') + std::to_string(commits % 10);
        const json::value header = json::parse(std::string_view(request.body).substr(0, request.body.find('\n')));
        const json::object& value = header.as_object().at("value").as_object();
        json::object entry;
        entry["id"] = oid;
        entry["title"] = value.at("summary");
        entry["message"] = value.at("description");
        entry["date"] = "2023-11-14T22:30:00.000Z";
        history.insert(history.begin(), std::move(entry));
        json::object body;
        body["success"] = true;
        body["commitOid"] = oid;
        body["commitUrl"] = "https://hub.test/julien/m/commit/" + oid;
        if (request.url.find("create_pr=1") != request.url.npos)
            body["pullRequestUrl"] = "https://hub.test/julien/m/discussions/7";
        return ok(body);
    }

public:
    std::string upload_id = "U1";
};

}  // namespace hf::test

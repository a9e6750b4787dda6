#pragma once

#include "files.hpp"
#include "hostile_fixture.hpp"

#include <hf/core/error.hpp>

#include <charconv>
#include <vector>

namespace hf::test {

/// One file, f.bin of me/repo, on a server that answers for its content as `serve` says.
class DownloadScene : public HostileFixture {
public:
    struct Range {
        std::uint64_t begin, end;
    };
    using Serve = std::function<ScriptedAnswer(std::optional<Range>)>;

    DownloadScene() {
        answer = [this](const ReceivedRequest& request) { return respond(request); };
        transfers.keep_partials_above = 256u << 10;
    }

    static std::string noise(std::size_t size) {
        std::string out(size, '\0');
        std::uint32_t state = 1;
        for (char& c : out) c = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
        return out;
    }

    /// Fetched over several connections.
    void in_parts() {
        transfers.parts_above = 1u << 20;
        transfers.part_size = 512u << 10;
    }

    DownloadedFile download(HfHubDownloadOptions options = {}) {
        HfApi api = client();
        api.configure_transfers(transfers);
        options.progress = &sink;
        return run(api.download_file("me/repo", "f.bin", options));
    }
    static std::string read(const std::string& path) { return test::read_file(path); }

    ScriptedAnswer whole() const {
        ScriptedAnswer out;
        out.body = content;
        return out;
    }
    ScriptedAnswer part(Range range) const {
        ScriptedAnswer out;
        out.status = 206;
        out.headers = {{"Content-Range", "bytes " + std::to_string(range.begin) + "-" + std::to_string(range.end - 1) +
                                             "/" + std::to_string(content.size())}};
        out.body = content.substr(range.begin, range.end - range.begin);
        return out;
    }
    /// Sends so many bytes of the body and closes the connection.
    static ScriptedAnswer broken(ScriptedAnswer answer, std::size_t after) {
        answer.stall_after = std::min(after, answer.body.size());
        return answer;
    }

    std::size_t gets() const { return ranged_gets + whole_gets; }

    /// What the ProgressSink hears.
    struct Sink : ProgressSink {
        void on_unverified(std::string_view file) override { unverified_files.emplace_back(file); }
        std::vector<std::string> unverified_files;
    };

    std::string content = noise(6u << 20);
    Headers head_headers;  // besides Content-Length
    Serve serve = [this](std::optional<Range> range) { return range ? part(*range) : whole(); };
    TransferConfig transfers;
    Sink sink;
    std::size_t ranged_gets = 0, whole_gets = 0, api_requests = 0;
    std::function<ScriptedAnswer(const ReceivedRequest&)> api_answer = [](const ReceivedRequest&) { return error(404); };

protected:
    ScriptedAnswer respond(const ReceivedRequest& request) {
        if (request.path().starts_with("/api/")) {
            ++api_requests;
            return api_answer(request);
        }
        if (request.method == "HEAD") return head();
        const auto field = request.header("Range");
        ++(field ? ranged_gets : whole_gets);
        return serve(field ? std::optional(parse(*field)) : std::nullopt);
    }
    virtual ScriptedAnswer head() {
        ScriptedAnswer out = whole();
        out.headers = head_headers;
        if (out.headers.empty()) out.headers = {{"ETag", '"' + sha256_hex(content) + '"'}, {"X-Repo-Commit", commit}};
        out.headers.emplace_back("Content-Length", std::to_string(content.size()));
        return out;
    }

private:
    Range parse(std::string_view field) const {
        field.remove_prefix(std::string_view("bytes=").size());
        Range out{0, content.size() - 1};
        const auto dash = field.find('-');
        std::from_chars(field.data(), field.data() + dash, out.begin);
        if (dash + 1 < field.size()) std::from_chars(field.data() + dash + 1, field.data() + field.size(), out.end);
        ++out.end;
        return out;
    }
};

}  // namespace hf::test

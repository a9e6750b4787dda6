// A scripted server: answers from memory what a Hub would have to look up, so that it is never slower than
// the client under measurement. Prints its endpoint as one line of JSON, serves until standard input ends.
//
//     hfhub_bench_server [--model FILE] [--models N] [--page N] [--files N] [--file-size N] [--drip N]
//
//     /api/models                        N models in pages, the same ones on each
//     /api/models/ID                     the text of FILE
//     /api/models/ID/revision/REV        names the commit of a repository of N files
//     /api/models/ID/tree/COMMIT         lists them in pages
//     /ID/resolve/COMMIT/NAME            the content of one
#include "bench.hpp"

#include <hf/core/hash.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view commit = "c0ffee0000000000000000000000000000000001";

std::string padded(std::uint64_t number, std::size_t digits) {
    std::string text = std::to_string(number);
    return std::string(digits - std::min(digits, text.size()), '0') + text;
}

std::uint64_t number_after(std::string_view text, std::string_view mark, std::uint64_t otherwise) {
    const auto at = text.find(mark);
    if (at == text.npos) return otherwise;
    std::uint64_t value = otherwise;
    std::from_chars(text.data() + at + mark.size(), text.data() + text.size(), value);
    return value;
}

class ContentId {
public:
    explicit ContentId(const bench::Arguments& arguments)
        : models(arguments.number("models", 100'000)),
          page(arguments.number("page", 1000)),
          files(arguments.number("files", 10'000)),
          file_size(std::max<std::uint64_t>(arguments.number("file-size", 10'000), 16)),
          drip(arguments.number("drip", 0)) {
        std::ifstream in(arguments.text("model"));
        std::ostringstream text;
        text << in.rdbuf();
        model = text.str();
        for (std::uint64_t i = 0; i < page; ++i) models_page += (i ? "," : "[") + listed_model(i);
        models_page += "]";
        filler.assign(file_size - 16, 'x');
        oids.reserve(files);
        for (std::uint64_t i = 0; i < files; ++i) {
            hf::GitBlobSha1 hash(file_size);
            hash.update(padded(i, 16));
            hash.update(filler);
            oids.push_back(hash.hex());
        }
        revision = "{\"id\":\"bench/files\",\"private\":false,\"downloads\":0,\"likes\":0,\"tags\":[],\"sha\":\"" +
                   std::string(commit) + "\",\"siblings\":[";
        for (std::uint64_t i = 0; i < files; ++i)
            revision += (i ? ",{\"rfilename\":\"" : "{\"rfilename\":\"") + name(i) + "\"}";
        revision += "]}";
    }

    static std::string name(std::uint64_t i) {
        return "data/part-" + padded(i / 1000, 3) + "/file-" + padded(i, 6) + ".bin";
    }

    /// As the Hub listed sentence-transformers/all-MiniLM-L6-v2 in 2026, under other ids.
    static std::string listed_model(std::uint64_t i) {
        const std::string id = "organization-" + padded(i % 97, 3) + "/all-MiniLM-L6-" + padded(i, 6);
        return R"({"_id":"621ffdc136468d709f)" + padded(i, 6) + R"(","id":")" + id + R"(","likes":)" +
               std::to_string(i % 1000) + R"(,"private":false,"downloads":)" + std::to_string(1'000'000 - i) +
               R"(,"tags":["sentence-transformers","pytorch","onnx","bert","feature-extraction",)"
               R"("sentence-similarity","transformers","en","dataset:s2orc","arxiv:1904.06472",)"
               R"("base_model:nreimers/MiniLM-L6-H384-uncased","license:apache-2.0","region:us"],)"
               R"("pipeline_tag":"sentence-similarity","library_name":"sentence-transformers",)"
               R"("createdAt":"2022-03-02T23:29:05.000Z","modelId":")" +
               id + R"("})";
    }

    std::string tree_page(std::uint64_t from) const {
        std::string out = "[";
        for (std::uint64_t i = from; i < std::min(files, from + page); ++i) {
            if (i > from) out += ',';
            out += "{\"type\":\"file\",\"oid\":\"" + oids[i] + "\",\"size\":" + std::to_string(file_size) +
                   ",\"path\":\"" + name(i) + "\"}";
        }
        return out + "]";
    }

    std::uint64_t models, page, files, file_size, drip;
    std::string model, models_page, revision, filler;
    std::vector<std::string> oids;
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(tcp::socket socket, const ContentId& content)
        : socket_(std::move(socket)), timer_(socket_.get_executor()), content_(content) {
        socket_.set_option(tcp::no_delay(true));
    }

    void read() {
        const auto end = std::string_view(in_.data(), used_).find("\r\n\r\n");
        if (end != std::string_view::npos) return answer(end + 4);
        if (used_ == in_.size()) return;
        socket_.async_read_some(asio::buffer(in_.data() + used_, in_.size() - used_),
                                [self = shared_from_this()](error_code error, std::size_t n) {
                                    if (error) return;
                                    self->used_ += n;
                                    self->read();
                                });
    }

private:
    void answer(std::size_t size) {
        const std::string_view request(in_.data(), size);
        const auto first = request.find(' ');
        const std::string method(request.substr(0, first));
        const std::string target(request.substr(first + 1, request.find(' ', first + 1) - first - 1));
        std::copy(in_.data() + size, in_.data() + used_, in_.data());
        used_ -= size;
        own_.clear();
        body_ = {asio::const_buffer(), asio::const_buffer()};
        head_ = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n";
        if (!route(target)) head_ = "HTTP/1.1 404 Not Found\r\n";
        head_ += "Content-Length: " + std::to_string(asio::buffer_size(body_)) + "\r\n\r\n";
        if (method == "HEAD") body_ = {asio::const_buffer(), asio::const_buffer()};
        if (content_.drip && method != "HEAD") return drip_head();
        const std::array<asio::const_buffer, 3> all{asio::buffer(head_), body_[0], body_[1]};
        asio::async_write(socket_, all, [self = shared_from_this()](error_code error, std::size_t) {
            if (!error) self->read();
        });
    }

    bool route(std::string_view target) {
        if (target.starts_with("/api/models?") || target == "/api/models") {
            const std::uint64_t from = number_after(target, "cursor=", 0);
            if (from + content_.page < content_.models) link("/api/models", "cursor", from + content_.page);
            body_[0] = asio::buffer(content_.models_page);
        } else if (target.starts_with("/api/models/") && target.find("/tree/") != target.npos) {
            const std::uint64_t from = number_after(target, "cursor=", 0);
            if (from + content_.page < content_.files)
                link(target.substr(0, target.find('?')), "recursive=true&cursor", from + content_.page);
            own_ = content_.tree_page(from);
            body_[0] = asio::buffer(own_);
        } else if (target.starts_with("/api/models/") && target.find("/revision/") != target.npos) {
            body_[0] = asio::buffer(content_.revision);
        } else if (target.starts_with("/api/models/")) {
            body_[0] = asio::buffer(content_.model);
        } else if (target.find("/resolve/") != target.npos) {
            const std::uint64_t i = number_after(target, "/file-", content_.files);
            if (i >= content_.files) return false;
            head_ = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nAccept-Ranges: bytes\r\nETag: \"";
            head_ += content_.oids[i];
            head_ += "\"\r\nX-Repo-Commit: ";
            head_ += commit;
            head_ += "\r\n";
            own_ = padded(i, 16);
            body_ = {asio::buffer(own_), asio::buffer(content_.filler)};
        } else {
            return false;
        }
        return true;
    }

    void link(std::string_view path, std::string_view name, std::uint64_t cursor) {
        const auto port = std::to_string(socket_.local_endpoint().port());
        head_ += "Link: <http://127.0.0.1:" + port + std::string(path) + "?" + std::string(name) + "=" +
                 std::to_string(cursor) + ">; rel=\"next\"\r\n";
    }

    // A slow line: a hundredth of the rate each 10 ms.
    void drip_head() {
        sent_ = 0;
        asio::async_write(socket_, asio::buffer(head_), [self = shared_from_this()](error_code error, std::size_t) {
            if (!error) self->drip_some();
        });
    }
    void drip_some() {
        const std::size_t n = std::min(body_[0].size() - sent_, static_cast<std::size_t>(content_.drip / 100 + 1));
        if (n == 0) return read();
        const asio::const_buffer piece(static_cast<const char*>(body_[0].data()) + sent_, n);
        sent_ += n;
        asio::async_write(socket_, piece, [self = shared_from_this()](error_code error, std::size_t) {
            if (error) return;
            self->timer_.expires_after(std::chrono::milliseconds(10));
            self->timer_.async_wait([self](error_code stopped) {
                if (!stopped) self->drip_some();
            });
        });
    }

    tcp::socket socket_;
    asio::steady_timer timer_;
    const ContentId& content_;
    std::array<char, 16384> in_{};
    std::size_t used_ = 0, sent_ = 0;
    std::string head_, own_;
    std::array<asio::const_buffer, 2> body_;
};

void accept(tcp::acceptor& acceptor, const ContentId& content) {
    acceptor.async_accept([&](error_code error, tcp::socket socket) {
        if (error) return;
        std::make_shared<Connection>(std::move(socket), content)->read();
        accept(acceptor, content);
    });
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const ContentId content(bench::Arguments(argc, argv, 1));
        asio::io_context context(1);
        tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        accept(acceptor, content);
        std::cout << "{\"endpoint\": \"http://127.0.0.1:" << acceptor.local_endpoint().port() << "\"}" << std::endl;
        std::thread watch([&context] {
            std::cin.ignore(std::numeric_limits<std::streamsize>::max());
            context.stop();
        });
        context.run();
        watch.join();
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}

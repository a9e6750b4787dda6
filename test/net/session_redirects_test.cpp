// Where a session goes when it is sent elsewhere, and what it takes along.
#include "caller.hpp"
#include "temporary_folder.hpp"

#include <hf/core/hash.hpp>
#include <hf/hf_api.hpp>

using namespace hf;
using namespace hf::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

BOOST_AUTO_TEST_SUITE(net_session_redirects)

BOOST_AUTO_TEST_CASE(every_redirect_status_keeps_query_token_and_rules) {
    struct Row {
        unsigned status;
        net::Method method;
        std::string_view arrives_as;
        bool with_content;
    };
    const Row rows[] = {
        {301, net::Method::get, "GET", false}, {301, net::Method::post, "GET", false},
        {302, net::Method::get, "GET", false}, {302, net::Method::post, "GET", false},
        {303, net::Method::get, "GET", false}, {303, net::Method::post, "GET", false},
        {307, net::Method::get, "GET", false}, {307, net::Method::post, "POST", true},
        {308, net::Method::get, "GET", false}, {308, net::Method::post, "POST", true},
    };
    const auto script = [](Peer& peer) {
        for (;;) {
            const std::string head = peer.read_head();
            std::string body;
            if (const auto at = head.find("Content-Length: "); at != head.npos)
                body = peer.read(std::stoul(head.substr(at + 16)));
            const std::string target = target_of(head);
            if (target.starts_with("/from/")) {
                const auto host = head.find("X-Base: ");
                const std::string base =
                    host == head.npos ? "" : head.substr(host + 8, head.find("\r\n", host) - host - 8);
                peer.answer("moved", target.substr(6, 3) + " Moved", "Location: " + base + "/to?a=%20b&c=d%2Fe\r\n");
            } else {
                peer.answer(head + body);
            }
        }
    };
    every_way(script, [&](FaultyServer& server, unsigned threads) {
        Caller caller(server.url(""), threads);
        for (const Row& row : rows) {
            for (const bool absolute : {false, true}) {
                Request request(row.method, "/from/" + std::to_string(row.status));
                if (row.method == net::Method::post) request.json(json::object{{"content", "here"}});
                if (absolute) request.header("X-Base", server.url(""));
                const Reply reply = caller.send(std::move(request));
                BOOST_TEST(reply.body.starts_with(std::string(row.arrives_as) + " /to?a=%20b&c=d%2Fe HTTP/1.1\r\n"));
                BOOST_TEST(reply.body.find("Authorization: Bearer hf_secret\r\n") != reply.body.npos);
                BOOST_TEST(reply.body.ends_with(R"({"content":"here"})") == row.with_content);
                BOOST_TEST(reply.url.target() == "/to?a=%20b&c=d%2Fe");
            }
        }
        BOOST_TEST(server.connections() == 1u);
    });
}

BOOST_AUTO_TEST_CASE(the_token_stays_when_a_redirect_leaves) {
    // Another port in both schemes, another scheme, and another name of the same machine.
    Heard elsewhere;
    const auto listener = [&](Peer& peer) {
        for (;;) {
            elsewhere.add(peer.read_head());
            peer.answer("storage");
        }
    };
    Pair others(listener);
    const auto script = [](Peer& peer) {
        for (;;) {
            const std::string head = peer.read_head();
            const std::string target = target_of(head);
            if (target.starts_with("/go?"))
                peer.answer("", "302 Found", "Location: " + target.substr(4) + "\r\n");
            else
                peer.answer(head);
        }
    };
    every_way(script, [&](FaultyServer& server, unsigned threads) {
        Caller caller(server.url(""), threads);
        const bool secure = server.url().starts_with("https");
        const auto before = elsewhere.heads().size();
        for (const auto& url : others.urls("/object?X-Amz-Signature=abc")) {
            if (secure && url.starts_with("http:")) {
                // To plain text is not followed at all: the own host is asked by https, at the endpoint.
                BOOST_TEST(target_of(caller.get("/go?" + url).body) == url.substr(url.find("/object")));
                continue;
            }
            BOOST_TEST(caller.get("/go?" + url).body == "storage");
        }
        const auto heads = elsewhere.heads();
        BOOST_TEST(heads.size() - before == (secure ? 1u : 2u));
        for (const auto& head : heads) {
            BOOST_TEST(head.starts_with("GET /object?X-Amz-Signature=abc HTTP/1.1\r\n"));
            BOOST_TEST(head.find("Authorization") == head.npos);
            BOOST_TEST(head.find(secret) == head.npos);
        }
        const std::string renamed = caller.get("/go?" + server.url("/same", "localhost")).body;
        BOOST_TEST(renamed.starts_with("GET /same HTTP/1.1\r\nHost: localhost:"));
        BOOST_TEST(renamed.find(secret) == renamed.npos);
    });
}

BOOST_AUTO_TEST_CASE(redirects_that_never_end) {
    const auto counter = std::make_shared<std::atomic<unsigned>>(0);
    const auto script = [counter](Peer& peer) {
        for (;;) {
            const std::string target = target_of(peer.read_head());
            const std::string next = target == "/circle" ? "/circle" : "/" + std::to_string(++*counter);
            peer.answer("", "302 Found", "Location: " + next + "\r\n");
        }
    };
    every_way(script, [&](FaultyServer& server, unsigned threads) {
        SessionConfig config;
        config.max_redirects = 7;
        Caller caller(server.url(""), threads, config);
        BOOST_TEST(error_of<ProtocolError>([&] { caller.get("/circle"); }).message.find("circle") != std::string::npos);
        const unsigned before = *counter;
        const auto info = error_of<ProtocolError>([&] { caller.get("/on"); });
        BOOST_TEST(info.message.find("more than 7 redirects") != std::string::npos);
        BOOST_TEST(*counter - before == 8u);
        BOOST_TEST(caller.clock->slept().empty());
    });
}

BOOST_AUTO_TEST_CASE(pages_stay_on_a_mirror_below_a_path) {
    Heard elsewhere;
    Pair foreign([&](Peer& peer) {
        elsewhere.add(peer.read_head());
        peer.answer("[]");
    });
    const std::string next = foreign.plain.url("/api/models?cursor=a%3Db");
    const auto script = [next](Peer& peer) {
        for (;;) {
            const std::string head = peer.read_head();
            const std::string target = target_of(head);
            const bool token = head.find("Authorization: Bearer hf_secret") != head.npos;
            if (target == "/mirror/hf/api/models")
                peer.answer("[1]", "200 OK", "Link: <" + next + ">; rel=\"next\"\r\n");
            else
                peer.answer(target == "/mirror/hf/api/models?cursor=a%3Db" && token ? "[2]" : "[3]");
        }
    };
    every_way(script, [&](FaultyServer& server, unsigned threads) {
        Caller caller(server.url("/mirror/hf/"), threads);
        auto list = caller.session->list<std::int64_t>(hf::get("/api/models"));
        std::vector<std::int64_t> seen;
        while (auto item = asio::co_spawn(caller.pool, list.next(), asio::use_future).get()) seen.push_back(*item);
        BOOST_TEST(seen == (std::vector<std::int64_t>{1, 2}));
        BOOST_TEST(elsewhere.heads().empty());
    });
}

BOOST_AUTO_TEST_CASE(calls_follow_a_repository_that_has_another_name) {
    // As the Hub answers a renamed repository or one in wrong case: 307, relative, with the query.
    Heard heard;
    const auto script = [&](Peer& peer) {
        for (;;) {
            const std::string head = peer.read_head();
            heard.add(head);
            std::string body;
            if (const auto at = head.find("Content-Length: "); at != head.npos)
                body = peer.read(std::stoul(head.substr(at + 16)));
            std::string target = target_of(head);
            if (const auto at = target.find("Julien/M"); at != target.npos)
                peer.answer("", "307 Temporary Redirect", "Location: " + target.replace(at, 8, "julien/m") + "\r\n");
            else if (head.starts_with("POST"))
                peer.answer(body, body.find("tag") == body.npos ? "400 Bad Request" : "200 OK");
            else
                peer.answer(R"({"id": "julien/m"})");
        }
    };
    every_way(script, [&](FaultyServer& server, unsigned threads) {
        Caller caller(server.url(""), threads);
        const HfApi api(*caller.session);
        const auto before = heard.heads().size();
        BOOST_TEST(caller.run(api.model_info("Julien/M", {.files_metadata = true})).id == "julien/m");
        caller.run(api.create_tag("Julien/M", {.tag = "v1"}));
        const auto heads = heard.heads();
        BOOST_REQUIRE(heads.size() - before == 4u);
        BOOST_TEST(target_of(heads[before + 1]) == "/api/models/julien/m?blobs=true");
        BOOST_TEST(heads[before + 3].starts_with("POST /api/models/julien/m/tag/main HTTP/1.1\r\n"));
        for (auto i = before; i < heads.size(); ++i)
            BOOST_TEST(heads[i].find("Authorization: Bearer hf_secret\r\n") != std::string::npos);
    });
}

BOOST_AUTO_TEST_CASE(storage_never_sees_the_token) {
    const std::string content = "BINARY-weights", hash = sha256_hex(content);
    Heard elsewhere;
    Pair storage([&](Peer& peer) {
        for (;;) {
            const std::string head = peer.read_head();
            elsewhere.add(head);
            if (head.starts_with("PUT")) peer.read(content.size());
            peer.answer(head.starts_with("PUT") ? "" : content);
        }
    });
    const auto script_for = [&](const std::string& object) {
        return [object, hash, size = std::to_string(content.size())](Peer& peer) {
            for (;;) {
                const std::string head = peer.read_head(), target = target_of(head);
                if (const auto at = head.find("Content-Length: "); at != head.npos)
                    peer.read(std::stoul(head.substr(at + 16)));
                else if (head.find("Transfer-Encoding: chunked") != head.npos)
                    peer.read_chunked();
                if (head.find("Authorization: Bearer hf_secret\r\n") == head.npos)
                    peer.answer("", "401 Unauthorized");
                else if (target.find("/xet-write-token/") != target.npos)
                    peer.answer("", "404 Not Found");
                else if (target.find("/preupload/") != target.npos)
                    peer.answer(R"({"files": [{"path": "w.bin", "uploadMode": "lfs", "shouldIgnore": false}]})");
                else if (target.ends_with("/objects/batch"))
                    peer.answer(R"({"transfer": "basic", "objects": [{"oid": ")" + hash + R"(", "size": )" + size +
                                R"(, "actions": {"upload": {"href": ")" + object + R"("}}}]})");
                else if (target.find("/commit/") != target.npos)
                    peer.answer(R"({"success": true, "commitOid": ")" + std::string(40, 'c') +
                                R"(", "commitUrl": "https://hub/julien/m/commit/x", "hookOutput": ""})");
                else
                    peer.answer("", "302 Found",
                                "Location: " + object + "\r\nX-Repo-Commit: " + std::string(40, 'c') +
                                    "\r\nX-Linked-Size: " + size + "\r\nX-Linked-Etag: \"" + hash + "\"\r\n");
            }
        };
    };
    for (const auto& object : storage.urls("/object?X-Amz-Signature=abc")) {
        every_way(script_for(object), [&](FaultyServer& server, unsigned threads) {
            if (server.url().starts_with("https:") != object.starts_with("https:")) return;
            const TemporaryFolder folder;
            SessionConfig config;
            const std::string cache = folder.path().string();
            config.cache_dir = cache;
            Caller caller(server.url(""), threads, config);
            const HfApi api(*caller.session);
            const auto before = elsewhere.heads().size();
            std::vector<CommitOperation> operations;
            operations.emplace_back(CommitOperationAdd("w.bin", UploadContent::from_bytes(content)));
            CommitOptions options;
            options.commit_message = "Add";
            BOOST_TEST(caller.run(api.create_commit("julien/m", std::move(operations), options)).oid ==
                       std::string(40, 'c'));
            const std::string path = caller.run(api.hf_hub_download("julien/m", "w.bin"));
            BOOST_TEST(std::filesystem::file_size(path) == content.size());
            const auto heads = elsewhere.heads();
            BOOST_REQUIRE(heads.size() - before == 2u);
            BOOST_TEST(heads[before].starts_with("PUT /object?X-Amz-Signature=abc HTTP/1.1\r\n"));
            BOOST_TEST(heads[before + 1].starts_with("GET /object?X-Amz-Signature=abc HTTP/1.1\r\n"));
            for (auto i = before; i < heads.size(); ++i) {
                BOOST_TEST(heads[i].find("Authorization") == std::string::npos);
                BOOST_TEST(heads[i].find(secret) == std::string::npos);
            }
        });
    }
}

BOOST_AUTO_TEST_SUITE_END()

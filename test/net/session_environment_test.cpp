// What environment variables and certificates do to the bytes on a socket.
#include "caller.hpp"
#include "temporary_folder.hpp"

#include <hf/hf_api.hpp>

#include <openssl/pem.h>
#include <openssl/x509.h>

using namespace hf;
using namespace hf::test;

namespace {

/// The name under which OpenSSL looks for a certificate in a folder.
std::string hashed_name(const std::string& pem) {
    BIO* text = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* certificate = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
    char name[16];
    std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(certificate));
    X509_free(certificate);
    BIO_free(text);
    return name;
}

struct Folder : private TemporaryFolder {
    using TemporaryFolder::path;
    std::string write(const std::string& name, std::string_view content) const {
        return TemporaryFolder::write(name, content).string();
    }
    std::string authority = write("ca.pem", Pair::authority().pem());

    Variables variables(const FaultyServer& server, Variables more = {}) const {
        more.insert({{"HF_ENDPOINT", server.url("")}, {"HF_HOME", path().string()}, {"SSL_CERT_FILE", authority}});
        return more;
    }
};

/// Answers everything with its own head.
void mirror(Peer& peer) {
    for (;;) {
        const std::string head = peer.read_head();
        peer.answer(json::serialize(json::object{{"id", "a"}, {"name", "a"}, {"head", head}}));
    }
}

std::string head_seen(Caller& caller, TokenArg token = {}) {
    return std::string(json::parse(caller.send(hf::get("/api/x").token(token)).body).at("head").as_string());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(net_session_environment, Folder)

BOOST_AUTO_TEST_CASE(trust_comes_from_the_environment) {
    const std::string file = write(hashed_name(Pair::authority().pem()), Pair::authority().pem());
    FaultyServer server(echo, Pair::authority().issue({"127.0.0.1"}));
    const std::pair<const char*, std::string> rows[] = {{"SSL_CERT_FILE", file},
                                                        {"SSL_CERT_DIR", path().string()},
                                                        {"REQUESTS_CA_BUNDLE", file},
                                                        {"CURL_CA_BUNDLE", file}};
    for (const unsigned threads : {1u, 4u}) {
        for (const auto& [variable, value] : rows) {
            BOOST_TEST_CONTEXT(variable) {
                Caller caller(Variables{{"HF_ENDPOINT", server.url("")}, {variable, value}}, threads);
                BOOST_TEST(caller.get("/").status == 200u);
            }
        }
        Caller caller(Variables{{"HF_ENDPOINT", server.url("")}}, threads);
        const auto info = error_of<TlsError>([&] { caller.get("/"); });
        BOOST_TEST(info.message.find("unknown authority") != std::string::npos);
        BOOST_TEST(caller.events().size() == 1u);  // trying again would not help
    }
}

BOOST_AUTO_TEST_CASE(a_client_shows_its_certificate) {
    const Credentials mine = Pair::authority().issue({"client.test"});
    const std::string certificate = write("client.pem", mine.certificate), key = write("client.key", mine.key);
    const std::string both = write("both.pem", mine.certificate + mine.key);
    FaultyServer server(echo, Pair::authority().issue({"127.0.0.1"}), false, Pair::authority().pem());
    for (const unsigned threads : {1u, 4u}) {
        SessionConfig config;
        config.retry.max_attempts = 1;
        BOOST_CHECK_THROW(Caller(server.url(""), threads, config).get("/"), ConnectionError);
        config.client_certificate = certificate;
        config.client_key = key;
        BOOST_TEST(Caller(server.url(""), threads, config).get("/").status == 200u);
        config.client_certificate = both;
        config.client_key = {};
        BOOST_TEST(Caller(server.url(""), threads, config).get("/").status == 200u);
        config.client_key = certificate;
        BOOST_TEST(error_of<HFValidationError>([&] { Caller(server.url(""), threads, config); }).argument ==
                   "tls.key_file");
    }
}

BOOST_AUTO_TEST_CASE(endpoint_token_and_user_agent) {
    every_way(mirror, [&](FaultyServer& server, unsigned threads) {
        const auto head_with = [&](Variables more, SessionConfig config = SessionConfig(), TokenArg token = {}) {
            Caller caller(variables(server, std::move(more)), threads, config);
            return head_seen(caller, token);
        };
        const auto has = [](const std::string& head, std::string_view part) { return head.find(part) != head.npos; };
        BOOST_TEST(!has(head_with({}), "Authorization"));
        BOOST_TEST(has(head_with({{"HF_TOKEN", " hf_one\n"}}), "Authorization: Bearer hf_one\r\n"));
        BOOST_TEST(head_with({{"HF_ENDPOINT", server.url("/mirror/")}}).starts_with("GET /mirror/api/x HTTP/1.1\r\n"));

        write("token", "hf_stored\n");
        BOOST_TEST(has(head_with({}), "Authorization: Bearer hf_stored\r\n"));
        BOOST_TEST(!has(head_with({}, {}, false), "Authorization"));
        const Variables on_demand{{"HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}};
        BOOST_TEST(!has(head_with(on_demand), "Authorization"));
        BOOST_TEST(has(head_with(on_demand, {}, true), "Authorization: Bearer hf_stored\r\n"));
        Caller caller(variables(server, on_demand), threads);
        BOOST_TEST(caller.run(HfApi(*caller.session).whoami()).at("head").as_string().find("hf_stored") !=
                   std::string::npos);
        std::filesystem::remove(path() / "token");

        SessionConfig config;
        config.library_name = "lib";
        config.library_version = "1.0";
        config.user_agent = "job/7";
        BOOST_TEST(has(head_with({}, config), "User-Agent: lib/1.0; " + std::string(own_user_agent()) + "; job/7\r\n"));
        BOOST_TEST(has(head_with({}), "User-Agent: unknown/None; " + std::string(own_user_agent()) + "\r\n"));
    });
}

BOOST_AUTO_TEST_CASE(offline_means_no_socket) {
    every_way(mirror, [&](FaultyServer& server, unsigned threads) {
        Caller caller(variables(server, {{"HF_HUB_OFFLINE", "1"}}), threads);
        BOOST_CHECK_THROW(caller.get("/api/x"), OfflineModeIsEnabled);
        BOOST_TEST(server.connections() == 0u);
    });
}

BOOST_AUTO_TEST_CASE(timeouts_of_metadata_and_downloads) {
    const std::string fields = "ETag: \"" + std::string(40, 'a') + "\"\r\nX-Repo-Commit: " + std::string(40, 'c');
    const auto script = [fields](Peer& peer) {
        for (;;) {
            const std::string head = peer.read_head();
            if (target_of(head).ends_with("silent")) return peer.sleep(30s);
            peer.write("HTTP/1.1 200 OK\r\n" + fields + "\r\nContent-Length: 10\r\n\r\n");
            if (head.starts_with("HEAD")) continue;
            peer.write("hello");
            return peer.sleep(30s);
        }
    };
    every_way(script, [&](FaultyServer& server, unsigned threads) {
        const auto download = [&](const Variables& more, std::string_view file, std::string_view argument) {
            SessionConfig config;
            config.retry.max_attempts = 1;
            Caller caller(variables(server, more), threads, config);
            HfApi api(*caller.session);
            TransferConfig transfers;
            transfers.resume.max_attempts = 1;
            api.configure_transfers(transfers);
            const auto start = std::chrono::steady_clock::now();
            const auto info = error_of<TimeoutError>([&] { caller.run(api.hf_hub_download("a/b", file)); });
            const auto taken = std::chrono::steady_clock::now() - start;
            BOOST_TEST(info.argument == argument);
            BOOST_TEST((taken >= 1s && taken < 5s * slowness));
        };
        download({{"HF_HUB_DOWNLOAD_TIMEOUT", "1"}}, "half", "stall");
        SessionConfig config;
        config.retry.max_attempts = 1;
        Caller caller(variables(server, {{"HF_HUB_ETAG_TIMEOUT", "1"}}), threads, config);
        HfApi api(*caller.session);
        const auto info = error_of<TimeoutError>(
            [&] { caller.run(api.get_hf_file_metadata(server.url("/a/b/resolve/main/silent"))); });
        BOOST_TEST(info.argument == "first_byte");
    });
}

BOOST_AUTO_TEST_SUITE_END()

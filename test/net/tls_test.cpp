#include "pair.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>

using namespace hf::test;
using namespace std::chrono_literals;
namespace net = hf::net;
using net::Method;

namespace {

net::TransportConfig trusting(const TestCa& ca) {
    net::TransportConfig config;
    config.tls.ca_pem = ca.pem();
    for (const char* host : {"hub.test", "cdn.hub.test"})
        config.hosts.emplace_back(host, std::vector<std::string>{"127.0.0.1"});
    return config;
}

hf::ErrorInfo refusal(const FaultyServer& server, const net::TransportConfig& config,
                      std::string_view host = "hub.test") {
    Client client(config);
    return error_of<hf::TlsError>([&] { client.get(server.url("/", host)); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_tls)

BOOST_AUTO_TEST_CASE(good_certificates) {
    const TestCa ca;
    for (const auto& [names, host] : {std::pair<std::vector<std::string>, const char*>({"hub.test"}, "hub.test"),
                                      {{"other.test", "hub.test"}, "hub.test"},
                                      {{"*.hub.test"}, "cdn.hub.test"},
                                      {{"127.0.0.1"}, "127.0.0.1"}}) {
        FaultyServer server(echo, ca.issue(names));
        Client client(trusting(ca));
        BOOST_TEST(client.get(server.url("/", host)).status == 200u);
    }
}

BOOST_AUTO_TEST_CASE(the_host_is_named_in_the_handshake) {
    const TestCa ca;
    FaultyServer server(echo, ca.issue({"hub.test", "127.0.0.1"}));
    std::vector<std::string> named;  // written before the client has its answer
    const auto note = [](SSL* tls, int*, void* names) {
        const char* name = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
        static_cast<std::vector<std::string>*>(names)->push_back(name ? name : "");
        return SSL_TLSEXT_ERR_OK;
    };
    SSL_CTX_set_tlsext_servername_callback(server.tls(), +note);
    SSL_CTX_set_tlsext_servername_arg(server.tls(), &named);
    for (const char* host : {"hub.test", "127.0.0.1"}) {
        Client client(trusting(ca));
        BOOST_TEST(client.get(server.url("/", host)).status == 200u);
    }
    // RFC 6066 allows no addresses.
    BOOST_TEST(named == (std::vector<std::string>{"hub.test", ""}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_expired_certificate) {
    const TestCa ca;
    FaultyServer server(echo, ca.issue({"hub.test"}, -60s));
    const auto info = refusal(server, trusting(ca));
    BOOST_TEST(info.message.find("has expired") != std::string::npos);
    BOOST_TEST(info.cause.value() == X509_V_ERR_CERT_HAS_EXPIRED);
    BOOST_TEST(info.unsent);
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_host) {
    const TestCa ca;
    FaultyServer server(echo, ca.issue({"evil.test"}));
    const auto info = refusal(server, trusting(ca));
    BOOST_TEST(info.message.find("is for another host") != std::string::npos);
    BOOST_TEST(info.cause.value() == X509_V_ERR_HOSTNAME_MISMATCH);
    BOOST_TEST(refusal(server, trusting(ca), "127.0.0.1").cause.value() == X509_V_ERR_IP_ADDRESS_MISMATCH);
}

BOOST_AUTO_TEST_CASE(an_unknown_authority) {
    const TestCa ca("one"), other("two");
    FaultyServer server(echo, other.issue({"hub.test"}));
    BOOST_TEST(refusal(server, trusting(ca)).message.find("unknown authority") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(verification_can_be_switched_off) {
    const TestCa ca("one"), other("two");
    FaultyServer server(echo, other.issue({"evil.test"}, -60s));
    auto config = trusting(ca);
    config.tls.verify = false;
    Client client(config);
    BOOST_TEST(client.get(server.url("/", "hub.test")).status == 200u);
}

BOOST_AUTO_TEST_CASE(old_protocols_are_refused) {
    const TestCa ca;
    FaultyServer server(echo, ca.issue({"hub.test"}));
    SSL_CTX_set_security_level(server.tls(), 0);
    SSL_CTX_set_min_proto_version(server.tls(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(server.tls(), TLS1_1_VERSION);
    BOOST_TEST(!refusal(server, trusting(ca)).cause.message().empty());
    SSL_CTX_set_max_proto_version(server.tls(), TLS1_2_VERSION);
    Client client(trusting(ca));
    BOOST_TEST(client.get(server.url("/", "hub.test")).status == 200u);
}

BOOST_AUTO_TEST_CASE(a_peer_that_speaks_no_tls) {
    FaultyServer server([](Peer& peer) {
        peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
        peer.sleep(100ms);
    });
    Client client;
    error_of<hf::TlsError>([&] { client.get("https://127.0.0.1:" + std::to_string(server.port())); });
}

BOOST_AUTO_TEST_CASE(sessions_are_resumed) {
    const TestCa ca;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        std::atomic<unsigned> resumed{0};
        FaultyServer server(
            [&](Peer& peer) {
                if (peer.tls_resumed()) ++resumed;
                peer.read_head();
                peer.answer("x", "200 OK", "Connection: close\r\n");
            },
            ca.issue({"hub.test"}));
        SSL_CTX_set_max_proto_version(server.tls(), version);
        Client client(trusting(ca));
        for (int i = 0; i < 4; ++i) client.get(server.url("/", "hub.test"));
        BOOST_TEST(resumed == 3u);
        BOOST_TEST(client.transport->stats().tls_resumed == 3u);
        // Another origin, even on the same server, starts anew: its name must be checked.
        error_of<hf::TlsError>([&] { client.get(server.url("/", "127.0.0.1")); });
    }
}

BOOST_AUTO_TEST_CASE(client_certificates) {
    const TestCa ca;
    FaultyServer server(echo, ca.issue({"hub.test"}), false, ca.pem());
    const Credentials mine = ca.issue({"client.test"});
    const TemporaryFolder folder;
    const auto certificate = folder.write("client.pem", mine.certificate), key = folder.write("client.key", mine.key);
    auto config = trusting(ca);
    config.tls.certificate_file = certificate;
    config.tls.key_file = key;
    {
        Client client(config);
        BOOST_TEST(client.get(server.url("/", "hub.test")).status == 200u);
    }
    Client without(trusting(ca));
    error_of<hf::ConnectionError>([&] { without.get(server.url("/", "hub.test")); });
    config.tls.key_file = certificate;
    BOOST_TEST(error_of<hf::HFValidationError>([&] { Client client(config); }).argument == "tls.key_file");
}

BOOST_AUTO_TEST_CASE(trust_from_files) {
    const TestCa ca, unrelated("another");
    FaultyServer server(echo, ca.issue({"hub.test"}));
    const TemporaryFolder folder;
    auto config = trusting(unrelated);
    config.tls.ca_file = folder.write("bundle.pem", unrelated.pem() + ca.pem());
    Client client(config);
    BOOST_TEST(client.get(server.url("/", "hub.test")).status == 200u);
}

// REQUESTS_CA_BUNDLE may name either.
BOOST_AUTO_TEST_CASE(a_folder_of_hashed_certificates_serves_as_a_bundle) {
    const TestCa ca, unrelated("another");
    FaultyServer server(echo, ca.issue({"hub.test"}));
    const TemporaryFolder folder;
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(ca.pem().data(), -1), BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> read(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr),
                                                           X509_free);
    char name[32];
    std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(read.get()));
    folder.write(name, ca.pem());
    auto config = trusting(unrelated);
    config.tls.ca_file = folder.path().string();
    Client client(config);
    BOOST_TEST(client.get(server.url("/", "hub.test")).status == 200u);
    const TemporaryFolder empty;
    config.tls.ca_file = empty.path().string();
    BOOST_TEST(refusal(server, config).message.find("unknown authority") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(bad_configurations) {
    const auto argument = [](auto change) {
        net::TransportConfig config;
        change(config.tls);
        return error_of<hf::HFValidationError>([&] { Client client(config); }).argument;
    };
    BOOST_TEST(argument([](net::TlsConfig& tls) { tls.ca_file = "/no/such/file"; }) == "tls.ca_file");
    BOOST_TEST(argument([](net::TlsConfig& tls) { tls.ca_pem = "nonsense"; }) == "tls.ca_pem");
    BOOST_TEST(argument([](net::TlsConfig& tls) { tls.certificate_file = "/no/such/file"; }) == "tls.certificate_file");
}

BOOST_AUTO_TEST_CASE(an_end_nobody_vouches_for) {
    const TestCa ca;
    const auto script = [](bool polite) {
        return [polite](Peer& peer) {
            peer.read_head();
            peer.write("HTTP/1.0 200 OK\r\n\r\nhalf of it");
            if (polite) peer.end_tls();
        };
    };
    FaultyServer polite(script(true), ca.issue({"hub.test"})), cut(script(false), ca.issue({"hub.test"}));
    Client client(trusting(ca));
    BOOST_TEST(client.get(polite.url("/", "hub.test")).body == "half of it");
    error_of<hf::ConnectionError>([&] { client.get(cut.url("/", "hub.test")); });
}

BOOST_AUTO_TEST_SUITE_END()

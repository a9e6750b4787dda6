#include "engine/lfs/batch.hpp"

#include <hf/core/error.hpp>
#include <hf/core/json.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
using namespace std::chrono_literals;

namespace {

const std::chrono::system_clock::time_point now(1'700'000'000s);

LfsEntry entry_of(const std::string& object, LfsTime time = LfsTime{now}) {
    auto entries = parse_lfs_batch(R"({"transfer":"basic","objects":[)" + object + "]}", time);
    BOOST_REQUIRE_EQUAL(entries.size(), 1u);
    return std::move(entries.front());
}

LfsEntry download_of(const std::string& members) {
    return entry_of(R"({"oid":"aa","size":3,"actions":{"download":{"href":"https://s/x")" + members + "}}}");
}

LfsEntry upload_of(const std::string& header) {
    return entry_of(R"({"oid":"aa","actions":{"upload":{"href":"https://s/x","header":)" + header + "}}}");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lfs_batch)

BOOST_AUTO_TEST_CASE(what_is_asked) {
    const std::vector<LfsWanted> objects{{"aa", 5}, {"bb", 1ull << 40}};
    BOOST_TEST(lfs_batch_body(LfsOperation::download, objects) ==
               R"({"operation":"download","transfers":["basic"],"objects":[{"oid":"aa","size":5},)"
               R"({"oid":"bb","size":1099511627776}],"hash_algo":"sha256"})");
    const auto upload = json::parse(lfs_batch_body(LfsOperation::upload, objects, "refs/heads/x"));
    BOOST_TEST(upload.at("operation").as_string() == "upload");
    BOOST_TEST(upload.at("transfers").as_array().size() == 2u);
    BOOST_TEST(upload.at("ref").at("name").as_string() == "refs/heads/x");
    BOOST_TEST(!json::parse(lfs_batch_body(LfsOperation::upload, objects)).as_object().contains("ref"));
}

BOOST_AUTO_TEST_CASE(all_that_an_entry_can_say) {
    const LfsEntry entry = entry_of(R"({"oid":"aa","size":7,"authenticated":true,"actions":{
        "upload":{"href":"https://s/u?sig=a%2Fb","header":{"X-Key":"k","Content-Type":"application/zip"},"expires_in":60},
        "verify":{"href":"http://v:81/verify","header":{"Authorization":"RemoteAuth x"}},
        "download":{"href":"https://s/d"}}})");
    BOOST_TEST(entry.malformed == "");
    BOOST_TEST(entry.size.value() == 7u);
    BOOST_TEST(entry.authenticated);
    BOOST_TEST(!entry.refusal);
    BOOST_TEST(entry.upload->href.to_string() == "https://s/u?sig=a%2Fb");
    BOOST_TEST(entry.upload->fields.size() == 2u);
    BOOST_TEST(entry.upload->fields.find("content-type").value() == "application/zip");
    BOOST_TEST((entry.upload->expires == now + 60s));
    BOOST_TEST(entry.verify->href.to_string() == "http://v:81/verify");
    BOOST_TEST(entry.verify->fields.find("Authorization").value() == "RemoteAuth x");
    BOOST_TEST(entry.download->href.to_string() == "https://s/d");
    BOOST_TEST(!entry.download->expires);
}

BOOST_AUTO_TEST_CASE(nothing_to_do_is_no_fault) {
    for (const std::string object :
         {R"({"oid":"aa"})", R"({"oid":"aa","actions":null})", R"({"oid":"aa","actions":{}})",
          R"({"oid":"aa","actions":{"upload":null,"verify":null},"error":null,"authenticated":null})"}) {
        BOOST_TEST_CONTEXT(object) {
            const LfsEntry entry = entry_of(object);
            BOOST_TEST(entry.malformed == "");
            BOOST_TEST((!entry.upload && !entry.download && !entry.verify && !entry.refusal));
        }
    }
}

BOOST_AUTO_TEST_CASE(one_odd_entry_does_not_spoil_the_others) {
    const auto entries = parse_lfs_batch(R"({"objects":[7,{"size":1},{"oid":"a","actions":[]},
        {"oid":"b","actions":{"download":{"href":"https://s/b"}}},
        {"oid":"c","error":{"code":404,"message":"gone"}},{"oid":"d","error":{"code":500}}]})",
                                         LfsTime{now});
    BOOST_REQUIRE_EQUAL(entries.size(), 6u);
    for (const std::size_t i : {0u, 1u, 2u, 5u}) BOOST_TEST(entries[i].malformed != "");
    BOOST_TEST(entries[3].download->href.to_string() == "https://s/b");
    BOOST_TEST(entries[4].refusal->code == 404);
    BOOST_TEST(entries[4].refusal->message == "gone");
}

BOOST_AUTO_TEST_CASE(no_batch_answer) {
    for (const std::string_view text : {"", "[]", "{}", R"({"objects":3})", R"({"objects":null})", "<html>"}) {
        BOOST_TEST_CONTEXT(text) { BOOST_CHECK_THROW(parse_lfs_batch(text, LfsTime{now}), InvalidResponseError); }
    }
}

BOOST_AUTO_TEST_CASE(links_that_are_no_urls_are_refused_and_not_quoted) {
    for (const std::string href :
         {R"("/relative")", R"("ftp://s/x")", "7", "null", R"("http://u:PWSECRET@s:99999/x?sig=SIGSECRET")"}) {
        BOOST_TEST_CONTEXT(href) {
            const LfsEntry entry = entry_of(R"({"oid":"a","actions":{"download":{"href":)" + href + "}}}");
            BOOST_TEST(entry.malformed != "");
            BOOST_TEST(entry.malformed.find("SECRET") == std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(fields_cannot_inject_others) {
    for (const std::string header :
         {R"({"X-A":"a\r\nX-Injected: 1"})", R"({"X-A":"a\nX-Injected: 1"})", R"({"X-A: b\r\nX-Injected":"1"})",
          R"({"X-A":"a\u0000b"})", R"({"":"1"})", R"({"X A":"1"})", R"({"X\u00e4":"1"})", R"(["X-A"])"}) {
        BOOST_TEST_CONTEXT(header) { BOOST_TEST(upload_of(header).malformed != ""); }
    }
    std::string large = R"({"X-A":")" + std::string(40'000, 'a') + R"("})";
    BOOST_TEST(upload_of(large).malformed != "");
}

BOOST_AUTO_TEST_CASE(fields_that_frame_messages_are_the_clients_own) {
    const LfsEntry entry = upload_of(
        R"({"Host":"evil","content-length":"99","Transfer-Encoding":"chunked","CONNECTION":"close","Keep-Alive":"1",
            "TE":"trailers","Trailer":"X","Upgrade":"h2c","Proxy-Authorization":"Basic x","Proxy-Connection":"close",
            "Expect":"100-continue","Range":"bytes=0-1","If-Range":"x","Accept-Encoding":"gzip",
            "X-Null":null,"X-Number":7,"X-Kept":"yes"})");
    BOOST_TEST(entry.malformed == "");
    BOOST_TEST(entry.upload->fields.size() == 1u);
    BOOST_TEST(entry.upload->fields.find("X-Kept").value() == "yes");
}

BOOST_AUTO_TEST_CASE(parts_are_no_fields) {
    const LfsEntry entry = upload_of(
        R"({"chunk_size":"10","00002":"https://s/2","1":"https://s/1","X-Amz-Key":"k","Authorization":"Basic x"})");
    BOOST_TEST(entry.upload->chunk_size.value() == 10u);
    BOOST_REQUIRE_EQUAL(entry.upload->parts.size(), 2u);
    BOOST_TEST(entry.upload->parts[0].first == 1u);
    BOOST_TEST(entry.upload->parts[1].second.to_string() == "https://s/2");
    BOOST_TEST(entry.upload->fields.size() == 2u);
    // Without a chunk size a member that looks like a number is a field like any other.
    BOOST_TEST(upload_of(R"({"1":"https://s/1"})").upload->fields.size() == 1u);
    for (const std::string size : {R"("x")", "0", "-1", R"("0")", "1.5", "{}"}) {
        BOOST_TEST_CONTEXT(size) { BOOST_TEST(upload_of(R"({"chunk_size":)" + size + "}").malformed != ""); }
    }
}

BOOST_AUTO_TEST_CASE(one_rule_for_clocks_that_disagree) {
    const auto expires = [](const std::string& members, std::optional<Timestamp> server = {}) {
        LfsTime time{now};
        time.server = server;
        return entry_of(R"({"oid":"a","actions":{"download":{"href":"https://s/x",)" + members + "}}}", time)
            .download->expires;
    };
    BOOST_TEST((expires(R"("expires_in":60)") == now + 60s));
    BOOST_TEST((expires(R"("expires_in":60.5)") == now + 60s));
    // The duration wins over the date, as git-lfs has it.
    BOOST_TEST((expires(R"("expires_in":60,"expires_at":"2020-01-01T00:00:00.000Z")") == now + 60s));
    BOOST_TEST((expires(R"("expires_at":"2023-11-14T22:14:20.000Z")") == now + 60s));
    // A date counts from the server's clock: ours is an hour ahead, or behind.
    const auto server_now = std::chrono::floor<std::chrono::seconds>(now);
    BOOST_TEST((expires(R"("expires_at":"2023-11-14T21:14:20.000Z")", server_now - 1h) == now + 60s));
    BOOST_TEST((expires(R"("expires_at":"2023-11-14T23:14:20.000Z")", server_now + 1h) == now + 60s));
    for (const std::string never : {R"("expires_in":0)", R"("expires_in":-5)", R"("expires_in":"60")",
                                    R"("expires_at":"2020-01-01T00:00:00.000Z")", R"("expires_at":"soon")",
                                    R"("expires_at":7)", R"("expires_at":null)"}) {
        BOOST_TEST_CONTEXT(never) { BOOST_TEST(!expires(never).has_value()); }
    }
    BOOST_TEST((expires(R"("expires_in":9e18)") <= now + 366 * 24h));
    // The system clock's nanoseconds end in 2262.
    const Timestamp year_9999 = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31);
    BOOST_TEST((expires(R"("expires_at":"9999-01-01T00:00:00.000Z")") <= now + 366 * 24h));
    BOOST_TEST((expires(R"("expires_at":"9999-12-31T00:01:00.000Z")", year_9999) == now + 60s));
    BOOST_TEST(!expires(R"("expires_at":"0001-01-01T00:00:00.000Z")", year_9999).has_value());
}

BOOST_AUTO_TEST_CASE(header_null_is_no_header) {
    BOOST_TEST(download_of(R"(,"header":null)").download->fields.size() == 0u);
    BOOST_TEST(download_of("").malformed == "");
}

BOOST_AUTO_TEST_SUITE_END()

#include "commit_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace hf;
using namespace hf::test;

BOOST_FIXTURE_TEST_SUITE(lfs_flow, CommitFixture)

BOOST_AUTO_TEST_CASE(refused_by_the_batch) {
    fail(Method::post, "/batch", 0, [] { return Answer(403, R"({"error":"no write access"})"); });
    try {
        commit({lfs("w.bin", "W")});
        BOOST_ERROR("nothing thrown");
    } catch (const HfHubHTTPError& error) {
        BOOST_TEST(error.status() == 403u);
        BOOST_TEST(error.info().server_message == "no write access");
    }
    BOOST_TEST(hub->commits == 0);
}

BOOST_AUTO_TEST_CASE(a_broken_put_starts_anew) {
    for (const bool lost : {true, false}) {
        hub->seen.clear();
        hub->stored.clear();
        fail(Method::put, "/storage/", 0, [=]() -> Answer {
            if (lost) lose_connection();
            return Answer(503, "SlowDown");
        });
        const auto weights = lfs("w.bin", std::string(5000, 'w'));
        commit({weights});
        BOOST_TEST(hub->count(Method::put, "/storage/") == 2u);
        BOOST_TEST(hub->stored.at(weights.upload_info().sha256) == std::string(5000, 'w'));
    }
}

BOOST_AUTO_TEST_CASE(a_storage_that_stays_broken_is_reported_with_the_file) {
    hub->interfere = [](const SeenRequest& request) -> std::optional<Answer> {
        if (!request.is(Method::put, "/storage/")) return std::nullopt;
        return Answer(503, "");
    };
    try {
        commit({lfs("dir/w.bin", "W")});
        BOOST_ERROR("nothing thrown");
    } catch (const HfHubHTTPError& error) {
        BOOST_TEST(mentions(error.message(), "dir/w.bin"));
        BOOST_TEST(error.status() == 503u);
    }
    BOOST_TEST(hub->count(Method::put, "/storage/") == 6u);
    BOOST_TEST(hub->commits == 0);
}

BOOST_AUTO_TEST_CASE(a_refused_put_is_not_repeated) {
    fail(Method::put, "/storage/", 0, [] { return Answer(403, "<Code>AccessDenied</Code>"); });
    BOOST_TEST(mentions(message_of([&] { commit({lfs("w.bin", "W")}); }), "w.bin"));
    BOOST_TEST(hub->count(Method::put, "/storage/") == 1u);
    BOOST_TEST(hub->count(Method::post, "/batch") == 1u);
}

BOOST_AUTO_TEST_CASE(an_expired_link_is_signed_again) {
    fail(Method::put, "/storage/", 0, [] { return Answer(403, "<Message>Request has expired</Message>"); });
    const auto weights = lfs("w.bin", "W");
    commit({weights});
    BOOST_TEST(hub->count(Method::post, "/batch") == 2u);
    BOOST_TEST(mentions(hub->last(Method::put, "/storage/").url, "sig=2"));
    BOOST_TEST(hub->stored.contains(weights.upload_info().sha256));
}

BOOST_AUTO_TEST_CASE(links_that_are_always_expired_end) {
    hub->interfere = [](const SeenRequest& request) -> std::optional<Answer> {
        if (!request.is(Method::put, "/storage/")) return std::nullopt;
        return Answer(403, "<Message>Request has expired</Message>");
    };
    BOOST_CHECK_THROW(commit({lfs("w.bin", "W")}), HfHubHTTPError);
    BOOST_TEST(hub->count(Method::put, "/storage/") == 4u);
}

BOOST_AUTO_TEST_CASE(expired_parts_keep_what_is_stored) {
    hub->chunk_size = 2;
    options.num_threads = 1;
    // The third part and all later ones want the second signature.
    hub->interfere = [n = 0](const SeenRequest& request) mutable -> std::optional<Answer> {
        if (!request.is(Method::put, "sig=1") || n++ < 2) return std::nullopt;
        return Answer(403, "<Message>Request has expired</Message>");
    };
    const auto big = lfs("big.bin", "0123456789");
    commit({big});
    BOOST_TEST(hub->count(Method::post, "/batch") == 2u);
    BOOST_TEST(hub->count(Method::put, "/storage/") == 6u);  // five parts, one of them refused once
    BOOST_TEST(hub->stored.at(big.upload_info().sha256) == "0123456789");
}

BOOST_AUTO_TEST_CASE(another_multipart_upload_starts_from_its_first_part) {
    for (const unsigned threads : {1u, 4u}) {
        hub->chunk_size = 2;
        hub->upload_id = "U1";
        hub->seen.clear();
        hub->stored.clear();
        hub->signatures = 0;
        options.num_threads = threads;
        hub->interfere = [this, n = 0](const SeenRequest& request) mutable -> std::optional<Answer> {
            if (!request.is(Method::put, "sig=1") || n++ < 2) return std::nullopt;
            hub->upload_id = "U2";
            hub->parts.clear();
            return Answer(403, "<Message>Request has expired</Message>");
        };
        const auto big = lfs("big.bin", "0123456789");
        commit({big});
        BOOST_TEST(hub->stored.at(big.upload_info().sha256) == "0123456789");
        BOOST_TEST(mentions(hub->last(Method::post, "/complete/").url, "uploadId=U2"));
        BOOST_TEST(hub->count(Method::post, "/complete/") == 1u);
    }
}

BOOST_AUTO_TEST_CASE(a_lost_part_is_sent_again) {
    hub->chunk_size = 4;
    fail(Method::put, "/storage/", 1, []() -> Answer { lose_connection(); });
    const auto big = lfs("big.bin", "0123456789");
    commit({big});
    BOOST_TEST(hub->count(Method::put, "/storage/") == 4u);
    BOOST_TEST(hub->stored.at(big.upload_info().sha256) == "0123456789");
}

BOOST_AUTO_TEST_CASE(a_part_without_etag) {
    hub->chunk_size = 4;
    fail(Method::put, "/storage/", 2, [] { return Answer(200, ""); });
    BOOST_TEST(mentions(message_of([&] { commit({lfs("big.bin", "0123456789")}); }), "big.bin"));
    BOOST_TEST(hub->count(Method::post, "/complete/") == 0u);
    BOOST_TEST(hub->commits == 0);
}

BOOST_AUTO_TEST_CASE(a_completion_whose_answer_is_lost) {
    hub->chunk_size = 4;
    hub->distort = [](const SeenRequest& request) -> std::optional<Answer> {
        if (!request.is(Method::post, "/complete/")) return std::nullopt;
        return Answer(400, "no such upload");
    };
    const auto big = lfs("big.bin", "0123456789");
    commit({big});
    BOOST_TEST(big.is_uploaded());
    BOOST_TEST(hub->count(Method::post, "/batch") == 2u);
    BOOST_TEST(hub->commits == 1);
}

BOOST_AUTO_TEST_CASE(a_completion_that_fails) {
    hub->chunk_size = 4;
    fail(Method::post, "/complete/", 0, [] { return Answer(400, "InvalidPart"); });
    BOOST_TEST(mentions(message_of([&] { commit({lfs("big.bin", "0123456789")}); }), "big.bin"));
    BOOST_TEST(hub->commits == 0);
}

BOOST_AUTO_TEST_CASE(a_failed_verification) {
    hub->with_verify = true;
    fail(Method::post, "/verify", 0, [] { return Answer(404, R"({"error":"object is missing"})"); });
    BOOST_TEST(mentions(message_of([&] { commit({lfs("w.bin", "W")}); }), "w.bin"));
    BOOST_TEST(hub->commits == 0);
}

BOOST_AUTO_TEST_SUITE_END()

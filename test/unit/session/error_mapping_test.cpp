#include "session/error_mapping.hpp"
#include "pure_table.hpp"

#include <hf/core/error.hpp>

#include <boost/json/serialize.hpp>

#include <map>
#include <typeindex>

BOOST_AUTO_TEST_SUITE(error_mapping)

using hf::test::Row;

namespace {

const std::chrono::system_clock::time_point now{std::chrono::seconds(1'780'315'200)};

const hf::Url model = hf::Url::parse("https://huggingface.co/api/models/a/b");

hf::net::Fields fields_of(const boost::json::object& input) {
    hf::net::Fields fields;
    if (const auto* headers = input.if_contains("headers")) {
        for (const auto& [name, value] : headers->as_object())
            fields.add(std::string(name), std::string(value.as_string()));
    }
    return fields;
}

std::string body_of(const boost::json::object& input) {
    if (const auto* text = input.if_contains("body_text")) return std::string(text->as_string());
    if (const auto* json = input.if_contains("body_json")) return boost::json::serialize(*json);
    return {};
}

template <class T>
bool is(const hf::Error& error) {
    return dynamic_cast<const T*>(&error) != nullptr;
}

// The most derived type that the reference has too.
std::string class_of(const hf::Error& error) {
    if (is<hf::GatedRepoError>(error)) return "GatedRepoError";
    if (is<hf::RepositoryNotFoundError>(error)) return "RepositoryNotFoundError";
    if (is<hf::RevisionNotFoundError>(error)) return "RevisionNotFoundError";
    if (is<hf::EntryNotFoundError>(error)) return "EntryNotFoundError";
    if (is<hf::BadRequestError>(error)) return "BadRequestError";
    return is<hf::HfHubHTTPError>(error) ? "HfHubHTTPError" : "other";
}

std::string text_or_empty(const boost::json::value& value) {
    return value.is_null() ? std::string() : std::string(value.as_string());
}

hf::ErrorInfo info_of(unsigned status, const hf::net::Fields& fields, std::string_view body,
                      const hf::Url& url = model) {
    try {
        hf::raise_for_status(hf::net::Method::get, url, status, fields, body, now);
    } catch (const hf::HfHubHTTPError& error) {
        return error.info();
    }
    return {};
}

}  // namespace

BOOST_AUTO_TEST_CASE(types_and_messages_as_the_reference) {
    hf::test::for_each_row("error_mapping", [](const Row& row) {
        const auto& expected = row.output().as_object();
        const auto status = row.input().at("status").to_number<unsigned>();
        std::string thrown;
        try {
            hf::raise_for_status(hf::net::Method::get, hf::Url::parse(row.text("url")), status, fields_of(row.input()),
                                 body_of(row.input()), now);
        } catch (const hf::Error& error) {
            thrown = class_of(error);
            BOOST_TEST(error.status() == status);
            BOOST_TEST(error.info().server_message == text_or_empty(expected.at("server_message")));
            BOOST_TEST(error.info().request_id == text_or_empty(expected.at("request_id")));
            const auto ancestors = hf::test::texts(expected.at("is_a"));
            const bool value_error = std::ranges::find(ancestors, "ValueError") != ancestors.end();
            BOOST_TEST((error.code() == hf::ErrorCondition::value_error) == value_error);
            BOOST_TEST((error.code() == hf::ErrorCondition::os_error));
        }
        BOOST_TEST(thrown == text_or_empty(expected.at("class")));
    });
}

BOOST_AUTO_TEST_CASE(messages_say_what_where_and_in_whose_words) {
    hf::net::Fields fields;
    fields.add("X-Request-Id", "Root=1-2");
    fields.add("X-Error-Code", "RevisionNotFound");
    fields.add("X-Error-Message", "Invalid rev id: nope\x1b");
    const auto url = hf::Url::parse("https://h.test/api/models/a/b/tree/nope?recursive=True&X-Amz-Signature=s3cret");
    const auto info = info_of(404, fields, "{\"error\":\"two\\nlines\"}", url);
    BOOST_TEST(info.message ==
               "404 Not Found: revision not found for GET "
               "https://h.test/api/models/a/b/tree/nope?recursive=True&X-Amz-Signature=…: Invalid rev id: nope ; two; "
               "lines (Request ID: Root=1-2)");
    BOOST_TEST(info.error_code == "RevisionNotFound");
    BOOST_TEST(info.method == "GET");
    BOOST_TEST(info.body == "{\"error\":\"two\\nlines\"}");
}

BOOST_AUTO_TEST_CASE(hostile_bodies) {
    BOOST_TEST(info_of(500, {}, "[1,2]").server_message == "");
    BOOST_TEST(info_of(500, {}, "{\"error\":{\"a\":1},\"errors\":[1,{\"message\":2},null]}").server_message == "");
    BOOST_TEST(info_of(500, {}, "{\"errors\":{\"message\":\"x\"}}").server_message == "");
    BOOST_TEST(info_of(500, {}, "{\"error\":\"cut").server_message == "");
    BOOST_TEST(info_of(500, {}, std::string(100'000, '{')).server_message == "");
    BOOST_TEST(info_of(500, {}, "{\"error\":[\"a\",1,\"a\",\"b\"]}").server_message == "a\nb");
}

BOOST_AUTO_TEST_CASE(the_words_of_stores_are_told) {
    const std::string s3 =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired "
        "&amp; "
        "is &lt;old&gt;</Message><Expires>2020</Expires></Error>";
    BOOST_TEST(info_of(403, {}, s3).server_message == "AccessDenied: Request has expired & is <old>");
    BOOST_TEST(info_of(403, {}, s3).message.find("AccessDenied: Request has expired & is <old>") != std::string::npos);
    BOOST_TEST(info_of(403, {}, "<Error><Code>NoSuchKey</Code></Error>").server_message == "NoSuchKey");
    BOOST_TEST(info_of(403, {}, "<Error><Message>why</Message></Error>").server_message == "why");
    for (const char* other : {"<Error>", "<Error></Error>", "<Code>x</Code>", "<Error><Code>", "<Error><Code></Code>"})
        BOOST_TEST(info_of(403, {}, other).server_message == "", other);
    const std::string large =
        "<Error><Code>" + std::string(60'000, 'c') + "</Code><Message>" + std::string(60'000, 'm');
    BOOST_TEST(info_of(403, {}, large).server_message.size() < 1500u);
}

BOOST_AUTO_TEST_CASE(disabled_repositories) {
    hf::net::Fields by_code;
    by_code.add("X-Error-Code", "DisabledRepo");
    BOOST_CHECK_THROW(hf::raise_for_status(hf::net::Method::get, model, 404, by_code, "", now), hf::DisabledRepoError);
    hf::net::Fields by_text;
    by_text.add("X-Error-Message", "Access to this resource is disabled.");
    BOOST_CHECK_THROW(hf::raise_for_status(hf::net::Method::get, model, 403, by_text, "", now), hf::DisabledRepoError);
}

BOOST_AUTO_TEST_CASE(a_401_without_a_code_hides_a_repository_on_every_https_host) {
    const auto type = [](const char* url) -> std::string {
        try {
            hf::raise_for_status(hf::net::Method::get, hf::Url::parse(url), 401, {}, "", now);
        } catch (const hf::Error& error) {
            return class_of(error);
        }
        return {};
    };
    for (const char* url : {"https://huggingface.co/gpt2/resolve/main/f", "https://hub.company.test/api/models/a/b",
                            "https://huggingface.co:444/api/models/a"})
        BOOST_TEST(type(url) == "RepositoryNotFoundError", url);
    for (const char* url : {"https://huggingface.co/x/resolve/", "https://huggingface.co/resolve/main/x",
                            "https://huggingface.co/?/api/models/a"})
        BOOST_TEST(type(url) == "HfHubHTTPError", url);
}

BOOST_AUTO_TEST_CASE(waits_and_ids) {
    hf::net::Fields fields;
    fields.add("Retry-After", "55");
    fields.add("X-Amz-Cf-Id", "cdn-1");
    const auto info = info_of(429, fields, "");
    BOOST_TEST((info.retry_after == std::chrono::seconds(55)));
    BOOST_TEST(info.request_id == "cdn-1");
    BOOST_TEST(!info_of(429, {}, "").retry_after.has_value());
    hf::net::Fields quota;
    quota.add("RateLimit", "\"api\";r=0;t=55");
    BOOST_TEST((info_of(429, quota, "").retry_after == std::chrono::seconds(55)));
    BOOST_TEST(!info_of(500, quota, "").retry_after.has_value());
    quota.set("RateLimit", "\"api\";r=3;t=55");
    BOOST_TEST(!info_of(429, quota, "").retry_after.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

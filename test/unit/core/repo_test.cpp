#include "pure_table.hpp"

#include <hf/core/error.hpp>
#include <hf/core/repo.hpp>

BOOST_AUTO_TEST_SUITE(repo)

using hf::HFValidationError;
using hf::test::Row;

namespace {

std::string endpoint_of(const Row& row) {
    if (row.has("endpoint")) return row.text("endpoint");
    if (!row.has("env")) return std::string(hf::default_endpoint);
    const auto& env = row.input().at("env").as_object();
    if (const auto* endpoint = env.if_contains("HF_ENDPOINT")) return std::string(endpoint->as_string());
    return std::string(hf::staging_endpoint);
}

}  // namespace

BOOST_AUTO_TEST_CASE(repo_ids_as_the_reference) {
    hf::test::for_each_row("repo_id_validation", [](const Row& row) {
        const auto& id = row.input().at("repo_id");
        if (!id.is_string() && !id.is_object()) return;  // no text: the type system refuses it
        if (row.is_error() || row.may_differ()) {
            BOOST_CHECK_EXCEPTION(hf::validate_repo_id(row.text("repo_id"), "from_id"), HFValidationError,
                                  [](const hf::Error& e) { return e.info().argument == "from_id"; });
        } else {
            BOOST_CHECK_NO_THROW(hf::validate_repo_id(row.text("repo_id")));
        }
    });
}

BOOST_AUTO_TEST_CASE(repo_ids_beyond_the_table) {
    const std::string nul("a\0b", 3);
    for (const std::string& id : {nul, std::string("a\xff"), std::string("a\xc0\xaf"), std::string("a\xc2\xa0z"),
                                  std::string("a\xe2\x80\xaez"), std::string("a\xf0\x9f\x98\x80"), std::string("/"),
                                  std::string("a\\b"), std::string("a%2Fb"), std::string("-/a"), std::string("."),
                                  std::string("a/."), std::string(1'000'000, '/'), std::string(1'000'000, 'a')})
        BOOST_CHECK_THROW(hf::validate_repo_id(id), HFValidationError);
    for (const char* id : {"é", "a/é", "é/a"}) BOOST_CHECK_THROW(hf::validate_repo_id(id), HFValidationError);
    const std::string longest(96, 'a');
    BOOST_CHECK_NO_THROW(hf::validate_repo_id(longest + "/" + longest));
    BOOST_CHECK_THROW(hf::validate_repo_id("a" + longest + "/b"), HFValidationError);
}

BOOST_AUTO_TEST_CASE(repo_types) {
    BOOST_TEST(hf::validate_repo_type("") == "model");
    BOOST_TEST(hf::validate_repo_type("space") == "space");
    for (const char* type : {"models", "Model", "foo", " model"})
        BOOST_CHECK_EXCEPTION(hf::validate_repo_type(type), HFValidationError, [&](const hf::Error& e) {
            return e.info().argument == "repo_type" && e.message().find(type) != std::string::npos;
        });
}

BOOST_AUTO_TEST_CASE(file_addresses_as_the_reference) {
    hf::test::for_each_row("hf_hub_url", [](const Row& row) {
        const auto url = [&] {
            return hf::hf_hub_url(endpoint_of(row), row.text("repo_type"), row.text("repo_id"), row.text("revision"),
                                  row.text("filename"), row.text("subfolder"));
        };
        if (row.is_error())
            BOOST_CHECK_THROW(url(), HFValidationError);
        else
            BOOST_TEST(url() == row.output().as_string());
    });
    BOOST_TEST(hf::hf_hub_url("https://m.test//", "", "a/b", "", "f") == "https://m.test/a/b/resolve/main/f");
}

BOOST_AUTO_TEST_CASE(repo_urls_as_the_reference) {
    hf::test::for_each_row("repo_url", [](const Row& row) {
        const std::string endpoint = endpoint_of(row);
        if (row.is_error()) {
            BOOST_CHECK_EXCEPTION(hf::RepoUrl(row.text("url"), endpoint), HFValidationError,
                                  [](const hf::Error& e) { return e.info().argument == "url"; });
            return;
        }
        const hf::RepoUrl url(row.text("url"), endpoint);
        const auto& expected = row.output().as_object();
        BOOST_TEST(url.endpoint == expected.at("endpoint").as_string());
        BOOST_TEST(url.namespace_.has_value() == expected.at("namespace").is_string());
        if (url.namespace_) BOOST_TEST(*url.namespace_ == expected.at("namespace").as_string());
        BOOST_TEST(url.repo_name == expected.at("repo_name").as_string());
        BOOST_TEST(url.repo_id == expected.at("repo_id").as_string());
        BOOST_TEST(url.repo_type == expected.at("repo_type").as_string());
        BOOST_TEST(url.url == expected.at("url").as_string());
    });
}

BOOST_AUTO_TEST_CASE(repo_urls_of_mirrors) {
    const hf::RepoUrl below("https://h.test/hub/datasets/u/r", "https://h.test/hub/");
    BOOST_TEST(below.repo_id == "u/r");
    BOOST_TEST(below.repo_type == "dataset");
    BOOST_CHECK_THROW(hf::RepoUrl("https://evil.test/u/r", "https://h.test"), HFValidationError);
    BOOST_CHECK_THROW(hf::RepoUrl("https://huggingface.co.evil.test/u/r"), HFValidationError);
    BOOST_CHECK_THROW(hf::RepoUrl("https://user:pw@huggingface.co/u/r"), HFValidationError);
}

BOOST_AUTO_TEST_CASE(commit_ids) {
    const std::string full(40, 'a');
    BOOST_TEST(hf::is_commit_hash(full));
    BOOST_TEST(!hf::is_commit_hash(std::string(40, 'A')));
    BOOST_TEST(!hf::is_commit_hash(full.substr(1)));
    BOOST_TEST(!hf::is_commit_hash(full + "a"));
    BOOST_TEST(!hf::is_commit_hash(std::string(40, 'g')));
    BOOST_TEST(hf::is_commit_oid("ABCDE"));
    BOOST_TEST(hf::is_commit_oid(full));
    BOOST_TEST(!hf::is_commit_oid("abcd"));
    BOOST_TEST(!hf::is_commit_oid(full + "a"));
    BOOST_TEST(!hf::is_commit_oid("main5"));
}

BOOST_AUTO_TEST_SUITE_END()

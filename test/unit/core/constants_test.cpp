#include "pure_table.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/repo.hpp>
#include <hf/session/session_config.hpp>

BOOST_AUTO_TEST_SUITE(constants)

using hf::test::texts;

// Enumerations and the retry of uploads are checked where they are defined.
BOOST_AUTO_TEST_CASE(values_of_the_reference) {
    hf::test::for_each_row("constants", [](const hf::test::Row& row) {
        const auto& expected = row.output().as_object();
        const auto text = [&](const char* name) { return std::string(expected.at(name).as_string()); };
        const auto number = [&](const char* name) { return expected.at(name).to_number<std::uint64_t>(); };
        BOOST_TEST(text("hub_endpoint") == hf::default_endpoint);
        BOOST_TEST(text("staging_endpoint") == hf::staging_endpoint);
        BOOST_TEST(text("inference_endpoints_base") == std::string(hf::default_inference_endpoints) + "/v2");
        BOOST_TEST(text("default_revision") == hf::default_revision);
        BOOST_TEST(texts(expected.at("repo_types")) == hf::repo_types, boost::test_tools::per_element());
        for (const auto& [type, prefix] : expected.at("repo_types_url_prefixes").as_object())
            BOOST_TEST(hf::repo_url_prefix(type) == prefix.as_string());
        BOOST_TEST(hf::repo_url_prefix("model") == "");
        BOOST_TEST(texts(expected.at("space_sdks")) == hf::space_sdks, boost::test_tools::per_element());
        BOOST_TEST(texts(expected.at("discussion_types")) == hf::discussion_types, boost::test_tools::per_element());
        BOOST_TEST(texts(expected.at("discussion_statuses")) == hf::discussion_statuses,
                   boost::test_tools::per_element());
        BOOST_TEST(number("etag_timeout_s") == hf::default_etag_timeout.count());
        BOOST_TEST(number("download_timeout_s") == hf::default_download_timeout.count());
        BOOST_TEST(number("request_timeout_s") == hf::default_request_timeout.count());
        BOOST_TEST(number("safetensors_max_header_bytes") == hf::safetensors_max_header_bytes);
        BOOST_TEST(text("safetensors_first_range") == hf::safetensors_first_range);
        BOOST_TEST(text("safetensors_single_file") == hf::safetensors_single_file);
        BOOST_TEST(text("safetensors_index_file") == hf::safetensors_index_file);
        BOOST_TEST(number("local_dir_auto_symlink_threshold_bytes") == hf::local_dir_auto_symlink_threshold);
        BOOST_TEST(number("preupload_chunk") == hf::preupload_chunk);
        BOOST_TEST(number("preupload_sample_bytes") == hf::preupload_sample_bytes);
        BOOST_TEST(number("lfs_batch_chunk") == hf::lfs_batch_chunk);
        BOOST_TEST(number("copy_lookup_chunk") == hf::copy_lookup_chunk);
        BOOST_TEST(number("multi_commit_max_operations") == hf::multi_commit_max_operations);
        BOOST_TEST(number("multi_commit_max_bytes") == hf::multi_commit_max_bytes);
        const auto& retry = expected.at("upload_retry");
        const hf::RetryConfig upload = hf::SessionConfig().upload_retry;
        BOOST_TEST(retry.at("max_retries").as_int64() == upload.max_attempts - 1);
        BOOST_TEST((std::chrono::seconds(retry.at("first_wait_s").as_int64()) == upload.base_delay));
        BOOST_TEST((std::chrono::seconds(retry.at("max_wait_s").as_int64()) == upload.max_delay));
    });
}

BOOST_AUTO_TEST_SUITE_END()

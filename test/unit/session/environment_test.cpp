#include "pure_table.hpp"

#include <hf/core/error.hpp>
#include <hf/session/environment.hpp>

#include <filesystem>
#include <map>

#include <unistd.h>

BOOST_AUTO_TEST_SUITE(environment)

using hf::Environment;
using hf::TokenArg;
using hf::test::Row;

namespace {

// A folder of its own for each test, gone afterwards; "{tmp}" in tables stands for it.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "hfhub-test-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string fill_in(std::string text) const {
        for (auto at = text.find("{tmp}"); at != text.npos; at = text.find("{tmp}")) text.replace(at, 5, path_);
        return text;
    }
    std::string home() const { return path_ + "/home"; }

    void write(const std::string& name, std::string_view content) const {
        const auto file = std::filesystem::path(path_) / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << content;
    }

private:
    std::string path_;
};

using Variables = std::map<std::string, std::string>;

Environment make(const Folder& folder, const Variables& variables) {
    const auto lookup = [&](const std::string& name) -> std::optional<std::string> {
        const auto it = variables.find(name);
        if (it == variables.end()) return std::nullopt;
        return it->second;
    };
    return Environment(lookup, folder.home());
}

Environment make(const Folder& folder, const Row& row) {
    Variables variables;
    for (const auto& [name, value] : row.input().at("env").as_object())
        variables[std::string(name)] = folder.fill_in(std::string(value.as_string()));
    return make(folder, variables);
}

}  // namespace

BOOST_AUTO_TEST_CASE(paths_and_limits_as_the_reference) {
    hf::test::for_each_row("cache_paths", [](const Row& row) {
        const Folder folder;
        const Environment env = make(folder, row);
        const auto& expected = row.output().as_object();
        const auto text = [&](const char* name) { return folder.fill_in(std::string(expected.at(name).as_string())); };
        BOOST_TEST(env.hf_home == text("hf_home"));
        BOOST_TEST(env.hub_cache == text("hub_cache"));
        BOOST_TEST(env.token_path == text("token_path"));
        BOOST_TEST(env.assets_cache == text("assets_cache"));
        BOOST_TEST(env.endpoint == text("endpoint"));
        BOOST_TEST(env.offline == expected.at("offline").as_bool());
        BOOST_TEST(env.local_dir_auto_symlink_threshold ==
                   expected.at("local_dir_auto_symlink_threshold").to_number<std::uint64_t>());
        BOOST_TEST(env.etag_timeout.count() == expected.at("etag_timeout").as_int64());
        BOOST_TEST(env.download_timeout.count() == expected.at("download_timeout").as_int64());
    });
}

BOOST_AUTO_TEST_CASE(tokens_as_the_reference) {
    hf::test::for_each_row("token_resolution", [](const Row& row) {
        const Folder folder;
        for (const auto& [name, content] : row.input().at("files").as_object())
            folder.write(std::string(name), content.as_string());
        const Environment env = make(folder, row);
        const auto& args = row.input().at("args").as_object();
        const auto* given = args.if_contains("token");
        const std::string text(given && given->is_string() ? std::string(given->as_string()) : std::string());
        TokenArg token;
        if (given && given->is_string()) token = text;
        if (given && given->is_bool()) token = given->as_bool();
        const bool write = args.contains("is_write_action");
        if (row.is_error()) {
            const bool missing = row.text("x").empty() && given && given->is_bool() && given->as_bool();
            if (missing)
                BOOST_CHECK_THROW(hf::resolve_authorization(env, {}, token, write), hf::LocalTokenNotFoundError);
            else
                BOOST_CHECK_THROW(hf::resolve_authorization(env, {}, token, write), hf::HFValidationError);
            return;
        }
        const auto header = hf::resolve_authorization(env, {}, token, write);
        const auto& expected = row.output().as_object().at("authorization");
        BOOST_TEST(header.has_value() == expected.is_string());
        if (header) BOOST_TEST(*header == expected.as_string());
        // The client's token is what a call without one has.
        BOOST_TEST((hf::resolve_authorization(env, token, {}, write) == header));
    });
}

BOOST_AUTO_TEST_CASE(a_call_wins_over_its_client) {
    const Folder folder;
    const Environment env = make(folder, {{"HF_TOKEN", "hf_env"}});
    const auto resolve = [&](TokenArg client, TokenArg call) {
        return hf::resolve_authorization(env, client, call).value_or("none");
    };
    BOOST_TEST(resolve("hf_client", {}) == "Bearer hf_client");
    BOOST_TEST(resolve("hf_client", "hf_call") == "Bearer hf_call");
    BOOST_TEST(resolve("hf_client", false) == "none");
    BOOST_TEST(resolve("hf_client", true) == "Bearer hf_env");
    BOOST_TEST(resolve(false, {}) == "none");
}

BOOST_AUTO_TEST_CASE(no_text_becomes_a_second_header) {
    const Folder folder;
    for (const char* token : {"", "hf_x\r\nX-Evil: 1", "hf x", "h\xc3\xa9", "hf\x7f"})
        BOOST_CHECK_EXCEPTION(hf::resolve_authorization(make(folder, Variables{}), {}, token), hf::HFValidationError,
                              [&](const hf::Error& e) {
                                  return e.info().argument == "token" && e.message().find("Evil") == std::string::npos;
                              });
    const Environment env = make(folder, {{"HF_TOKEN", "hf_\x01"}});
    BOOST_CHECK_THROW(hf::resolve_authorization(env, {}, {}), hf::HFValidationError);
    BOOST_TEST(!hf::resolve_authorization(env, {}, false));
}

BOOST_AUTO_TEST_CASE(a_token_file_that_cannot_be_read_fails_only_who_needs_it) {
    const Folder folder;
    folder.write("home/.cache/huggingface/token/oops", "a folder");
    const Environment env = make(folder, Variables{});
    BOOST_TEST(hf::resolve_authorization(env, {}, "hf_x").value_or("") == "Bearer hf_x");
    BOOST_TEST(!hf::resolve_authorization(env, {}, false));
    BOOST_CHECK_EXCEPTION(hf::resolve_authorization(env, {}, {}), hf::FileSystemError,
                          [&](const hf::Error& e) { return e.info().argument == env.token_path; });
    BOOST_TEST(make(folder, {{"HF_TOKEN", "hf_env"}}).token().value_or("") == "hf_env");
}

BOOST_AUTO_TEST_CASE(the_token_file_is_the_one_that_is_named) {
    const Folder folder;
    folder.write("home/.cache/huggingface/token", "hf_default");
    folder.write("home/secrets/hub", "hf_mounted\n");
    const std::string path = folder.home() + "/secrets/hub";
    for (const std::string& named : {path, std::string("~/secrets/hub")}) {
        const Environment env = make(folder, {{"HF_TOKEN_PATH", named}});
        BOOST_TEST(env.token_path == path);
        BOOST_TEST(env.token().value_or("") == "hf_mounted");
    }
    BOOST_TEST(make(folder, {{"HF_TOKEN_PATH", ""}}).token().value_or("") == "hf_default");
    BOOST_TEST(!make(folder, {{"HF_TOKEN_PATH", path + ".none"}}).token());
    BOOST_TEST(make(folder, {{"HF_TOKEN_PATH", path}, {"HF_TOKEN", "hf_env"}}).token().value_or("") == "hf_env");
}

BOOST_AUTO_TEST_CASE(numbers_must_be_numbers) {
    const Folder folder;
    for (const char* value : {"x", "-1", "1.5", "99999999999999999999", "4294967296", "1 2"})
        BOOST_CHECK_EXCEPTION(make(folder, {{"HF_HUB_ETAG_TIMEOUT", value}}), hf::HFValidationError,
                              [](const hf::Error& e) { return e.info().argument == "HF_HUB_ETAG_TIMEOUT"; });
    BOOST_TEST(make(folder, {{"HF_HUB_ETAG_TIMEOUT", " 7 "}}).etag_timeout.count() == 7);
}

BOOST_AUTO_TEST_CASE(empty_variables_are_unset) {
    const Folder folder;
    const Environment env = make(folder, {{"HF_HOME", ""}, {"XDG_CACHE_HOME", ""}, {"HF_HUB_CACHE", ""}});
    BOOST_TEST(env.hub_cache == folder.home() + "/.cache/huggingface/hub");
}

BOOST_AUTO_TEST_CASE(proxies_and_certificates) {
    const Folder folder;
    const Environment env = make(folder, {{"HTTP_PROXY", "http://upper"},
                                          {"http_proxy", "http://lower"},
                                          {"ALL_PROXY", "http://all"},
                                          {"NO_PROXY", "localhost"},
                                          {"SSL_CERT_FILE", "/f"},
                                          {"SSL_CERT_DIR", "/d"},
                                          {"REQUESTS_CA_BUNDLE", "/r"},
                                          {"CURL_CA_BUNDLE", "/c"}});
    BOOST_TEST(env.http_proxy == "http://lower");
    BOOST_TEST(env.https_proxy == "http://all");
    BOOST_TEST(env.no_proxy == "localhost");
    BOOST_TEST(env.ssl_cert_file == "/f");
    BOOST_TEST(env.ssl_cert_dir == "/d");
    BOOST_TEST(env.requests_ca_bundle == "/r");
    BOOST_TEST(env.curl_ca_bundle == "/c");
    // A header named Proxy must not choose the proxy of a CGI program.
    const Environment cgi = make(folder, {{"HTTP_PROXY", "http://evil"}, {"REQUEST_METHOD", "GET"}});
    BOOST_TEST(cgi.http_proxy == "");
}

BOOST_AUTO_TEST_CASE(user_agents_as_the_reference) {
    hf::test::for_each_row("user_agent", [](const Row& row) {
        const Row client(boost::json::object{{"id", row.id()}, {"input", row.input().at("client")}});
        std::string products;
        if (const auto* given = client.input().if_contains("user_agent"); given && given->is_object()) {
            std::vector<std::pair<std::string, std::string>> pairs;
            for (const auto& [name, version] : given->as_object())
                pairs.emplace_back(std::string(name), std::string(version.as_string()));
            products = hf::join_user_agent(pairs);
        } else {
            products = client.text("user_agent");
        }
        const auto text = hf::build_user_agent(client.text("library_name"), client.text("library_version"), products,
                                               "hf_hub/0.20.3; python/{python}");
        BOOST_TEST(text == row.output().as_string());
    });
    BOOST_CHECK_THROW(hf::build_user_agent("a\r\nX: 1", "", ""), hf::HFValidationError);
    BOOST_TEST(hf::build_user_agent("", "", "").starts_with("unknown/None; hfhub/"));
}

BOOST_AUTO_TEST_SUITE_END()

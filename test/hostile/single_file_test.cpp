// Single files from servers that say less than a Hub does, and caches that are not what they seem.
#include "download_scene.hpp"

#include <boost/test/unit_test.hpp>

using namespace hf;
using test::ReceivedRequest;
using test::ScriptedAnswer;
namespace fs = std::filesystem;

namespace {

void append_little_endian(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

/// `text`, of less than 64 KiB, in the form of gzip, stored without compression.
std::string gzip(std::string_view text) {
    std::uint32_t crc = 0xffffffffu;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
    }
    const auto size = static_cast<std::uint32_t>(text.size());
    std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff\x01", 11);
    append_little_endian(out, size, 2);
    append_little_endian(out, ~size, 2);
    out += text;
    append_little_endian(out, ~crc, 4);
    append_little_endian(out, size, 4);
    return out;
}

struct Fixture : test::DownloadScene {
    Fixture() { content = noise(3'000); }

    ScriptedAnswer head() override { return refused_head ? error(*refused_head) : DownloadScene::head(); }

    std::string blob_oid() const { return git_oid(content); }
    ScriptedAnswer entries() const { return json("[" + entry("f.bin", content) + "]"); }
    /// Answers what `route` is part of the path of, and 404 for the rest.
    void api_knows(const std::string& route, ScriptedAnswer out) {
        api_answer = [=, before = api_answer](const ReceivedRequest& request) {
            return request.path().find(route) != std::string_view::npos ? out : before(request);
        };
    }
    void api_knows_commit() { api_knows("/revision/", json(R"({"sha":")" + std::string(commit) + R"("})")); }
    bool sink_heard() const { return sink.unverified_files == std::vector<std::string>{"f.bin"}; }
    fs::path repo_folder() const { return home / "hub/models--me--repo"; }

    std::optional<unsigned> refused_head;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_single_file, Fixture)

BOOST_AUTO_TEST_CASE(a_hash_in_the_header_needs_no_other_route) {
    head_headers = {{"ETag", '"' + blob_oid() + '"'}, {"X-Repo-Commit", commit}};
    const DownloadedFile file = download();
    BOOST_TEST((read(file.path) == content));
    BOOST_TEST(file.verified);
    BOOST_TEST(file.etag == blob_oid());
    BOOST_TEST(file.commit_hash == commit);
    BOOST_TEST(file.size == content.size());
    BOOST_TEST(api_requests == 0u);
}

BOOST_AUTO_TEST_CASE(a_missing_commit_is_asked_of_the_revision) {
    for (const std::string odd : {"", "../../x", "main"}) {
        head_headers = {{"ETag", '"' + blob_oid() + '"'}};
        if (!odd.empty()) head_headers.emplace_back("X-Repo-Commit", odd);
        api_knows_commit();
        BOOST_TEST(download().commit_hash == commit);
    }
    BOOST_TEST(read((repo_folder() / "refs/main").string()) == commit);
}

BOOST_AUTO_TEST_CASE(a_commit_that_no_route_gives_is_an_error_that_says_so) {
    head_headers = {{"ETag", '"' + blob_oid() + '"'}};
    BOOST_CHECK_EXCEPTION(download(), Error, [](const Error& error) {
        return error.message().find("has no commit, and no other route gives one") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_server_without_HEAD_is_asked_by_its_other_routes) {
    for (const unsigned status : {403u, 405u, 501u}) {
        refused_head = status;
        api_knows_commit();
        api_knows("/paths-info/", entries());
        const DownloadedFile file = download({.force_download = true});
        BOOST_TEST((read(file.path) == content));
        BOOST_TEST(file.verified);
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_is_told_where_no_other_route_helps) {
    refused_head = 405;
    BOOST_CHECK_EXCEPTION(download(), Error, [](const Error& error) { return error.status() == 405; });
}

BOOST_AUTO_TEST_CASE(an_ETag_that_is_no_hash_is_replaced_by_what_the_listing_says) {
    for (const bool by_tree : {false, true}) {
        for (const std::string& etag : std::vector<std::string>{"\"65f0a1b2-a8c\"", "W/\"abc\"",
                                                               "\"" + blob_oid() + "-gzip\"", ""}) {
            BOOST_TEST_CONTEXT(etag << by_tree) {
                head_headers = {{"X-Repo-Commit", commit}};
                if (!etag.empty()) head_headers.emplace_back("ETag", etag);
                api_answer = [](const ReceivedRequest&) { return error(404); };
                api_knows(by_tree ? "/tree/" : "/paths-info/", entries());
                const DownloadedFile file = download({.force_download = true});
                BOOST_TEST(file.etag == blob_oid());
                BOOST_TEST(file.verified);
            }
        }
    }
    BOOST_TEST(sink.unverified_files.empty());
}

BOOST_AUTO_TEST_CASE(a_listed_hash_is_binding) {
    head_headers = {{"ETag", "\"nonsense\""}, {"X-Repo-Commit", commit}};
    api_knows("/paths-info/", entries());
    serve = [&](auto) {
        ScriptedAnswer out = whole();
        out.body.back() ^= 1;
        return out;
    };
    BOOST_CHECK_THROW(download(), IntegrityError);
}

BOOST_AUTO_TEST_CASE(a_file_that_nothing_gives_a_hash_for_is_told_to_be_unverified) {
    head_headers = {{"ETag", "\"nonsense\""}, {"X-Repo-Commit", commit}};
    const DownloadedFile file = download();
    BOOST_TEST((read(file.path) == content));
    BOOST_TEST(!file.verified);
    BOOST_TEST(sink_heard());

    transfers.require_hash = true;
    BOOST_CHECK_EXCEPTION(download({.force_download = true}), InvalidResponseError, [](const Error& error) {
        return error.message().find("f.bin") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(an_ETag_that_only_looks_like_a_git_hash_is_checked_with_the_listing) {
    const std::string sha1_of_something(40, 'a');
    head_headers = {{"ETag", '"' + sha1_of_something + '"'}, {"X-Repo-Commit", commit}};
    api_knows("/paths-info/", entries());
    const DownloadedFile file = download();
    BOOST_TEST((read(file.path) == content));
    BOOST_TEST(file.etag == blob_oid());
    BOOST_TEST(gets() == 1u);
}

BOOST_AUTO_TEST_CASE(content_that_neither_the_ETag_nor_the_listing_describes_is_refused) {
    head_headers = {{"ETag", '"' + std::string(40, 'a') + '"'}, {"X-Repo-Commit", commit}};
    api_knows("/paths-info/", json("[" + entry("f.bin", "something else") + "]"));
    BOOST_CHECK_THROW(download(), IntegrityError);
    BOOST_TEST(gets() == 2u);
    BOOST_TEST(api_requests <= 2u);
}

BOOST_AUTO_TEST_CASE(hashes_in_other_spellings_are_hashes) {
    std::string upper = blob_oid();
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    for (const std::string& etag : {upper, "sha256:" + sha256_hex(content)}) {
        head_headers = {{"ETag", '"' + etag + '"'}, {"X-Repo-Commit", commit}};
        BOOST_TEST(download({.force_download = true}).verified);
    }
    BOOST_TEST(api_requests == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_compressed_against_our_will_is_decoded_and_then_verified) {
    for (const std::string coding : {"gzip", "x-gzip"}) {
        for (const bool right : {true, false}) {
            serve = [&](auto) {
                ScriptedAnswer out;
                out.headers = {{"Content-Encoding", coding}};
                out.chunked = true;
                out.body = gzip(right ? content : noise(2'999) + "x");
                return out;
            };
            if (right)
                BOOST_TEST((read(download({.force_download = true}).path) == content));
            else
                BOOST_CHECK_THROW(download({.force_download = true}), IntegrityError);
            BOOST_TEST(gets() <= 4u);
            whole_gets = ranged_gets = 0;
        }
    }
}

BOOST_AUTO_TEST_CASE(an_encoding_that_nobody_knows_is_named) {
    serve = [&](auto) {
        ScriptedAnswer out = whole();
        out.headers = {{"Content-Encoding", "br"}};
        out.body += "longer";
        return out;
    };
    BOOST_CHECK_EXCEPTION(download(), ProtocolError, [](const Error& error) {
        return error.message().find("'br'") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(an_archive_that_is_labelled_with_what_it_is_stays_as_it_is) {
    content = gzip(noise(3'000));
    for (const bool chunked : {false, true}) {
        serve = [&](auto) {
            ScriptedAnswer out = whole();
            out.headers = {{"Content-Encoding", "gzip"}};
            out.chunked = chunked;
            return out;
        };
        BOOST_TEST((read(download({.force_download = true}).path) == content), chunked);
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_size_in_the_cache_is_noticed) {
    for (const char* which : {"pointer", "blob"}) {
        const DownloadedFile file = download();
        fs::resize_file(fs::canonical(file.path), 100);
        if (std::string(which) == "blob") fs::remove(file.path);
        const auto before = gets();
        BOOST_TEST((read(download().path) == content), which);
        BOOST_TEST(gets() == before + 1);
    }
    const auto before = gets();
    download();
    BOOST_TEST(gets() == before);
}

BOOST_AUTO_TEST_CASE(damaged_bytes_in_the_cache_are_noticed_when_asked_for) {
    const DownloadedFile file = download();
    {
        std::fstream blob(file.path, std::ios::in | std::ios::out | std::ios::binary);
        blob.put('x');
    }
    BOOST_TEST((read(download().path) != content));
    BOOST_CHECK_THROW(download({.local_files_only = true, .verify = true}), IntegrityError);
    BOOST_TEST((read(download({.verify = true}).path) == content));
    const auto before = gets();
    BOOST_TEST(download({.revision = commit, .verify = true}).verified);
    BOOST_TEST(gets() == before);
}

BOOST_AUTO_TEST_CASE(a_404_of_the_content_marks_it_as_absent_like_one_of_the_headers) {
    serve = [&](auto) {
        ScriptedAnswer out = error(404, "EntryNotFound");
        out.headers.emplace_back("X-Repo-Commit", commit);
        return out;
    };
    BOOST_CHECK_THROW(download(), EntryNotFoundError);
    BOOST_TEST(fs::exists(repo_folder() / ".no_exist" / commit / "f.bin"));
}

BOOST_AUTO_TEST_CASE(plain_files_in_a_folder_need_no_cache) {
    home = "/proc/nowhere";
    const std::string folder = (path() / "local").string();
    const DownloadedFile file = download({.local_dir = folder});
    BOOST_TEST(file.path == folder + "/f.bin");
    BOOST_TEST((read(file.path) == content));
    BOOST_CHECK_THROW(download(), FileSystemError);
    answer = [](const ReceivedRequest&) { return error(500); };
    BOOST_CHECK_THROW(download({.local_dir = folder}), LocalEntryNotFoundError);
}

BOOST_AUTO_TEST_CASE(the_legacy_cache_keeps_no_partial) {
    content = noise(3u << 20);
    serve = [&](auto) { return broken(whole(), 1u << 20); };
    BOOST_CHECK_THROW(download({.legacy_cache_layout = true}), ConnectionError);
    for (const auto& found : fs::recursive_directory_iterator(home / "hub"))
        BOOST_TEST(found.path().string().find(".partial") == std::string::npos, found.path().string());
}

BOOST_AUTO_TEST_CASE(long_names_arrive_in_a_folder_and_by_force) {
    const std::string name(250, 'n');
    const std::string folder = (path() / "local").string();
    for (int i = 0; i < 2; ++i) {
        HfApi api = client();
        for (const bool local : {false, true}) {
            HfHubDownloadOptions options;
            if (local) options.local_dir = folder;
            options.force_download = i > 0;
            BOOST_TEST((read(run(api.hf_hub_download("me/repo", name, options))) == content));
        }
    }
}

BOOST_AUTO_TEST_CASE(durable_files_are_the_same_files) {
    transfers.durable = true;
    BOOST_TEST((read(download().path) == content));
}

BOOST_AUTO_TEST_CASE(a_bare_404_is_what_the_Hub_says_and_no_failure_to_ask) {
    answer = [](const ReceivedRequest&) { return error(404); };
    BOOST_CHECK_EXCEPTION(download(), LocalEntryNotFoundError, [](const Error& error) {
        return error.message().find("could not be asked") == std::string::npos;
    });
    BOOST_TEST(!run(client().file_exists("me/repo", "f.bin")));
    BOOST_TEST(!run(client().repo_exists("me/repo")));
    run(client().delete_repo("me/repo", {.missing_ok = true}));
}

BOOST_AUTO_TEST_CASE(a_bare_401_is_told_as_it_is) {
    answer = [](const ReceivedRequest&) { return error(401); };
    BOOST_CHECK_EXCEPTION(download(), HfHubHTTPError, [](const Error& error) {
        return error.status() == 401 && error.code() != Errc::local_entry_not_found;
    });
}

BOOST_AUTO_TEST_SUITE_END()

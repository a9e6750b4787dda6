#include "core/base64.hpp"
#include "engine/lfs/upload.hpp"
#include "engine/lfs/upload_plan.hpp"
#include "engine/upload/commit_payload.hpp"
#include "engine/upload/upload_body.hpp"
#include "pure_table.hpp"
#include "workflow/folder_listing.hpp"

#include <hf/core/hash.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace hf;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

std::shared_ptr<SentBytes> uncounted() { return std::make_shared<SentBytes>(nullptr); }

template <class T>
T run(asio::awaitable<T> operation) {
    asio::io_context context;
    auto future = asio::co_spawn(context, std::move(operation), asio::use_future);
    context.run();
    return future.get();
}

net::Body body_of(const CommitPayload& payload) {
    Slice slice;
    return run(payload.body(uncounted(), slice));
}

asio::awaitable<std::string> read_body(net::Body body, std::size_t step) {
    const auto source = body.open();
    std::string out, buffer(step, '\0');
    while (const std::size_t n = co_await source->read_some(asio::buffer(buffer))) out.append(buffer, 0, n);
    co_return out;
}

struct TemporaryFolder {
    TemporaryFolder() {
        std::string name = (fs::temp_directory_path() / "hfhub-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(name.data()));
        path = name;
    }
    ~TemporaryFolder() { fs::remove_all(path); }

    fs::path write(const std::string& name, std::string_view text) const {
        fs::create_directories((path / name).parent_path());
        std::ofstream(path / name, std::ios::binary) << text;
        return path / name;
    }

    fs::path path;
};

CommitOperationAdd regular(std::string_view path, std::string content) {
    CommitOperationAdd add(path, UploadContent::from_bytes(std::move(content)));
    add.upload_info();
    add.state().mode = UploadMode::regular;
    return add;
}

std::string row_content(const test::Row& row) {
    const auto& content = row.input().at("content").as_object();
    if (const auto* b64 = content.if_contains("b64")) return *base64_decode(std::string_view(b64->as_string()));
    const auto& repeat = content.at("repeat").as_object();
    std::string out;
    for (auto i = repeat.at("count").as_int64(); i > 0; --i) out += std::string_view(repeat.at("text").as_string());
    return out;
}

std::string argument_of(auto&& call) {
    try {
        call();
    } catch (const HFValidationError& error) {
        return error.info().argument;
    }
    return "nothing thrown";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upload_parts)

BOOST_AUTO_TEST_CASE(upload_info_table) {
    TemporaryFolder folder;
    test::for_each_row("upload_info", [&](const test::Row& row) {
        const std::string content = row_content(row);
        const auto& expected = row.output().as_object();
        const auto check = [&](const UploadContent& source) {
            CommitOperationAdd add("f", source);
            BOOST_TEST(add.upload_info().sha256 == std::string(expected.at("sha256").as_string()));
            BOOST_TEST(add.upload_info().size == expected.at("size").to_number<std::uint64_t>());
            BOOST_TEST(base64_encode(add.upload_info().sample) == std::string(expected.at("sample_b64").as_string()));
            const std::string encoded = add.b64content();
            BOOST_TEST(encoded.size() == expected.at("content_b64_length").to_number<std::size_t>());
            BOOST_TEST(sha256_hex(encoded) == std::string(expected.at("content_b64_sha256").as_string()));
            std::ostringstream read;
            read << add.as_file()->rdbuf();
            BOOST_TEST((read.str() == content));
        };
        check(UploadContent::from_bytes(content));
        check(UploadContent(folder.write("x", content)));
        check(UploadContent::from_stream(std::make_shared<std::istringstream>(content)));
    });
}

BOOST_AUTO_TEST_CASE(a_stream_is_taken_whole_and_left_at_its_start) {
    auto stream = std::make_shared<std::istringstream>("0123456789");
    stream->seekg(4);
    CommitOperationAdd add("a", UploadContent::from_stream(stream));
    BOOST_TEST(stream->tellg() == 0);
    std::string text;
    *add.as_file() >> text;
    BOOST_TEST(text == "0123456789");
    BOOST_TEST(stream->tellg() == 0);
    BOOST_TEST(base64_decode(add.b64content()).value() == "0123456789");
    BOOST_TEST(stream->tellg() == 0);
    add.as_file()->seekg(0, std::ios::end);
    const auto file = add.as_file();
    file->seekg(-3, std::ios::end);
    *file >> text;
    BOOST_TEST(text == "789");
}

BOOST_AUTO_TEST_CASE(wrong_arguments_are_named) {
    TemporaryFolder folder;
    const auto bytes = UploadContent::from_bytes("x");
    BOOST_TEST(argument_of([&] { CommitOperationAdd("../a", bytes); }) == "path_in_repo");
    BOOST_TEST(argument_of([&] { CommitOperationAdd("a", folder.path / "none"); }) == "path_or_fileobj");
    BOOST_TEST(argument_of([&] { CommitOperationAdd("a", folder.path); }) == "path_or_fileobj");
    BOOST_TEST(argument_of([&] { UploadContent::from_stream(nullptr); }) == "path_or_fileobj");
    BOOST_TEST(argument_of([] { CommitOperationDelete(".git/x"); }) == "path_in_repo");
    BOOST_TEST(argument_of([] { CommitOperationCopy("../a", "b"); }) == "src_path_in_repo");
    BOOST_TEST(argument_of([] { CommitOperationCopy("a", ".."); }) == "path_in_repo");
}

BOOST_AUTO_TEST_CASE(a_trailing_slash_marks_a_folder) {
    BOOST_TEST(CommitOperationDelete("a/").is_folder());
    BOOST_TEST(!CommitOperationDelete("a").is_folder());
    BOOST_TEST(CommitOperationDelete("a", true).is_folder());
    BOOST_TEST(!CommitOperationDelete("a/", false).is_folder());
    BOOST_TEST(CommitOperationDelete("./a/").path_in_repo() == "a/");
}

BOOST_AUTO_TEST_CASE(payload_is_exact_for_every_size_and_buffer) {
    const auto expected_line = [](const std::string& path, const std::string& content) {
        return R"({"key":"file","value":{"content":")" + base64_encode(content) + R"(","path":")" + path +
               R"(","encoding":"base64"}})" + "\n";
    };
    for (const std::size_t size : {0u, 1u, 2u, 3u, 49151u, 49152u, 49153u, 150'000u}) {
        std::string content(size, '\0');
        for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31);
        std::vector<CommitOperation> operations{regular("a/\"q\".bin", content), regular("b", "hello\n")};
        const CommitPayload payload("Title", "Text", "", operations, {});
        const std::string expected = R"({"key":"header","value":{"summary":"Title","description":"Text"}})"
                                     "\n" +
                                     expected_line(R"(a/\"q\".bin)", content) + expected_line("b", "hello\n");
        const net::Body body = body_of(payload);
        BOOST_TEST(body.size().value() == expected.size());
        for (const std::size_t step : {1009u, 65536u, 1u << 20}) {
            const std::string text = run(read_body(body, step));
            BOOST_TEST((text == expected), "size " << size << ", step " << step);
        }
    }
}

BOOST_AUTO_TEST_CASE(payload_lines) {
    CommitOperationAdd large("w.bin", UploadContent::from_bytes("W"));
    large.upload_info();
    large.state().mode = UploadMode::lfs;
    CommitOperationAdd ignored = regular("x.log", "log");
    ignored.state().should_ignore = true;
    FilesToCopy copies;
    copies.insert_or_assign({"s", std::nullopt}, "aa");
    copies.insert_or_assign({"s", "refs/pr/1"}, "bb");
    std::vector<CommitOperation> operations{CommitOperationDelete("d/"),
                                            large,
                                            ignored,
                                            CommitOperationCopy("s", "t"),
                                            CommitOperationCopy("s", "u", "refs/pr/1"),
                                            CommitOperationDelete("e")};
    const CommitPayload payload("T", "", "abcdef", operations, copies);
    BOOST_TEST(
        run(read_body(body_of(payload), 100)) ==
        R"({"key":"header","value":{"summary":"T","description":"","parentCommit":"abcdef"}})"
        "\n"
        R"({"key":"deletedFolder","value":{"path":"d/"}})"
        "\n"
        R"({"key":"lfsFile","value":{"path":"w.bin","algo":"sha256","oid":"fcb5f40df9be6bae66c1d77a6c15968866a9e6cbd7314ca432b019d17392f6f4","size":1}})"
        "\n"
        R"({"key":"lfsFile","value":{"path":"t","algo":"sha256","oid":"aa"}})"
        "\n"
        R"({"key":"lfsFile","value":{"path":"u","algo":"sha256","oid":"bb"}})"
        "\n"
        R"({"key":"deletedFile","value":{"path":"e"}})"
        "\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_is_found_out) {
    TemporaryFolder folder;
    const auto change = [&](auto edit) {
        const fs::path path = folder.write("f.txt", std::string(100'000, 'a'));
        CommitOperationAdd add("f.txt", path);
        add.upload_info();
        add.state().mode = UploadMode::regular;
        edit(path);
        std::vector<CommitOperation> operations{add};
        const CommitPayload payload("T", "", "", operations, {});
        const auto names_file = [&](const IntegrityError& error) { return error.info().argument == path.string(); };
        BOOST_CHECK_EXCEPTION(run(read_body(body_of(payload), 4096)), IntegrityError, names_file);
        std::shared_ptr<UploadState> state(std::make_shared<CommitOperationAdd>(add), &add.state());
        const auto body = make_range_body(state, 50'000, 50'000, uncounted());
        BOOST_CHECK_EXCEPTION(run(read_body(body, 4096)), IntegrityError, names_file);
    };
    change([](const fs::path& path) { fs::resize_file(path, 10); });
    change([](const fs::path& path) { std::ofstream(path, std::ios::app) << "more"; });
    change([](const fs::path& path) {
        fs::remove(path);
        std::ofstream(path) << std::string(100'000, 'b');
    });
}

BOOST_AUTO_TEST_CASE(ranges_can_be_opened_again) {
    CommitOperationAdd add("f", UploadContent::from_bytes("0123456789abcdef"));
    add.upload_info();
    std::shared_ptr<UploadState> state(std::make_shared<CommitOperationAdd>(add), &add.state());
    const auto body = make_range_body(state, 10, 6, uncounted());
    BOOST_TEST(body.size().value() == 6u);
    BOOST_TEST(run(read_body(body, 4)) == "abcdef");
    BOOST_TEST(run(read_body(body, 64)) == "abcdef");
}

namespace {

UploadPlan plan_of(std::string_view object, std::uint64_t size) {
    const auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
    auto entries = parse_lfs_batch(R"({"objects":[)" + std::string(object) + "]}", LfsTime{now});
    return make_upload_plan(std::move(entries.at(0)), size);
}

}  // namespace

BOOST_AUTO_TEST_CASE(plan_of_one_part) {
    const auto plan =
        plan_of(R"({"oid":"aa","size":5,"actions":{"upload":{"href":"https://s3.test/o?sig=a%2Fb","header":{"x":"y"}},
                                  "verify":{"href":"https://hub.test/verify"}}})",
                5);
    BOOST_TEST(!plan.present);
    BOOST_TEST(!plan.completion);
    BOOST_TEST(plan.parts.size() == 1u);
    BOOST_TEST(plan.parts[0].size == 5u);
    BOOST_TEST(plan.parts[0].url.to_string() == "https://s3.test/o?sig=a%2Fb");
    BOOST_TEST(plan.fields.find("X").value() == "y");
    BOOST_TEST(plan.verify->href.to_string() == "https://hub.test/verify");
    BOOST_TEST(plan_of(R"({"oid":"aa","size":5})", 5).present);
    BOOST_TEST(plan_of(R"({"oid":"aa","size":5,"actions":null})", 5).present);
}

BOOST_AUTO_TEST_CASE(plan_of_several_parts) {
    const auto plan = plan_of(R"({"oid":"aa","size":25,"actions":{"upload":{"href":"https://hub.test/c?uploadId=U&b=1",
        "header":{"00010":"https://s3.test/3","chunk_size":"10","2":"https://s3.test/2","00001":"https://s3.test/1"}}}})",
                              25);
    BOOST_TEST(plan.upload_id == "U");
    BOOST_TEST(plan.parts.size() == 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        BOOST_TEST(plan.parts[i].offset == i * 10);
        BOOST_TEST(plan.parts[i].size == (i < 2 ? 10u : 5u));
        BOOST_TEST(plan.parts[i].url.target() == "/" + std::to_string(i + 1));
    }
    BOOST_TEST(
        plan_of(
            R"({"oid":"aa","actions":{"upload":{"href":"https://h/c","header":{"chunk_size":7,"1":"https://s/1"}}}})",
            7)
            .parts.size() == 1u);
}

BOOST_AUTO_TEST_CASE(malformed_plans) {
    for (
        const std::string_view object :
        {R"("text")", R"({"size":5})", R"({"oid":"a","actions":{"upload":{}}})",
         R"({"oid":"a","actions":{"upload":{"href":7}}})", R"({"oid":"a","actions":{"upload":{"href":"/relative"}}})",
         R"({"oid":"a","actions":{"upload":[]}})",
         R"({"oid":"a","actions":{"upload":{"href":"https://h/","header":{"chunk_size":"x"}}}})",
         R"({"oid":"a","actions":{"upload":{"href":"https://h/","header":{"chunk_size":"0"}}}})",
         R"({"oid":"a","actions":{"upload":{"href":"https://h/","header":{"chunk_size":"4","1":"https://h/1"}}}})",
         R"({"oid":"a","actions":{"upload":{"href":"https://h/","header":{"chunk_size":"4","1":"https://h/1","2":"nonsense"}}}})"}) {
        BOOST_TEST_CONTEXT(object) { BOOST_CHECK_THROW(plan_of(object, 5), InvalidResponseError); }
    }
    const auto refused =
        parse_lfs_batch(R"({"objects":[{"oid":"ab","size":1,"error":{"code":422,"message":"too large"}}]})", LfsTime{});
    BOOST_CHECK_EXCEPTION(require_accepted(refused), HFValidationError, [](const auto& error) {
        return error.message().find("ab") != std::string::npos &&
               error.message().find("too large") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(expiry_is_believed_only_with_evidence) {
    const auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
    const std::string_view s3 = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    BOOST_TEST(is_expired_signature(403, s3, std::nullopt, now));
    BOOST_TEST(is_expired_signature(400, "<Code>ExpiredToken</Code>", std::nullopt, now));
    BOOST_TEST(!is_expired_signature(403, "<Code>AccessDenied</Code>", std::nullopt, now));
    BOOST_TEST(!is_expired_signature(500, s3, std::nullopt, now));
    BOOST_TEST(is_expired_signature(403, "", now, now));
    BOOST_TEST(!is_expired_signature(403, "", now + std::chrono::seconds(1), now));
    // A link that was born expired says more of a clock than of itself.
    const auto born_expired =
        plan_of(R"({"oid":"a","actions":{"upload":{"href":"https://h/","expires_at":"2020-01-01T00:00:00Z"}}})", 5);
    BOOST_TEST(!born_expired.expires.has_value());
    const auto relative = plan_of(R"({"oid":"a","actions":{"upload":{"href":"https://h/","expires_in":60}}})", 5);
    BOOST_TEST((relative.expires == now + std::chrono::seconds(60)));
}

BOOST_AUTO_TEST_CASE(links_are_signed_in_bounded_batches) {
    BOOST_TEST(lfs_batch_length(std::vector<std::uint64_t>{}) == 0u);
    BOOST_TEST(lfs_batch_length(std::vector<std::uint64_t>(1000, 1)) == 256u);
    BOOST_TEST(lfs_batch_length(std::vector<std::uint64_t>(1000, 1ull << 30)) == 8u);
    BOOST_TEST(lfs_batch_length(std::vector<std::uint64_t>(3, 100ull << 30)) == 1u);
}

BOOST_AUTO_TEST_CASE(overwriting_is_noticed) {
    const auto bytes = UploadContent::from_bytes("x");
    const auto warnings = [&](std::vector<CommitOperation> operations) {
        return overwriting_operations(operations).size();
    };
    BOOST_TEST(warnings({CommitOperationAdd("a", bytes), CommitOperationAdd("b", bytes)}) == 0u);
    BOOST_TEST(warnings({CommitOperationAdd("a", bytes), CommitOperationAdd("a", bytes)}) == 1u);
    BOOST_TEST(warnings({CommitOperationAdd("d/e/a", bytes), CommitOperationDelete("d/")}) == 1u);
    BOOST_TEST(warnings({CommitOperationDelete("d/"), CommitOperationAdd("d/e/a", bytes)}) == 0u);
    BOOST_TEST(warnings({CommitOperationAdd("a", bytes), CommitOperationDelete("a")}) == 1u);
}

BOOST_AUTO_TEST_CASE(folders_are_listed_in_the_reference_order) {
    TemporaryFolder folder;
    for (const char* name : {"ab.txt", "a/y/z.txt", "a/x.txt", "a.txt", "a-b.txt", "B.txt", "é.txt", ".git/HEAD",
                             "a/.git/config", ".gitignore"})
        folder.write(name, name);
    fs::create_directory(folder.path / "empty");
    fs::create_symlink("ab.txt", folder.path / "link.txt");
    fs::create_symlink("nothing", folder.path / "dangling");
    fs::create_directory_symlink("a", folder.path / "linked");
    const std::vector<std::string> expected{".gitignore", "B.txt",  "a/x.txt",  "a/y/z.txt", "a-b.txt",
                                            "a.txt",      "ab.txt", "link.txt", "é.txt"};
    const FolderListing listing = run(list_folder(folder.path));
    BOOST_TEST(listing.files == expected, boost::test_tools::per_element());
    const std::vector<std::string> left_out{"dangling is a link to nothing", "linked is a link to a folder"};
    BOOST_TEST(listing.left_out == left_out, boost::test_tools::per_element());
    BOOST_TEST(argument_of([&] { run(list_folder(folder.path / "a.txt")); }) == "folder_path");
    folder.write("bad\xff", "");
    BOOST_TEST(argument_of([&] { run(list_folder(folder.path)); }) == "folder_path");
    const FolderFilter without_bad(std::nullopt, {"bad*", "linked", "dang*"});
    BOOST_TEST(run(list_folder(folder.path, without_bad)).files.size() == expected.size());
    BOOST_TEST(run(list_folder(folder.path, without_bad)).left_out.empty());
}

BOOST_AUTO_TEST_CASE(what_clients_keep_for_themselves_is_not_listed) {
    TemporaryFolder folder;
    for (const char* name : {".cache/huggingface/download/a.metadata", ".cache/other", ".hfhub/x.partial", "a.txt",
                             "sub/.cache/huggingface/x", "sub/.hfhub/y", "sub/huggingface/z"})
        folder.write(name, name);
    const std::vector<std::string> expected{".cache/other", "a.txt", "sub/huggingface/z"};
    BOOST_TEST(run(list_folder(folder.path)).files == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_told) {
    TemporaryFolder folder;
    folder.write("a.txt", "a");
    BOOST_REQUIRE(::mkfifo((folder.path / "pipe").c_str(), 0600) == 0);
    fs::create_symlink("loop", folder.path / "loop");
    fs::create_directory_symlink(".", folder.path / "round");
    const FolderListing listing = run(list_folder(folder.path));
    BOOST_TEST(listing.files == std::vector<std::string>{"a.txt"}, boost::test_tools::per_element());
    const std::vector<std::string> left_out{"loop is a link to itself", "pipe is neither a file nor a folder",
                                            "round is a link to a folder"};
    BOOST_TEST(listing.left_out == left_out, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

#include "hub_fixture.hpp"
#include "snippets.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <iostream>
#include <sstream>

namespace fs = std::filesystem;

namespace {

constexpr const char* token = "hf_reader";

/// What the README takes for granted: a Hub with the repositories it names, the variables set, and a
/// working folder with something to upload.
struct Surroundings {
    Surroundings() : old_path(fs::current_path()) {
        fs::current_path(folder.path());
        folder.write("gpt2/config.json", R"({"model_type": "gpt2"})");
        folder.write("gpt2/README.md", "---\npipeline_tag: text-generation\n---\n# GPT-2\n");
        folder.write("gemma/config.json", "{}");
        folder.write("gemma/weights/model.safetensors", hf::test::noise(100'000, 1));
        folder.write("gemma/notes.txt", "not asked for");
        folder.write("gemma/README.md", "---\npipeline_tag: text-generation\n---\n");
        folder.write("squad/train.csv", "question,answer\n");
        folder.write("out/model.safetensors", hf::test::noise(50'000, 2));
        hub.start();
        hub.add_user("me", token);
        hub.import_folder("model", "openai-community/gpt2", "gpt2");
        hub.import_folder("model", "google/gemma-2b", "gemma");
        hub.import_folder("dataset", "rajpurkar/squad", "squad");
        ::setenv("HF_ENDPOINT", hub.endpoint().c_str(), 1);
        ::setenv("HF_HOME", (folder.path() / "home").c_str(), 1);
        ::setenv("HF_TOKEN", token, 1);
        boost::unit_test::unit_test_log.set_stream(std::cerr);  // not into what the snippets print
        std::cout.rdbuf(printed.rdbuf());
    }
    ~Surroundings() {
        std::cout.rdbuf(stdout_buffer);
        fs::current_path(old_path);
    }

    bool has_printed(std::string_view text) const { return printed.str().find(text) != std::string::npos; }

    std::streambuf* stdout_buffer = std::cout.rdbuf();
    std::ostringstream printed;
    hf::test::TemporaryFolder folder;
    fs::path old_path;
    hf::LocalHub hub{hf::LocalHubConfig(folder.path() / "hub")};
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(first_program, Surroundings) {
    BOOST_TEST(readme_program() == 0);
    BOOST_TEST(has_printed("openai-community/gpt2 at "));
    BOOST_TEST(has_printed("/config.json"));
}

BOOST_FIXTURE_TEST_CASE(every_snippet, Surroundings) {
    boost::asio::io_context context;
    hf::HfApi api(context.get_executor());
    for (const Snippet snippet : snippets) {
        auto done = boost::asio::co_spawn(context, snippet(api), boost::asio::use_future);
        context.restart();
        context.run();
        BOOST_CHECK_NO_THROW(done.get());
    }
    BOOST_TEST(has_printed("google/gemma-2b\n"));
    BOOST_TEST(!has_printed("openai-community/gpt2\n"));  // not by this author
    BOOST_TEST(has_printed("2 files; 2 of 2 fetched"), printed.str());
    BOOST_TEST(fs::exists("mirror/squad/train.csv"));
    BOOST_TEST(has_printed("proposed: " + hub.endpoint() + "/me/model/discussions/1"));
    BOOST_TEST(has_printed("5 files in all"), printed.str());
    BOOST_TEST(has_printed("I am \"me\""));
    BOOST_TEST(has_printed("0 likers; google/gemma-2b is in "));
    BOOST_TEST(has_printed("no_such_file"));
    BOOST_TEST(has_printed("kinds of tags; files"));
}

// File names and ids of a server that wants to write elsewhere.
#include "hostile_fixture.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
namespace fs = std::filesystem;

BOOST_FIXTURE_TEST_SUITE(hostile_names, test::HostileFixture)

BOOST_AUTO_TEST_CASE(a_tree_that_leaves_the_folder_is_refused_whole) {
    for (const std::string name : {"../outside.txt", "/tmp/outside.txt", "a/../../outside.txt", "", "a//b", "a/./b"}) {
        BOOST_TEST_CONTEXT(name) {
            answer = [&](const test::ReceivedRequest& request) {
                if (request.path().find("/revision/") != std::string_view::npos)
                    return json(R"({"sha":")" + std::string(commit) + R"(","siblings":[]})");
                if (request.path().find("/tree/") != std::string_view::npos)
                    return json("[" + entry("good.txt", "good") + "," + entry(name, "evil") + "]");
                return json("evil");
            };
            BOOST_CHECK_THROW(run(client().mirror("me/repo", (path() / "m" / "mirror").string())), UnsafePathError);
            BOOST_CHECK(!fs::exists(path() / "m" / "mirror" / "good.txt"));
            BOOST_CHECK(!fs::exists(path() / "m" / "outside.txt"));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

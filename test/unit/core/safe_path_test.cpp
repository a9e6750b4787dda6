#include "core/safe_path.hpp"
#include "pure_table.hpp"

#include <hf/core/error.hpp>

BOOST_AUTO_TEST_SUITE(safe_path)

using hf::is_safe_path;
using hf::PathRules;
using hf::test::Row;

BOOST_AUTO_TEST_CASE(paths_of_operations_as_the_reference) {
    hf::test::for_each_row("path_in_repo", [](const Row& row) {
        const std::string path = row.text("path_in_repo");
        // Where the table says that a stricter check is fine, ours refuses.
        if (row.is_error() || row.may_differ()) {
            BOOST_CHECK_EXCEPTION(hf::validate_path_in_repo(path), hf::HFValidationError, [](const hf::Error& e) {
                return e.info().argument == "path_in_repo" && e.code() == hf::ErrorCondition::value_error;
            });
        } else {
            BOOST_TEST(hf::validate_path_in_repo(path) == row.output().as_string());
        }
    });
    BOOST_CHECK_THROW(hf::validate_path_in_repo(std::string("a\0b", 3)), hf::HFValidationError);
}

BOOST_AUTO_TEST_CASE(names_that_stay_in_their_folder) {
    for (const char* name : {"a", "a/b.txt", ".gitattributes", ".github/x", "a b", "é/日本.txt", "...", "a..b", "..a",
                             "ab:c", "aux.c", "con", "a\\b", "trailing.", "git~1", "a*b?"})
        BOOST_TEST(is_safe_path(name, PathRules::portable), name);
}

BOOST_AUTO_TEST_CASE(names_that_would_leave_it) {
    const std::string nul("a\0b", 3);
    for (const std::string& name : {std::string(),
                                    nul,
                                    std::string("/a"),
                                    std::string("//host/share"),
                                    std::string("\\a"),
                                    std::string("\\\\host\\share"),
                                    std::string(".."),
                                    std::string("../a"),
                                    std::string("a/../b"),
                                    std::string("a/.."),
                                    std::string("a\\..\\b"),
                                    std::string("..\\a"),
                                    std::string("."),
                                    std::string("./a"),
                                    std::string("a/./b"),
                                    std::string("a//b"),
                                    std::string("a/"),
                                    std::string("a\\"),
                                    std::string("C:"),
                                    std::string("C:a"),
                                    std::string("c:\\a"),
                                    std::string("Z:/a"),
                                    std::string(".git/hooks/post-checkout"),
                                    std::string("a/.GIT/config"),
                                    std::string(".Git"),
                                    std::string("a\\.git\\x")}) {
        BOOST_TEST(!is_safe_path(name, PathRules::portable), name);
        BOOST_TEST(!is_safe_path(name, PathRules::windows), name);
        BOOST_CHECK_EXCEPTION(hf::require_safe_path(name), hf::UnsafePathError, [&](const hf::Error& e) {
            return e.info().argument == name && e.code() == hf::make_error_code(hf::Errc::unsafe_path);
        });
    }
}

BOOST_AUTO_TEST_CASE(names_that_windows_cannot_store) {
    for (const char* name :
         {"con", "CON.txt", "a/nul", "aux.tar.gz", "COM1", "lpt9.x", "com¹", "CONIN$", "prn .txt", "a.",
          "a ",  "a/b. /c", "a:b",   "a<b",        "a|b",  "a?b",    "a*b",  "a\"b",   "a\x01z",   "git~1/x"})
        BOOST_TEST(!is_safe_path(name, PathRules::windows), name);
    for (const char* name : {"console", "com", "com10", "comx", "a.con", "nul_", ".con", "lpt", "auxiliary/x"})
        BOOST_TEST(is_safe_path(name, PathRules::windows), name);
}

BOOST_AUTO_TEST_CASE(messages_are_one_short_line) {
    BOOST_CHECK_EXCEPTION(hf::require_safe_path("../\n\x1b[2J" + std::string(100'000, 'a')), hf::UnsafePathError,
                          [](const hf::Error& e) {
                              return e.message().find('\n') == std::string::npos &&
                                     e.message().find('\x1b') == std::string::npos && e.message().size() < 400;
                          });
}

BOOST_AUTO_TEST_SUITE_END()

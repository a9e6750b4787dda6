#include "workflow/multi_commit_text.hpp"
#include "pure_table.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(multi_commit_text)

using hf::MultiCommitStep;
using hf::MultiCommitStrategy;
using hf::test::Row;
using hf::test::texts;

namespace {

std::vector<MultiCommitStep> steps(const Row& row, const char* name) {
    std::vector<MultiCommitStep> out;
    for (const auto& commit : row.input().at(name).as_array()) {
        MultiCommitStep step;
        for (const auto& item : commit.as_array()) {
            const auto& operation = item.as_object();
            if (const auto* path = operation.if_contains("delete")) {
                const std::string text(path->as_string());
                const auto* folder = operation.if_contains("is_folder");
                step.remove(text, folder ? folder->as_bool() : text.ends_with('/'));
                continue;
            }
            std::string content;
            const auto* repeat = operation.if_contains("repeat");
            for (auto i = repeat ? repeat->as_int64() : 1; i > 0; --i)
                content += std::string_view(operation.at("text").as_string());
            step.add(operation.at("add").as_string(), hf::sha256_hex(content), content.size());
        }
        out.push_back(std::move(step));
    }
    return out;
}

std::vector<std::string> ids(const std::vector<MultiCommitStep>& list) {
    std::vector<std::string> out;
    for (const auto& step : list) out.push_back(step.id());
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(ids_and_texts_as_the_reference) {
    hf::test::for_each_row("multi_commit", [](const Row& row) {
        const auto make = [&] {
            return MultiCommitStrategy(steps(row, "addition_commits"), steps(row, "deletion_commits"));
        };
        if (row.is_error()) {
            BOOST_CHECK_THROW(make(), hf::HFValidationError);
            return;
        }
        MultiCommitStrategy strategy = make();
        if (const auto* completed = row.input().if_contains("completed")) {
            std::size_t i = 0;  // deletions first
            for (auto* list : {&strategy.deletions, &strategy.additions}) {
                for (auto& step : *list) {
                    if (i < completed->as_array().size()) step.completed = completed->as_array()[i].as_bool();
                    ++i;
                }
            }
        }
        const auto& expected = row.output().as_object();
        BOOST_TEST(ids(strategy.additions) == texts(expected.at("step_ids").at("addition")),
                   boost::test_tools::per_element());
        BOOST_TEST(ids(strategy.deletions) == texts(expected.at("step_ids").at("deletion")),
                   boost::test_tools::per_element());
        BOOST_TEST(strategy.id() == expected.at("strategy_id").as_string());
        std::vector<std::string> lines;
        for (const auto* list : {&strategy.deletions, &strategy.additions})
            for (const auto& step : *list) lines.push_back(step.line());
        BOOST_TEST(lines == texts(expected.at("step_lines")), boost::test_tools::per_element());
        BOOST_TEST(strategy.title(row.text("commit_message")) == expected.at("pr_title").as_string());
        const auto description = strategy.description(row.text("commit_message"), row.text("commit_description"));
        BOOST_TEST(description == expected.at("description").as_string());
        BOOST_TEST(
            hf::parse_multi_commit_description(description) == texts(expected.at("step_ids_parsed_from_description")),
            boost::test_tools::per_element());
    });
}

BOOST_AUTO_TEST_CASE(descriptions_that_people_edited) {
    const std::string a(64, 'a'), b(64, 'B');
    const auto parse = [](const std::string& text) { return hf::parse_multi_commit_description(text); };
    BOOST_TEST(parse("- [x] text (" + a + ")\r\n  - [ ] (" + b + ")\n- [x] " + a) == (std::vector{b, a}),
               boost::test_tools::per_element());
    BOOST_TEST(parse("- [y] " + a + "\n- [ ]\n" + a + "\n-[ ] " + a + "\n" + a + " - [ ] x").empty());
    // The last of several, and the last digits of a longer run.
    BOOST_TEST(parse("- [ ] " + a + " " + b) == std::vector{b}, boost::test_tools::per_element());
    BOOST_TEST(parse("- [ ] " + std::string(9, 'c') + a) == std::vector{a}, boost::test_tools::per_element());
    const auto start = std::chrono::steady_clock::now();
    std::string boxes;
    for (int i = 0; i < 300'000; ++i) boxes += "- [ ";
    BOOST_TEST(parse(boxes).empty());
    BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_CASE(sizes_for_people) {
    BOOST_TEST(hf::format_size(0) == "0.0");
    BOOST_TEST(hf::format_size(999) == "999.0");
    BOOST_TEST(hf::format_size(1000) == "1.0K");
    BOOST_TEST(hf::format_size(18446744073709551615ull) == "18.4E");
}

BOOST_AUTO_TEST_CASE(comments_end_with_the_reference_footer) {
    const std::string footer =
        "\n\n_This is a comment posted using the `huggingface_hub` library in the context of a multi-commit. Learn "
        "more "
        "about multi-commits [in this guide](https://huggingface.co/docs/huggingface_hub/main/guides/upload)._\n";
    for (const std::string& comment :
         {std::string(hf::multi_commit_completion_comment), std::string(hf::multi_commit_merge_comment),
          std::string(hf::multi_commit_no_changes_comment), hf::multi_commit_bad_request_comment("why")})
        BOOST_TEST(comment.ends_with(footer));
    BOOST_TEST(hf::multi_commit_bad_request_comment("why").starts_with(
        "\nAn error occurred while trying to merge the Pull Request: `why`.\n"));
}

BOOST_AUTO_TEST_SUITE_END()

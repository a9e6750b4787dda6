#include "pure_table.hpp"

#include <hf/types/repo_info.hpp>

#include <boost/json/serialize.hpp>

BOOST_AUTO_TEST_SUITE(card_data)

namespace {

template <class Card>
std::optional<Card> read(const boost::json::value& json) {
    return hf::json::Codec<std::optional<Card>>::from(json);
}

// Members of the table, by the reference's names, against the card's own JSON.
template <class Card>
void check_attributes(const Card& card, const boost::json::object& expected) {
    const auto json = hf::json::to_value(card).as_object();
    for (const auto& [name, value] : expected) {
        if (name == "eval_results" || name == "model_name") continue;
        const auto* found = json.if_contains(name == "train_eval_index" ? "train-eval-index" : std::string_view(name));
        const boost::json::value actual = found ? *found : boost::json::value();
        BOOST_TEST_CONTEXT(std::string_view(name)) BOOST_TEST((actual == value));
    }
}

void check_eval_results(const hf::ModelCardData& card, const boost::json::object& expected) {
    const auto results = card.eval_results();
    const auto& list = expected.at("eval_results");
    BOOST_TEST(card.model_name().value_or("") ==
               (expected.at("model_name").is_null() ? "" : expected.at("model_name").as_string()));
    BOOST_REQUIRE(results.has_value() == list.is_array());
    if (!results) return;
    BOOST_REQUIRE(results->size() == list.as_array().size());
    const auto is = [](const std::optional<std::string>& text, const boost::json::value& value) {
        return text ? value == boost::json::value(*text) : value.is_null();
    };
    for (std::size_t i = 0; i < results->size(); ++i) {
        const auto& result = (*results)[i];
        const auto& row = list.as_array()[i].as_object();
        BOOST_TEST(result.task_type == row.at("task_type").as_string());
        BOOST_TEST(result.dataset_type == row.at("dataset_type").as_string());
        BOOST_TEST(result.dataset_name == row.at("dataset_name").as_string());
        BOOST_TEST(result.metric_type == row.at("metric_type").as_string());
        BOOST_TEST((result.metric_value == row.at("metric_value")));
        BOOST_TEST(is(result.dataset_split, row.at("dataset_split")));
        BOOST_TEST(is(result.source_url, row.at("source_url")));
        BOOST_TEST(is(result.task_name, row.at("task_name")));
    }
}

template <class Card>
void check(const hf::test::Row& row) {
    const auto card = read<Card>(row.input().at("cardData"));
    if (row.output().is_null() || row.output().as_object().contains("kept_as_is")) {
        BOOST_TEST(!card.has_value());
        return;
    }
    BOOST_REQUIRE(card.has_value());
    const auto& expected = row.output().as_object().at("attributes").as_object();
    check_attributes(*card, expected);
    if constexpr (std::is_same_v<Card, hf::ModelCardData>) check_eval_results(*card, expected);
    const boost::json::value dictionary = card->to_dict();
    BOOST_TEST((dictionary == row.output().as_object().at("as_dictionary")), boost::json::serialize(dictionary));
}

}  // namespace

BOOST_AUTO_TEST_CASE(cards_as_the_reference) {
    hf::test::for_each_row("card_data", [](const hf::test::Row& row) {
        const auto type = row.text("repo_type");
        if (type == "model")
            check<hf::ModelCardData>(row);
        else if (type == "dataset")
            check<hf::DatasetCardData>(row);
        else
            check<hf::SpaceCardData>(row);
    });
}

BOOST_AUTO_TEST_CASE(a_card_is_written_under_the_names_that_the_hub_reads) {
    const auto card = read<hf::DatasetCardData>(boost::json::parse(R"({"train_eval_index":[1],"configs":null})"));
    BOOST_TEST(boost::json::serialize(card->to_dict()) == R"({"train-eval-index":[1]})");
}

BOOST_AUTO_TEST_SUITE_END()

#include <hf/types/access_request.hpp>
#include <hf/types/collection.hpp>
#include <hf/types/discussion.hpp>
#include <hf/types/git.hpp>
#include <hf/types/repo_info.hpp>
#include <hf/types/user.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <limits>

using namespace hf;

BOOST_AUTO_TEST_SUITE(types)

namespace {

/// Reads `text` as a T and expects to get it back whole.
template <class T>
T round_trip(std::string_view text) {
    const json::value body = json::parse(text);
    const T data = json::from_value<T>(body);
    BOOST_TEST(json::to_value(data) == body, "read " << text << "\nwrote " << json::serialize(json::to_value(data)));
    return data;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_answer_loses_nothing) {
    const auto info = round_trip<ModelInfo>(
        R"({"_id":"1","id":"a/b","author":null,"private":false,"gated":"later","tags":[],"siblings":[],
            "safetensors":{},"transformersInfo":{"auto_model":"A","new":1},"cardData":"just text",
            "model-index":null,"config":{},"spaces":[],"widgetData":[{"text":"x"}],"lastModified":""})");
    BOOST_TEST(info.id == "a/b");
    BOOST_TEST(!info.author);
    BOOST_TEST(info.private_.value() == false);
    BOOST_TEST((info.gated == Gated::unknown));
    BOOST_TEST(info.tags.value().empty());
    BOOST_TEST(info.siblings.value().empty());
    BOOST_TEST(!info.safetensors);
    BOOST_TEST(info.transformers_info->auto_model.value() == "A");
    BOOST_TEST(!info.card_data);
    BOOST_TEST(info.config->empty());
    BOOST_TEST(info.spaces->empty());
    BOOST_TEST(!info.last_modified);
    BOOST_TEST(info.widget_data.is_array());
}

BOOST_AUTO_TEST_CASE(what_is_set_later_wins_over_what_was_kept) {
    auto info = json::from_value<ModelInfo>(json::parse(R"({"id":"a","author":null,"last_modified":null,"tags":[]})"));
    info.author = "me";
    info.tags = {"t"};
    const json::value written = json::to_value(info);
    BOOST_TEST(written.at("author") == "me");
    BOOST_TEST(written.at("tags").as_array().size() == 1u);
}

BOOST_AUTO_TEST_CASE(members_are_written_under_the_name_they_came_under) {
    const auto a = round_trip<BlobLfsInfo>(R"({"oid":"ab","size":3,"pointerSize":134})");
    BOOST_TEST(a.sha256.value() == "ab");
    const auto b = round_trip<BlobLfsInfo>(R"({"sha256":"ab","size":3,"pointerSize":134})");
    BOOST_TEST(b.sha256.value() == "ab");
    const auto c = round_trip<RepoFile>(R"({"type":"file","path":"a","size":1,"oid":"o",
        "securityFileStatus":{"status":"safe","avScan":{"status":"safe"}}})");
    BOOST_TEST(c.security->is_safe());
    const auto d = round_trip<RepoFile>(R"({"type":"file","path":"a","size":1,"oid":"o","lastCommit":null,
        "security":{"safe":false,"avScan":null,"pickleImportScan":null,"blobId":"x"}})");
    BOOST_TEST(!d.security->is_safe());
    BOOST_TEST(!d.last_commit);
}

BOOST_AUTO_TEST_CASE(both_spellings_at_once_are_kept) {
    round_trip<RepoFile>(
        R"({"path":"a","size":1,"oid":"o","security":{"safe":true},"securityFileStatus":{"status":"unsafe"}})");
    const auto file = round_trip<RepoFile>(
        R"({"path":"a","size":1,"oid":"o","security":null,"securityFileStatus":{"status":"unsafe"}})");
    BOOST_TEST(!file.security->is_safe());
}

BOOST_AUTO_TEST_CASE(dates_keep_their_microseconds) {
    const auto info = round_trip<DatasetInfo>(R"({"id":"d","createdAt":"2023-11-19T23:15:10.000Z",
        "lastModified":"2023-11-19T23:15:10.123456Z"})");
    BOOST_TEST((info.last_modified.value() - info.created_at.value()).count() == 123456);
    round_trip<DatasetInfo>(R"({"id":"d","createdAt":"1969-12-31T23:59:59.999001Z"})");
    const auto odd = json::from_value<DatasetInfo>(json::parse(R"({"id":"d","createdAt":"yesterday"})"));
    BOOST_TEST(!odd.created_at);
    BOOST_TEST(odd.extra.at("createdAt") == "yesterday");
}

BOOST_AUTO_TEST_CASE(gated_is_false_or_a_word) {
    for (const auto& [text, expected] : {std::pair{R"({"id":"a","gated":false})", Gated::no},
                                         std::pair{R"({"id":"a","gated":"auto"})", Gated::automatic},
                                         std::pair{R"({"id":"a","gated":"manual"})", Gated::manual},
                                         std::pair{R"({"id":"a","gated":true})", Gated::unknown}}) {
        BOOST_TEST((round_trip<SpaceInfo>(text).gated == expected), text);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_type_is_named) {
    try {
        json::from_value<std::vector<ModelInfo>>(json::parse(R"([{"id":"a"},{"id":3}])"));
        BOOST_ERROR("accepted");
    } catch (const InvalidResponseError& error) {
        BOOST_TEST(error.info().argument == "[1].id");
    }
    BOOST_CHECK_THROW(json::from_value<ModelInfo>(json::parse(R"({"author":"a"})")), InvalidResponseError);
    BOOST_CHECK_THROW(json::from_value<ModelInfo>(json::parse("[]")), InvalidResponseError);
}

BOOST_AUTO_TEST_CASE(tree_entries) {
    const auto file = round_trip<RepoTreeEntry>(R"({"type":"file","oid":"o","size":5,"path":"a/b","xetHash":"x"})");
    BOOST_TEST(file.path() == "a/b");
    BOOST_TEST(file.file()->size == 5);
    BOOST_TEST(!file.folder());
    const auto folder = round_trip<RepoTreeEntry>(R"({"type":"directory","oid":"t","size":0,"path":"a",
        "lastCommit":{"id":"c","title":"T","date":"2023-11-19T23:15:10.000Z"}})");
    BOOST_TEST(folder.folder()->tree_id == "t");
    BOOST_TEST(folder.folder()->last_commit->oid == "c");
    BOOST_TEST(!folder.file());
}

BOOST_AUTO_TEST_CASE(space_runtime_is_flattened) {
    const auto runtime =
        round_trip<SpaceRuntime>(R"({"stage":"BUILDING","hardware":{"current":null,"requested":"t4-small"},
        "storage":null,"gcTimeout":172800,"replicas":{"current":1,"requested":"auto"}})");
    BOOST_TEST(runtime.stage == SpaceStage::building);
    BOOST_TEST(!runtime.hardware);
    BOOST_TEST(runtime.requested_hardware.value() == SpaceHardware::t4_small);
    BOOST_TEST(runtime.sleep_time.value() == 172800);
    BOOST_TEST(!round_trip<SpaceRuntime>(R"({"stage":"NO_APP_FILE"})").sleep_time);
}

BOOST_AUTO_TEST_CASE(commits_are_flattened) {
    const auto commit =
        round_trip<GitCommitInfo>(R"({"id":"c","title":"T","message":"","date":"2023-11-19T23:15:10.000Z",
        "authors":[{"user":"me","avatar":"u"}],"formatted":{"title":"<p>T</p>","message":null}})");
    BOOST_TEST(commit.authors.front() == "me");
    BOOST_TEST(commit.formatted_title.value() == "<p>T</p>");
    BOOST_TEST(!commit.formatted_message);
}

BOOST_AUTO_TEST_CASE(discussions) {
    const auto details =
        round_trip<DiscussionWithDetails>(R"({"num":8,"title":"T","status":"merged","isPullRequest":true,
        "createdAt":"2023-05-09T09:30:00.000Z","repo":{"name":"acme/ds","type":"dataset"},
        "changes":{"base":"refs/heads/dev","mergeCommitId":"c"},"filesWithConflicts":["a"],"diff":"","pinned":false,"events":[
        {"id":"1","type":"comment","createdAt":"2023-05-01T10:01:00.000Z","author":{"name":"bob"},
         "data":{"edited":true,"hidden":false,"latest":{"raw":"Hi","html":"<p>Hi</p>","updatedAt":"2023-05-01T11:01:00.000Z"},
                 "history":[{"raw":"H"},{"raw":"Hi"}]}},
        {"id":"2","type":"status-change","createdAt":"2023-05-01T10:01:00.000Z","data":{"status":"closed"}},
        {"id":"3","type":"commit","createdAt":"2023-05-01T10:01:00.000Z","data":{"oid":"o","subject":"S"}},
        {"id":"4","type":"title-change","createdAt":"2023-05-01T10:01:00.000Z","data":{"from":"A","to":"B"}},
        {"id":"5","type":"pinning-change","createdAt":"2023-05-01T10:01:00.000Z","data":{"pinned":true}}]})");
    BOOST_TEST(details.author == "deleted");
    BOOST_TEST(details.git_reference.value() == "refs/pr/8");
    BOOST_TEST(details.target_branch.value() == "refs/heads/dev");
    BOOST_TEST(details.merge_commit_oid.value() == "c");
    BOOST_TEST(details.conflicting_files.as_array().size() == 1u);
    const DiscussionComment* comment = details.events.at(0).comment();
    BOOST_REQUIRE(comment);
    BOOST_TEST(comment->author == "bob");
    BOOST_TEST(comment->content == "Hi");
    BOOST_TEST(comment->rendered == "<p>Hi</p>");
    BOOST_TEST(comment->last_edited_by == "deleted");
    BOOST_TEST(comment->number_of_edits == 2);
    BOOST_TEST(details.events.at(1).status_change()->new_status == "closed");
    BOOST_TEST(details.events.at(2).commit()->summary == "S");
    BOOST_TEST(details.events.at(3).title_change()->old_title == "A");
    BOOST_TEST(details.events.at(4)->type == "pinning-change");
    BOOST_TEST(!details.events.at(4).comment());

    Discussion moved = details;
    moved.locate("https://hub");
    BOOST_TEST(moved.url == "https://hub/datasets/acme/ds/discussions/8");
    moved.repo_type = "model";
    moved.locate("https://hub");
    BOOST_TEST(moved.url == "https://hub/acme/ds/discussions/8");
}

BOOST_AUTO_TEST_CASE(an_odd_member_never_costs_its_element_and_is_kept) {
    const auto model = round_trip<ModelInfo>(R"({"id":"a","createdAt":"yesterday","likes":"many","private":1,
        "gated":7,"tags":["x",5,"y"],"siblings":[{"rfilename":"x"},{"rfilename":3},5],"cardData":[],
        "safetensors":{"parameters":{"F32":1,"I8":"x"},"total":"all"}})");
    BOOST_TEST((!model.created_at && !model.likes && !model.private_));
    BOOST_TEST(model.tags.value().size() == 2u);
    BOOST_TEST(model.siblings.value().size() == 1u);
    BOOST_TEST(model.safetensors.value().parameters.size() == 1u);
    BOOST_TEST(model.extra.at("siblings").as_array().size() == 3u);
    BOOST_TEST(model.extra.at("createdAt").as_string() == "yesterday");

    const auto event = json::from_value<AnyDiscussionEvent>(json::parse(
        R"({"id":"1","type":"comment","createdAt":"2023-05-01T10:01:00.000Z","data":{"latest":{"raw":"x"}}})"));
    BOOST_TEST(event.comment()->content == "x");
    BOOST_TEST(!event.comment()->edited);
}

BOOST_AUTO_TEST_CASE(answers_need_their_identity_alone) {
    BOOST_TEST(json::from_value<User>(json::parse(R"({"user":"u"})")).username == "u");
    BOOST_TEST(json::from_value<CollectionItem>(json::parse(R"({"_id":"1"})")).item_id.empty());
    BOOST_TEST(json::from_value<CollectionItem>(json::parse(R"({"id":"a/b"})")).item_id == "a/b");
    BOOST_TEST(!json::from_value<AccessRequest>(json::parse(R"({"user":null,"status":"pending"})")).username);
    BOOST_TEST(json::from_value<GitCommitInfo>(json::parse(R"({"id":"c","authors":[{},{"user":"u"},5]})")).authors ==
                   std::vector<std::string>{"u"},
               boost::test_tools::per_element());
    BOOST_TEST(json::from_value<Discussion>(json::parse(R"({"num":3})")).num == 3);
    BOOST_CHECK_THROW(json::from_value<User>(json::parse(R"({"fullname":"F"})")), InvalidResponseError);
    BOOST_CHECK_THROW(json::from_value<CollectionItem>(json::parse("{}")), InvalidResponseError);
    BOOST_CHECK_THROW(json::from_value<Discussion>(json::parse(R"({"title":"t"})")), InvalidResponseError);
    // Of a file in a tree more is needed: what is not known whole may be cut.
    BOOST_CHECK_THROW(json::from_value<RepoFile>(json::parse(R"({"path":"a"})")), InvalidResponseError);
}

BOOST_AUTO_TEST_CASE(broken_characters_are_replaced) {
    const std::string mark = "\xEF\xBF\xBD";
    const auto text = [](std::string_view json) { return std::string(json::parse(json).as_string()); };
    BOOST_TEST(text(R"("cut \ud83d")") == "cut " + mark);
    BOOST_TEST(text(R"("\uDE00 alone")") == mark + " alone");
    BOOST_TEST(text(R"("\ud83d\ud83d\ude00")") == mark + "\xF0\x9F\x98\x80");
    BOOST_TEST(text(R"("\\ud83d \ud83d")") == "\\ud83d " + mark);
    BOOST_TEST(text("\"a\xff\xed\xa0\xbd\"") == "a" + mark + mark + mark + mark);
    BOOST_CHECK_THROW(json::parse(R"("\ud83d)"), InvalidResponseError);
    BOOST_CHECK_THROW(json::parse(R"("\ud8zz")"), InvalidResponseError);
    BOOST_TEST(!json::try_parse("{"));
}

BOOST_AUTO_TEST_CASE(collections) {
    auto collection =
        round_trip<Collection>(R"({"_id":"1","slug":"o/c-1","title":"C","owner":{"name":"o","type":"user"},
        "lastUpdated":"2023-10-10T08:01:02.345Z","private":false,"upvotes":3,"items":[
        {"_id":"2","position":0,"type":"model","id":"a/b","note":{"text":"n","html":"<p>n</p>"},"likes":1},
        {"_id":"3","position":1,"type":"paper","id":"2307.09288"}]})");
    BOOST_TEST(collection.owner_name() == "o");
    BOOST_TEST(collection.items.at(0).item_object_id == "2");
    BOOST_TEST(collection.items.at(0).note.value() == "n");
    BOOST_TEST(!collection.items.at(1).note);
    collection.locate("https://hub");
    BOOST_TEST(collection.url == "https://hub/collections/o/c-1");
    BOOST_TEST(!json::to_value(collection).as_object().contains("url"));
    collection.owner = "somebody";
    BOOST_TEST(collection.owner_name() == "somebody");
}

BOOST_AUTO_TEST_CASE(access_requests) {
    const auto request =
        round_trip<AccessRequest>(R"({"user":{"user":"clem","fullname":"C","email":"c@e.org","isPro":false},
        "status":"pending","timestamp":"2023-11-23T18:04:53.828Z","fields":{"Company":"ACME","n":null}})");
    BOOST_TEST((request.username == "clem"));
    BOOST_TEST(request.email.value() == "c@e.org");
    BOOST_TEST(request.fields->size() == 2u);
}

BOOST_AUTO_TEST_CASE(evaluation_results) {
    const auto card =
        round_trip<ModelCardData>(R"({"license":"mit","model_name":"other","model-index":[{"name":"m","results":[
        {"task":{"type":"t"},"dataset":{"type":"d","name":"D","revision":7},"metrics":[{"type":"acc","value":1}]},
        {"task":{"type":"t","name":null},"dataset":{"type":"d","name":"D","revision":"7"},
         "metrics":[{"type":"f1","value":null,"verified":true}],"source":{"url":"u"}}]}]})");
    const auto results = card.eval_results().value();
    BOOST_TEST(results.size() == 2u);
    BOOST_TEST(card.model_name().value() == "m");
    BOOST_TEST(results[0].dataset_revision.value() == "7");
    BOOST_TEST(results[1].source_url.value() == "u");
    BOOST_TEST(!results[0].is_equal_except_value(results[1]));
    const json::value expected = json::parse(R"({"license":"mit","model-index":[{"name":"m","results":[
        {"task":{"type":"t"},"dataset":{"type":"d","name":"D","revision":"7"},
         "metrics":[{"type":"acc","value":1},{"type":"f1","verified":true}]}]}]})");
    BOOST_TEST(json::value(card.to_dict()) == expected);

    const auto broken = round_trip<ModelCardData>(R"({"license":"mit","model-index":[{"name":"m"}]})");
    BOOST_TEST(!broken.eval_results());
    BOOST_TEST(!broken.model_name());
    BOOST_TEST(json::value(broken.to_dict()) == json::parse(R"({"license":"mit"})"));
}

BOOST_AUTO_TEST_CASE(a_source_needs_its_address) {
    EvalResult result;
    result.source_name = "board";
    ModelCardData card;
    BOOST_CHECK_THROW(card.set_eval_results("m", {result}), HFValidationError);
}

BOOST_AUTO_TEST_CASE(texts_of_cards) {
    BOOST_TEST(texts_of(json::parse(R"("en")")).size() == 1u);
    BOOST_TEST(texts_of(json::parse(R"(["en",1,"fr"])")).size() == 2u);
    BOOST_TEST(texts_of(json::value()).empty());
}

BOOST_AUTO_TEST_CASE(raw_json_outlives_the_answer_it_came_in) {
    const boost::json::storage_ptr heap;
    const auto whole =
        json::parse_as(R"({"a":[1]})", [](const json::value& v) { return json::from_value<json::value>(v); });
    BOOST_TEST(whole.storage().get() == heap.get());
    const auto members =
        json::parse_as(R"({"a":[1]})", [](const json::value& v) { return json::from_value<json::object>(v); });
    BOOST_TEST(members.storage().get() == heap.get());
    const auto tag = json::parse_as(R"({"id":"c1","title":"T","new_member":{"x":["y"]}})",
                                    [](const json::value& v) { return json::from_value<LastCommitInfo>(v); });
    BOOST_TEST(tag.extra.storage().get() == heap.get());
    BOOST_TEST(tag.extra.at("new_member").as_object().at("x").storage().get() == heap.get());
}

BOOST_AUTO_TEST_CASE(whole_numbers_spelled_as_fractions) {
    const auto read = [](double number) { return hf::json::from_value<std::int64_t>(boost::json::value(number)); };
    BOOST_TEST(read(1e3) == 1000);
    BOOST_TEST(read(-3.0) == -3);
    for (const double bad : {0.5, 1e300, -1e300, 0x1p63, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()})
        BOOST_CHECK_THROW(read(bad), hf::InvalidResponseError);
}

BOOST_AUTO_TEST_CASE(numbers_are_finite) {
    const auto info = json::from_value<ModelInfo>(json::parse(R"({"id": "a", "new": [0E578, -0.0e999]})"));
    BOOST_TEST(json::to_value(info).at("new").at(0).as_double() == 0.0);
    BOOST_TEST(json::to_value(info).at("new").at(1).as_double() == 0.0);
    BOOST_CHECK_THROW(json::parse(R"({"a": [{"b": 1e999}]})"), InvalidResponseError);
}

BOOST_AUTO_TEST_SUITE_END()

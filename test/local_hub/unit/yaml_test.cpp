// The front matter of cards is written by anybody: what it means, and what of it is refused, where and why.
#include "local_hub/card/yaml.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace {

using hf::local_hub::read_yaml;
using hf::local_hub::YamlError;
using hf::local_hub::YamlLimits;
namespace json = boost::json;
using namespace std::string_literals;

std::string read(std::string_view text) {
    try {
        return json::serialize(read_yaml(text));
    } catch (const YamlError& error) {
        return error.what();
    }
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string repeated(std::string_view piece, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += piece;
    return out;
}

struct Row {
    std::string yaml, json;
};

void check(std::initializer_list<Row> rows) {
    for (const auto& row : rows) BOOST_TEST(read(row.yaml) == row.json, row.yaml << ": " << read(row.yaml));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(yaml)

BOOST_AUTO_TEST_CASE(plain_scalars_follow_the_core_schema_of_1_2) {
    check({
        {"license: no", R"({"license":"no"})"},  // YAML 1.1 makes Norway's language a boolean
        {"language: [no, yes, on, off, y, n, NO]", R"({"language":["no","yes","on","off","y","n","NO"]})"},
        {"[true, True, TRUE, false, False, FALSE, tRUE]", R"([true,true,true,false,false,false,"tRUE"])"},
        {"- null\n- Null\n- NULL\n- ~\n-\n- nULL", R"([null,null,null,null,null,"nULL"])"},
        {"2020-01-01", R"("2020-01-01")"},
        {"2020-01-01T10:00:00Z", R"("2020-01-01T10:00:00Z")"},
        {"12:30:45", R"("12:30:45")"},  // base 60 in YAML 1.1
        {"[0, 7, -7, +7, 007, -0]", "[0,7,-7,7,7,0]"},
        {"[0o7, 0o8, 0x1F, 0xg, -0x1, 0b1, 0o, 0x]", R"([7,"0o8",31,"0xg","-0x1","0b1","0o","0x"])"},
        {"[1_000, 1 000, +-1, --1, '1']", R"(["1_000","1 000","+-1","--1","1"])"},
        {"[9223372036854775807, -9223372036854775808]", "[9223372036854775807,-9223372036854775808]"},
        {"[9223372036854775808, 1e999]", R"([9.223372036854776E18,"1e999"])"},
        {"[1e3, 1E3, 1e+3, 1.5e-3, 1., .5, -.5, +.5]", "[1E3,1E3,1E3,1.5E-3,1E0,5E-1,-5E-1,5E-1]"},
        {"[., e3, 1e, 1e3x, 1e3.5, 1.2.3, -, +]", R"([".","e3","1e","1e3x","1e3.5","1.2.3","-","+"])"},
        {"[.inf, -.inf, .nan, inf, nan, infinity]", R"([".inf","-.inf",".nan","inf","nan","infinity"])"},
    });
}

BOOST_AUTO_TEST_CASE(styles) {
    check({
        {"", "null"},
        {"\n# nothing\n", "null"},
        {"a: 'it''s'\nb: \"x\\ty\\u00e9\\U0001F600\\0\"", "{\"a\":\"it's\",\"b\":\"x\\ty\u00e9\U0001F600\\u0000\"}"},
        {"a: |\n  one\n  two\n\nb: >-\n  one\n  two\n", R"({"a":"one\ntwo\n","b":"one two"})"},
        {"a:\n- 1\n- b: 2\n  c: 3\n", R"({"a":[1,{"b":2,"c":3}]})"},
        {"a: one\n  two # comment\nb: x#y", R"({"a":"one two","b":"x#y"})"},
        {"a: http://x/y\nb: [http://x/y, a:b]", R"({"a":"http://x/y","b":["http://x/y","a:b"]})"},
        {"a: 1\r\nb: 2\r\n", R"({"a":1,"b":2})"},
        {"\xef\xbb\xbf"
         "a: 1",
         R"({"a":1})"},
        {"a:\n\t- 1", "line 2, column 1: found character that cannot start any token"},
        {"a: b\t# c", R"({"a":"b"})"},
        {"%YAML 1.2\n---\na: 1\n...\n", R"({"a":1})"},
        {"a: {}\nb: []\nc: \"\"\nd:", R"({"a":{},"b":[],"c":"","d":null})"},
    });
}

BOOST_AUTO_TEST_CASE(keys_are_texts_as_written) {
    check({
        {"1: a\ntrue: b\n~: c\n1e3: d\n'': e\n? f\n: g", R"({"1":"a","true":"b","~":"c","1e3":"d","":"e","f":"g"})"},
        {"{no: 1, 0x1: 2}", R"({"no":1,"0x1":2})"},
        {"a: 1\na: 2", R"({"a":2})"},
        {"<<: {a: 1}\nb: 2", R"({"<<":{"a":1},"b":2})"},
        {"[a]: 1", "line 1, column 1: a key must be a text"},
        {"? {a: 1}\n: 2", "line 1, column 3: a key must be a text"},
        {"&k a: 1\n*k : 2", R"({"a":2})"},
        {"x: &k [a]\n*k : 2", "line 2, column 1: a key must be a text"},
    });
}

BOOST_AUTO_TEST_CASE(tags) {
    check({
        {"[!!str 1, ! 2, !!str true, !<tag:yaml.org,2002:str> ~]", R"(["1","2","true","~"])"},
        {"!!python/object/apply:os.system ['true']",
         "line 1, column 1: unknown tag tag:yaml.org,2002:python/object/apply:os.system"},
        {"a: !!binary aGk=", "line 1, column 4: unknown tag tag:yaml.org,2002:binary"},
        {"a: !!int '1'", "line 1, column 4: unknown tag tag:yaml.org,2002:int"},
        {"a: !mine {}", "line 1, column 4: unknown tag !mine"},
        {"!x:y a", "line 1, column 1: unknown tag !x:y"},
        {"!h!x a", "line 1, column 1: found undefined tag handle"},
    });
    BOOST_TEST(read("!" + std::string(100'000, 'x') + " a").size() < 200);
}

BOOST_AUTO_TEST_CASE(aliases_are_copies) {
    check({
        {"a: &x [1, {b: 2}]\nc: *x\nd: *x", R"({"a":[1,{"b":2}],"c":[1,{"b":2}],"d":[1,{"b":2}]})"},
        {"- &x 1\n- &x 2\n- *x", "[1,2,2]"},
        {"a: &x 1\nb: *y", "line 2, column 4: unknown anchor"},
        {"&x [*x]", "line 1, column 5: unknown anchor"},
        {"&x {a: *x}", "line 1, column 8: unknown anchor"},
    });
}

BOOST_AUTO_TEST_CASE(errors_tell_the_place) {
    check({
        {"a: 1\nb: [1, 2", "line 3, column 1: did not find expected ',' or ']'"},
        {"[a, , b]", "line 1, column 5: did not find expected node content"},
        {"a: 1\n  b: 2", "line 2, column 4: mapping values are not allowed in this context"},
        {"title: Foo: Bar", "line 1, column 11: mapping values are not allowed in this context"},
        {"a: 'x", "line 1, column 6: found unexpected end of stream"},
        {"a: @b", "line 1, column 4: found character that cannot start any token"},
        {"a: \"\\q\"", "line 1, column 5: found unknown escape character"},
        {"a: 1\n--- \nb: 2", "line 2, column 1: more than one document"},
        {"a: 1\n...\nb: 2", "line 3, column 1: did not find expected <document start>"},
        {"- a\nb", "line 3, column 1: could not find expected ':'"},
    });
}

BOOST_AUTO_TEST_CASE(only_utf8) {
    for (const auto& text : {"a: \xff"s, "a: \xc0\x80"s, "a: \xed\xa0\x80"s, "a: \xf5\x80\x80\x80"s, "a: \xe2\x82"s,
                             "\xff\xfe"
                             "a\0"s,
                             "\xfe\xff\0a"s, "a: \0"s, "a: \x01"s, "a: \x7f"s})
        BOOST_CHECK_THROW(read_yaml(text), YamlError);
    BOOST_TEST(read("a: \U0001F600") == "{\"a\":\"\U0001F600\"}");
}

BOOST_AUTO_TEST_CASE(what_explodes_is_refused) {
    // Nine times nine times nine ...: 300 bytes that would be gigabytes.
    std::string laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string name = "a" + std::to_string(i), before = "*a" + std::to_string(i - 1);
        laughs += name + ": &" + name + " [" + repeated(before + ", ", 8) + before + "]\n";
    }
    BOOST_TEST(read(laughs).ends_with(": too large"), read(laughs).substr(0, 200));
    const std::string wide = "a: &a " + std::string(100'000, 'x') + "\nb: [" + repeated("*a, ", 1000) + "*a]\n";
    BOOST_TEST(read(wide).ends_with(": too large"), read(wide).substr(0, 200));
    // Each anchor keeps a copy of all below it.
    const std::string anchored = repeated("&a [", 30) + std::string(1'000'000, 'x') + std::string(30, ']');
    BOOST_TEST(read(anchored).ends_with(": too large"), read(anchored).substr(0, 200));
    // Small ones pass.
    BOOST_TEST(read("a: &a [1, 2]\nb: [" + repeated("*a, ", 1000) + "*a]\n").starts_with("{\"a\":[1,2]"));
}

BOOST_AUTO_TEST_CASE(limits) {
    const YamlLimits limits;
    BOOST_TEST(read(nested(limits.depth)) == nested(limits.depth));
    BOOST_TEST(read(nested(limits.depth + 1)) == "line 1, column 33: nested too deeply");
    BOOST_TEST(read(nested(100'000)) == "line 1, column 33: nested too deeply");
    BOOST_TEST(read(repeated("{a: ", 100'000)) == "line 1, column 129: nested too deeply");
    BOOST_TEST(read(repeated("- ", 100'000)).find("nested too deeply") != std::string::npos);
    BOOST_TEST(read(repeated("? ", 100'000)).find("nested too deeply") != std::string::npos);
    // An alias brings its depth along.
    const std::string half = "a: &a " + nested(20) + "\n";
    BOOST_TEST(read(half + "b: " + std::string(11, '[') + "*a" + std::string(11, ']')).starts_with("{"));
    BOOST_TEST(read(half + "b: " + std::string(12, '[') + "*a" + std::string(12, ']')) ==
               "line 2, column 16: nested too deeply");
    // What is read can be stored as JSON and read again.
    BOOST_CHECK_NO_THROW(json::parse(read(nested(limits.depth))));

    BOOST_TEST(read(std::string(limits.bytes + 1, ' ')) == "line 1, column 1: longer than 1048576 bytes");
    BOOST_TEST(read(std::string(limits.bytes, 'x')).size() == limits.bytes + 2);
    YamlLimits tight;
    tight.expanded = 16 + 16 + 3;
    BOOST_CHECK_NO_THROW(read_yaml("[abc]", tight));
    BOOST_CHECK_THROW(read_yaml("[abcd]", tight), YamlError);
}

BOOST_AUTO_TEST_SUITE_END()

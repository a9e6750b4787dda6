#include "engine/xet/older_version.hpp"

#include "files.hpp"
#include "numbered_hash.hpp"
#include "session_fixture.hpp"
#include "temporary_folder.hpp"
#include "xet/chunker.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

using namespace hf;
using hf::test::hash;

namespace {

struct Fixture : test::SessionFixture {
    Fixture() {
        std::mt19937_64 generator(7);
        std::string bytes(1'500'000, '\0');
        for (char& c : bytes) c = static_cast<char>(generator());
        path = folder.write("older", bytes).string();
        xet::Bytes rest = std::as_bytes(std::span(bytes));
        xet::MerkleTree tree;
        while (!rest.empty()) {
            xet::Chunker chunker;
            const std::size_t size = chunker.take(rest);
            tree.add(xet::chunk_hash(rest.first(size)), size);
            sizes.push_back(static_cast<std::uint32_t>(size));
            rest = rest.subspan(size);
        }
        id = file_id(tree);
    }
    OlderVersion read() {
        OlderVersion out(File::open(path, O_RDONLY));
        run(out.read());
        return out;
    }
    std::uint32_t size_of(std::size_t begin, std::size_t end) const {
        std::uint32_t sum = 0;
        for (std::size_t i = begin; i < end; ++i) sum += sizes[i];
        return sum;
    }
    xet::Term term(unsigned xorb, std::uint32_t begin, std::size_t first, std::size_t count) const {
        return {hash(xorb), {begin, begin + static_cast<std::uint32_t>(count)}, size_of(first, first + count)};
    }

    test::TemporaryFolder folder;
    std::string path;
    std::vector<std::uint32_t> sizes;
    xet::Hash id;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(older_version, Fixture)

BOOST_AUTO_TEST_CASE(it_is_known_by_its_chunks) {
    const OlderVersion older = read();
    BOOST_TEST(older.size() == 1'500'000u);
    BOOST_TEST((older.id() == id));
}

BOOST_AUTO_TEST_CASE(chunks_are_found_where_the_terms_say) {
    OlderVersion older = read();
    BOOST_TEST_REQUIRE(sizes.size() > 12u);
    xet::Reconstruction first, second;
    first.terms = {term(1, 100, 0, 5), term(2, 0, 5, 3)};
    second.terms = {term(1, 7, 8, sizes.size() - 8)};
    BOOST_TEST(older.locate(first));
    BOOST_TEST(older.located() == size_of(0, 8));
    BOOST_TEST(!older.locate(second));  // that was all
    BOOST_TEST(older.located() == older.size());

    const auto found = older.find(hash(1), {102, 104});
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST(found->offset == size_of(0, 2));
    BOOST_TEST(std::vector(found->sizes.begin(), found->sizes.end()) == std::vector({sizes[2], sizes[3]}),
               boost::test_tools::per_element());
    BOOST_TEST(older.find(hash(1), {8, 9})->offset == size_of(0, 9));
    BOOST_TEST(!older.find(hash(1), {104, 106}).has_value());
    BOOST_TEST(!older.find(hash(1), {99, 101}).has_value());
    BOOST_TEST(!older.find(hash(3), {0, 1}).has_value());
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_not_believed) {
    const auto fits = [&](xet::Reconstruction answer) { return read().locate(answer); };
    xet::Reconstruction answer;
    BOOST_TEST(!fits(answer));
    answer.terms = {term(1, 0, 0, 5)};
    BOOST_TEST(fits(answer));
    answer.skip = 1;
    BOOST_TEST(!fits(answer));
    answer.skip = 0;
    ++answer.terms[0].size;  // chunks that are cut otherwise
    BOOST_TEST(!fits(answer));
    answer.terms = {term(1, 0, 0, sizes.size())};
    ++answer.terms[0].chunks.end;
    BOOST_TEST(!fits(answer));
}

BOOST_AUTO_TEST_SUITE_END()

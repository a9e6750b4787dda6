#include "engine/xet/chunk_reader.hpp"

#include "session_fixture.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace hf;

namespace {

/// Gives what it has in pieces, and may have become another since it was hashed.
class Source final : public ContentSource {
public:
    explicit Source(std::string bytes) : bytes(std::move(bytes)) {}

    std::uint64_t size() const override { return bytes.size(); }
    std::unique_ptr<ContentReader> open() const override { return std::make_unique<Reader>(*this); }

    std::string bytes;
    std::uint64_t version = 0;
    std::size_t piece = 100'000;

private:
    class Reader final : public ContentReader {
    public:
        explicit Reader(const Source& source) : source_(source) {}
        std::size_t read_at(std::uint64_t offset, char* data, std::size_t size) override {
            if (offset >= source_.bytes.size()) return 0;
            return source_.bytes.copy(data, std::min(size, source_.piece), static_cast<std::size_t>(offset));
        }
        std::uint64_t version() override { return source_.version; }

    private:
        const Source& source_;
    };
};

struct Fixture : test::SessionFixture {
    std::shared_ptr<Source> source;
    std::shared_ptr<UploadState> state;

    void content(std::string bytes, std::uint64_t version = 0, bool hashed = true) {
        source = std::make_shared<Source>(std::move(bytes));
        source->version = version;
        state = std::make_shared<UploadState>("file.bin", UploadContent::from_source(source));
        describe(*state);
        if (!hashed) return;
        ContentHasher hasher(*state);
        std::string buffer(1 << 18, '\0');
        while (hasher.step(buffer.data(), buffer.size())) {
        }
    }
    /// The chunks' sizes; checks that they are all of the content, each with its hash.
    std::vector<std::size_t> read_all() {
        ChunkReader reader(state);
        std::vector<std::size_t> sizes;
        std::string seen;
        while (true) {
            run(reader.read());
            if (reader.chunks().empty()) break;
            for (const auto& chunk : reader.chunks()) {
                BOOST_TEST((chunk.node.hash == xet::chunk_hash(chunk.content)));
                BOOST_TEST(chunk.node.size == chunk.content.size());
                sizes.push_back(chunk.content.size());
                seen.append(reinterpret_cast<const char*>(chunk.content.data()), chunk.content.size());
            }
        }
        BOOST_TEST((seen == source->bytes));
        BOOST_TEST(reader.sha256() == sha256_hex(source->bytes));
        return sizes;
    }
};

std::string random_bytes(std::size_t size) {
    std::mt19937_64 generator(size);
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(generator());
    return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(chunk_reader, Fixture)

BOOST_AUTO_TEST_CASE(chunks_are_the_same_however_the_content_comes) {
    for (const std::size_t size : {1u, 8'192u, 131'072u, 131'073u, 1'500'000u, 5'000'000u}) {
        content(random_bytes(size), size % 2, size % 3 == 0);
        const auto sizes = read_all();
        source->piece = 7'777;
        BOOST_TEST(read_all() == sizes, boost::test_tools::per_element());
        source->piece = 1u << 20;
        BOOST_TEST(read_all() == sizes, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(content_that_has_changed_is_an_error) {
    for (const auto& [version, hashed] : {std::pair{0u, true}, {0u, false}, {5u, true}, {5u, false}}) {
        const auto changed = [&](auto change) {
            content(random_bytes(300'000), version, hashed);
            change();
            BOOST_CHECK_THROW(read_all(), IntegrityError);
        };
        changed([&] { source->bytes += "more"; });
        changed([&] { source->bytes.resize(200'000); });
        changed([&] { source->bytes.clear(); });
        changed([&] { source->version = 9; });
        if (version == 0 && hashed) changed([&] { source->bytes[1000] ^= 1; });  // nothing else tells
    }
}

BOOST_AUTO_TEST_CASE(a_hash_that_was_put_off_is_of_what_was_described) {
    content(random_bytes(300'000), 5, false);
    BOOST_TEST(state->info->size == 300'000u);
    BOOST_TEST(state->info->sample == source->bytes.substr(0, 512));
    BOOST_TEST(!state->is_hashed());
    const auto hash = [&] {
        ContentHasher hasher(*state);
        std::string buffer(1 << 18, '\0');
        while (hasher.step(buffer.data(), buffer.size())) {
        }
    };
    const std::string bytes = source->bytes;
    source->bytes += "more";
    BOOST_CHECK_THROW(hash(), IntegrityError);
    source->bytes.resize(1000);
    BOOST_CHECK_THROW(hash(), IntegrityError);
    source->bytes = bytes;
    source->version = 6;
    BOOST_CHECK_THROW(hash(), IntegrityError);
    BOOST_TEST(!state->is_hashed());
    source->version = 5;
    hash();
    BOOST_TEST(state->info->sha256 == sha256_hex(bytes));
}

BOOST_AUTO_TEST_SUITE_END()

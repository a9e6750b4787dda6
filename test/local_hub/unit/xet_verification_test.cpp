// What clients upload to the CAS is believed in nothing.
#include "local_hub/xet/verification.hpp"

#include "xet_samples.hpp"

#include <boost/json/parse.hpp>

#include <fstream>
#include <iterator>

namespace {

using namespace hf::test;
using namespace hf::local_hub;
namespace xet = hf::xet;

constexpr std::uint64_t no_limit = ~std::uint64_t{0};

const xet::SerializedXorb& sample_xorb() {
    static const xet::SerializedXorb out = xorb_of({std::string(5000, 'a'), noise(1, 9000), "third", noise(2, 70000)});
    return out;
}

xet::XorbFooter verify(std::string_view body) { return verified_xorb(bytes_of(body), sample_xorb().hash); }
std::string sample_body() { return text_of(sample_xorb().body); }

void put_u24(std::string& text, std::size_t at, std::uint32_t number) {
    for (std::size_t i = 0; i < 3; ++i) text[at + i] = static_cast<char>(number >> (8 * i) & 255);
}

XorbIndexPtr find_sample(const xet::Hash& hash) {
    static const auto index = std::make_shared<const xet::XorbFooter>(sample_xorb().footer());
    return hash == index->xorb ? index : nullptr;
}

std::string sample_content() { return "third" + noise(2, 70000) + std::string(5000, 'a'); }

xet::Shard sample_shard() {
    xet::Shard out;
    out.xorbs.push_back(listed(sample_xorb()));
    out.files.push_back(file_of(sample_xorb(), {{2, 4}, {0, 1}}, sample_content()));
    return out;
}

xet::Shard verify(const xet::Shard& shard, std::uint64_t limit = no_limit) {
    return verified_shard(xet::serialize_shard(shard), find_sample, limit);
}

void check_shard_refused(const xet::Shard& shard, std::string_view words) {
    check_refused([&] { verify(shard); }, words);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(xet_verification)

BOOST_AUTO_TEST_CASE(a_good_xorb_is_indexed) { BOOST_TEST((verify(sample_body()) == sample_xorb().footer())); }

BOOST_AUTO_TEST_CASE(a_xorb_may_bring_its_footer_if_that_is_right) {
    auto body = sample_xorb().body;
    auto footer = sample_xorb().footer();
    xet::append_xorb_footer(body, footer);
    BOOST_TEST((verify(text_of(body)) == sample_xorb().footer()));

    body = sample_xorb().body;
    footer.chunks[1] = hash_of_bytes(1);
    xet::append_xorb_footer(body, footer);
    check_refused([&] { verify(text_of(body)); }, "other hashes than its chunks");
}

BOOST_AUTO_TEST_CASE(a_xorb_cut_anywhere_is_refused) {
    const std::string body = sample_body();
    for (std::size_t size = 0; size < body.size(); size += size < 100 ? 1 : 997)
        check_refused([&] { verify(body.substr(0, size)); }, "xorb");
}

BOOST_AUTO_TEST_CASE(bytes_behind_the_last_chunk_are_refused) {
    for (const char* tail : {"X", "XETB", "1234567"})
        check_refused([&] { verify(sample_body() + tail); }, "goes on behind its chunks");
}

BOOST_AUTO_TEST_CASE(headers_of_records_must_be_known_and_true) {
    const struct {
        const char* what;
        std::size_t at;
        std::uint32_t number;
        std::string_view words;
    } rows[] = {
        {"version", 0, 1, ""},
        {"an unknown scheme", 4, 3, ""},
        {"the scheme auto", 4, 99, ""},
    };
    for (const auto& row : rows) {
        std::string body = sample_body();
        body[row.at] = static_cast<char>(row.number);
        BOOST_TEST_CONTEXT(row.what) check_refused([&] { verify(body); }, row.words);
    }
    // The first chunk is compressed.
    for (const std::uint32_t size : {0u, 1u, 4999u, 5001u, 131072u, 131073u, 0xFFFFFFu}) {
        std::string body = sample_body();
        put_u24(body, 5, size);
        BOOST_TEST_CONTEXT("uncompressed " << size) check_refused([&] { verify(body); }, "");
    }
    for (const std::uint32_t size : {0u, 5u, 262145u, 0xFFFFFFu}) {
        std::string body = sample_body();
        put_u24(body, 1, size);
        BOOST_TEST_CONTEXT("compressed " << size) check_refused([&] { verify(body); }, "");
    }
}

BOOST_AUTO_TEST_CASE(a_bomb_is_decoded_no_further_than_its_header_says) {
    // The record of 128 KiB of zeros, said to be of 100 bytes.
    xet::ChunkEncoder encoder;
    std::vector<std::byte> body;
    encoder.append(body, bytes_of(std::string(131072, '\0')), xet::Scheme::lz4);
    std::string text = text_of(body);
    put_u24(text, 5, 100);
    check_refused([&] { verify(text); }, "");
}

BOOST_AUTO_TEST_CASE(every_flipped_byte_of_a_xorb_is_noticed) {
    const std::string body = sample_body();
    for (std::size_t at = 0; at < body.size(); at += 331) {
        std::string changed = body;
        changed[at] = static_cast<char>(changed[at] ^ 0x40);
        BOOST_TEST_CONTEXT("byte " << at) check_refused([&] { verify(changed); }, "");
    }
}

BOOST_AUTO_TEST_CASE(a_xorb_must_have_the_hash_of_its_name) {
    check_refused([&] { verified_xorb(sample_xorb().body, hash_of_bytes(1)); },
                  "The hash of the xorb is " + to_text(sample_xorb().hash));
}

BOOST_AUTO_TEST_CASE(a_xorb_with_too_many_chunks_is_refused) {
    xet::ChunkEncoder encoder;
    std::vector<std::byte> body;
    for (std::size_t i = 0; i <= xet::max_xorb_chunks; ++i) encoder.append(body, bytes_of("x"), xet::Scheme::none);
    check_refused([&] { verified_xorb(body, hash_of_bytes(1)); }, "more than 8192 chunks");
}

BOOST_AUTO_TEST_CASE(a_xorb_with_too_much_content_is_refused) {
    xet::ChunkEncoder encoder;
    std::vector<std::byte> body;
    const std::string zeros(131072, '\0');
    for (int i = 0; i < 513; ++i) encoder.append(body, bytes_of(zeros), xet::Scheme::lz4);
    check_refused([&] { verified_xorb(body, hash_of_bytes(1)); }, "more than 67108864 bytes");
}

BOOST_AUTO_TEST_CASE(a_good_shard_passes_with_and_without_what_is_optional) {
    BOOST_TEST((verify(sample_shard()) == sample_shard()));
    xet::Shard shard = sample_shard();
    shard.xorbs[0].stored_size = 0;  // the reference writes so
    shard.files[0].sha256.reset();
    verify(shard);
    shard.xorbs.clear();  // they were listed before
    verify(shard);
    shard.footer.emplace();
    verify(shard);
}

BOOST_AUTO_TEST_CASE(recorded_uploads_of_the_reference_pass) {
    std::ifstream in(HFHUB_FIXTURES "/xet/exchanges_1_8.json");
    const auto vectors = boost::json::parse(std::string(std::istreambuf_iterator<char>(in), {}));
    std::map<xet::Hash, XorbIndexPtr> xorbs;
    const FindXorb find = [&](const xet::Hash& hash) { return xorbs.contains(hash) ? xorbs.at(hash) : nullptr; };
    std::size_t shards = 0;
    for (const auto& item : vectors.at("exchanges").as_array()) {
        const auto& exchange = item.as_object();
        const std::string request(exchange.at("request").as_string());
        const auto* body = exchange.if_contains("body");
        const auto* hex = body ? body->as_object().if_contains("hex") : nullptr;
        if (!hex) continue;
        const std::string bytes = hf::from_hex(hex->as_string()).value();
        if (request.starts_with("PUT /simulation/xorb-uploads/")) {
            const auto index = xet::index_xorb(bytes_of(bytes));
            const auto hash = xet::xorb_hash(xet::hash_xorb(bytes_of(bytes), index));
            xorbs[hash] = std::make_shared<const xet::XorbFooter>(verified_xorb(bytes_of(bytes), hash));
        } else if (request.ends_with("/shards")) {
            const auto shard = xet::parse_shard(bytes_of(bytes));
            const bool complete = std::ranges::all_of(shard.files, [&](const xet::ShardFile& file) {
                return std::ranges::all_of(file.terms,
                                           [&](const xet::Term& term) { return find(term.xorb) != nullptr; });
            });
            if (!complete) continue;  // of the larger xorbs only lengths were recorded
            verified_shard(bytes_of(bytes), find, no_limit);
            ++shards;
        }
    }
    BOOST_TEST(shards >= 8u);
}

BOOST_AUTO_TEST_CASE(a_shard_cut_anywhere_is_refused) {
    const std::string text = text_of(xet::serialize_shard(sample_shard()));
    for (std::size_t size = 0; size < text.size(); ++size)
        check_refused([&] { verified_shard(bytes_of(text.substr(0, size)), find_sample, no_limit); }, "shard");
}

BOOST_AUTO_TEST_CASE(a_foreign_tag_counts_beyond_the_input_and_bytes_behind_the_end_are_refused) {
    const std::string text = text_of(xet::serialize_shard(sample_shard()));
    const auto refused = [&](std::size_t at, std::string_view bytes, std::string_view words) {
        std::string changed = text;
        changed.replace(at, bytes.size(), bytes);
        check_refused([&] { verified_shard(bytes_of(changed), find_sample, no_limit); }, words);
    };
    refused(0, "X", "foreign tag");
    refused(32, "\x03", "unknown version");
    refused(48 + 36, "\xFF\xFF\xFF\x7F", "counts more entries than it has bytes for");
    check_refused([&] { verified_shard(bytes_of(text + "x"), find_sample, no_limit); }, "goes on behind its end");
}

BOOST_AUTO_TEST_CASE(a_shard_that_lists_a_xorb_otherwise_is_refused) {
    xet::Shard shard = sample_shard();
    shard.xorbs[0].hash = hash_of_bytes(1);
    check_shard_refused(shard, "which was not uploaded");
    shard = sample_shard();
    shard.xorbs[0].chunks.pop_back();
    check_shard_refused(shard, "another number of chunks");
    shard = sample_shard();
    shard.xorbs[0].chunks[1].hash = hash_of_bytes(1);
    check_shard_refused(shard, "another chunk 1");
    shard = sample_shard();
    shard.xorbs[0].chunks[0].size -= 1;
    shard.xorbs[0].chunks[1].size += 1;
    check_shard_refused(shard, "another chunk 0");
    shard = sample_shard();
    shard.xorbs[0].stored_size += 1;
    check_shard_refused(shard, "another size");
}

BOOST_AUTO_TEST_CASE(a_file_that_lies_about_its_terms_is_refused) {
    xet::Shard shard = sample_shard();
    shard.files[0].terms[1].xorb = hash_of_bytes(1);
    check_shard_refused(shard, "which was not uploaded");
    shard = sample_shard();
    shard.files[0].terms[0].chunks.end = 5;
    check_shard_refused(shard, "which has fewer");
    shard = sample_shard();
    shard.files[0].terms[0].size += 1;
    check_shard_refused(shard, "which have another size");
    shard = sample_shard();
    shard.files[0].terms[1] = {sample_xorb().hash, {1, 2}, 9000};
    check_shard_refused(shard, "verification hash is wrong");
    shard = sample_shard();
    shard.files[0].verification->at(1) = hash_of_bytes(1);
    check_shard_refused(shard, "verification hash is wrong");
}

BOOST_AUTO_TEST_CASE(a_file_must_prove_that_its_writer_has_the_chunks) {
    xet::Shard shard = sample_shard();
    shard.files[0].verification.reset();
    check_shard_refused(shard, "no verification hashes");
}

BOOST_AUTO_TEST_CASE(a_file_must_hash_to_its_id) {
    xet::Shard shard = sample_shard();
    const std::string id = to_text(shard.files[0].id);
    shard.files[0].id = hash_of_bytes(1);
    check_shard_refused(shard, "has the hash " + id);
    shard = sample_shard();
    std::swap(shard.files[0].terms[0], shard.files[0].terms[1]);
    std::swap(shard.files[0].verification->at(0), shard.files[0].verification->at(1));
    check_shard_refused(shard, "has the hash");
    shard = sample_shard();
    shard.files[0].terms.clear();
    shard.files[0].verification->clear();
    check_shard_refused(shard, "has the hash 0000");
}

BOOST_AUTO_TEST_CASE(a_file_above_the_limit_is_refused) {
    const std::uint64_t size = sample_content().size();
    verify(sample_shard(), size);
    check_refused([&] { verify(sample_shard(), size - 1); }, "too large");
}

BOOST_AUTO_TEST_SUITE_END()

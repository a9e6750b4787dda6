#include "xet/xorb.hpp"
#include "xet/format.hpp"
#include "xet_fixture.hpp"

using namespace hf::test;
using hf::xet::Bytes;
using hf::xet::RecordReader;
using hf::xet::Scheme;
using hf::xet::XorbWriter;

BOOST_AUTO_TEST_SUITE(xet_xorb)

namespace {

std::string decoded(const hf::xet::ChunkRecord& record) {
    std::string out(record.header.size, '?');
    hf::xet::ChunkDecoder().decode(record.header, record.stored, std::as_writable_bytes(std::span(out)));
    return out;
}

// The contents of `count` records that arrive in pieces, and how much of the text was not read.
std::pair<std::vector<std::string>, std::size_t> read(std::string_view text, std::uint32_t count, std::size_t piece) {
    std::pair<std::vector<std::string>, std::size_t> out;
    RecordReader reader(count);
    for (; !text.empty() && !reader.complete(); text.remove_prefix(std::min(piece, text.size()))) {
        Bytes data = bytes_of(text.substr(0, piece));
        while (auto record = reader.next(data)) out.first.push_back(decoded(*record));
        if (!data.empty()) {
            out.second = text.size() - std::min(piece, text.size()) + data.size();
            break;
        }
    }
    reader.finish();
    return out;
}

std::vector<std::string> contents() {
    return {"alpha-alpha-alpha-", "beta-beta-beta-", std::string(20000, 'c'), splitmix64(9, 9999)};
}

hf::xet::SerializedXorb pack(const std::vector<std::string>& chunks) {
    XorbWriter writer;
    for (const auto& chunk : chunks) {
        BOOST_REQUIRE(writer.fits(chunk.size()));
        writer.add(hf::xet::chunk_hash(bytes_of(chunk)), bytes_of(chunk));
    }
    return writer.finish();
}

std::string with_footer(const hf::xet::SerializedXorb& xorb) {
    auto body = xorb.body;
    hf::xet::append_xorb_footer(body, xorb.footer());
    return text_of(body);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_xorb_of_every_scheme_is_read_and_hashed) {
    const auto vectors = xet_vectors("xorb");
    const auto& row = vectors.at("xorb");
    const std::string body = unhex(row.at("body_hex")), footer = unhex(row.at("footer_v1_hex"));
    BOOST_TEST(body.size() == row.at("body_len").to_number<std::size_t>());
    for (const std::string& text : {body, body + footer}) {
        const auto index = hf::xet::index_xorb(bytes_of(text));
        BOOST_TEST(index.records_size == body.size());
        BOOST_TEST(index.footer.has_value() == (text.size() > body.size()));
        const auto nodes = hf::xet::hash_xorb(bytes_of(text), index);
        BOOST_TEST(hf::xet::xorb_hash(nodes) == hash_of(row.at("xorb_hash")));
        const auto& chunks = row.at("chunks").as_array();
        BOOST_REQUIRE(index.records.size() == chunks.size());
        for (std::size_t i = 0; i < chunks.size(); ++i) {
            const auto& header = index.records[i].header;
            BOOST_TEST(static_cast<int>(header.scheme) == chunks[i].at("scheme").to_number<int>());
            BOOST_TEST(header.size == chunks[i].at("len").to_number<std::uint32_t>());
            BOOST_TEST(header.stored_size == chunks[i].at("compressed").to_number<std::uint32_t>());
            BOOST_TEST(nodes[i].hash == hash_of(chunks[i].at("hash")));
        }
    }
    const auto parsed = hf::xet::parse_xorb_footer(bytes_of(footer));
    BOOST_TEST(parsed.xorb == hash_of(row.at("xorb_hash")));
    std::vector<std::byte> again;
    hf::xet::append_xorb_footer(again, parsed);
    BOOST_TEST(hex_of(again) == row.at("footer_v1_hex").as_string());
}

BOOST_AUTO_TEST_CASE(bodies_that_went_to_the_real_hub_and_to_the_official_server_are_written_byte_for_byte) {
    const auto check = [](std::string_view data, const boost::json::array& chunks, std::size_t size_at,
                          const hf::xet::Hash& hash, const boost::json::value& sha256) {
        std::vector<std::string> contents;
        std::size_t begin = 0;
        for (const auto& chunk : chunks) {
            const auto size = chunk.as_array()[size_at].to_number<std::size_t>();
            contents.emplace_back(data.substr(begin, size));
            begin += size;
        }
        const auto xorb = pack(contents);
        BOOST_TEST(xorb.hash == hash);
        BOOST_TEST(hf::sha256_hex(text_of(xorb.body)) == sha256.as_string());
    };
    const auto real = xet_vectors("real_hub_2026");
    check(pcg_dxsm(20260925, 1, 1 << 20), real.at("chunks").as_array(), 1, hash_of(real.at("xorb_hash")),
          real.at("xorb_body").at("sha256"));
    const auto official = xet_vectors("exchanges_1_8");
    const auto& upload = official.at("exchanges").as_array()[11];
    BOOST_TEST(upload.at("step").as_string() == "1 MiB upload");
    check(xorshift64(1 << 20), official.at("inputs").at("1 MiB").at("chunks [length, hash]").as_array(), 0,
          *hf::xet::parse_hash("6283348271df9f6cc289c1d73089e4b2a53b0254d4d63a86fbd12a5fcdbc408f"),
          upload.at("body").at("sha256"));
}

BOOST_AUTO_TEST_CASE(recorded_xorbs_are_read) {
    const auto vectors = xet_vectors("exchanges_1_8");
    std::size_t read_ones = 0;
    for (const auto& exchange : vectors.at("exchanges").as_array()) {
        const std::string request(exchange.at("request").as_string());
        const auto* body = exchange.as_object().if_contains("body");
        const bool is_xorb = request.starts_with("PUT /simulation/xorb") || request.starts_with("POST /v1/xorbs/");
        if (!is_xorb || !body || !body->as_object().contains("hex")) continue;
        const std::string text = unhex(body->at("hex"));
        const auto index = hf::xet::index_xorb(bytes_of(text));
        BOOST_TEST(index.records_size == text.size());
        const auto hash = hf::xet::xorb_hash(hf::xet::hash_xorb(bytes_of(text), index));
        const std::string step(exchange.at("step").as_string());
        if (request.starts_with("POST /v1/xorbs/default/"))
            BOOST_TEST((request.ends_with(hf::xet::to_text(hash)) == (step != "wrong uploads, by hand")));
        ++read_ones;
    }
    BOOST_TEST(read_ones == 7u);
}

BOOST_AUTO_TEST_CASE(records_arrive_in_pieces_of_any_size) {
    const auto expected = contents();
    const std::string body = text_of(pack(expected).body);
    for (const std::size_t piece : {1u, 2u, 7u, 8u, 9u, 100u, 4096u, 1000000u}) {
        const auto [found, rest] = read(body, 4, piece);
        BOOST_TEST(found == expected, boost::test_tools::per_element());
        BOOST_TEST(rest == 0u);
    }
}

BOOST_AUTO_TEST_CASE(records_end_with_the_count_and_what_follows_stays) {
    const auto expected = contents();
    const auto xorb = pack(expected);
    const std::string whole = with_footer(xorb);
    for (const std::size_t piece : {100u, 1000000u}) {
        for (std::uint32_t count = 1; count <= 4; ++count) {
            const auto [found, rest] = read(whole, count, piece);
            BOOST_TEST(found.size() == count);
            BOOST_TEST(rest <= whole.size() - xorb.record_ends[count - 1]);
        }
    }
    // A server that sends the whole xorb where a range was asked for is noticed by its footer at the latest.
    for (const std::size_t piece : {3u, 100u, 1000000u})
        check_error<hf::InvalidResponseError>([&] { read(whole, 5, piece); }, "footer begins");
}

BOOST_AUTO_TEST_CASE(records_cut_at_every_byte_are_missing) {
    const std::string body = text_of(pack({"alpha-alpha-alpha-", std::string(300, 'b')}).body);
    for (std::size_t size = 0; size < body.size(); ++size) {
        check_error<hf::IntegrityError>([&] { read(body.substr(0, size), 2, 5); }, "missing");
        check_error<hf::IntegrityError>([&] { read(body.substr(0, size), 2, 5000); }, "missing");
    }
}

BOOST_AUTO_TEST_CASE(a_xorb_cut_at_every_byte_is_never_whole) {
    const auto xorb = pack({"alpha-alpha-alpha-", std::string(300, 'b')});
    const std::string whole = with_footer(xorb), body = text_of(xorb.body);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto cut = bytes_of(whole).first(size);
        try {
            const auto index = hf::xet::index_xorb(cut);
            // Records and a stray rest too short for a header: whoever needs more, sees the hash differ.
            BOOST_TEST(cut.size() - index.records_size < hf::xet::chunk_header_size);
            BOOST_TEST(!index.footer.has_value());
            if (index.records.size() < 2) BOOST_TEST(hf::xet::xorb_hash(hf::xet::hash_xorb(cut, index)) != xorb.hash);
        } catch (const hf::InvalidResponseError&) {
        }
    }
    // The four letters at the end of the published reference file.
    BOOST_TEST(hf::xet::index_xorb(bytes_of(body + "XETB")).records.size() == 2u);
}

BOOST_AUTO_TEST_CASE(damaged_footers_are_refused) {
    const auto xorb = pack({"alpha-alpha-alpha-", std::string(300, 'b')});
    const std::string whole = with_footer(xorb);
    const auto footer = xorb.footer();
    const auto refused = [&](const hf::xet::XorbFooter& changed, std::string_view words) {
        auto text = xorb.body;
        hf::xet::append_xorb_footer(text, changed);
        check_error<hf::InvalidResponseError>([&] { hf::xet::index_xorb(text); }, words);
    };
    auto changed = footer;
    changed.record_ends[1] += 1;
    refused(changed, "contradicts its chunk 1");
    changed = footer;
    changed.content_ends[0] += 1;
    refused(changed, "contradicts its chunk 0");
    changed = footer;
    std::swap(changed.record_ends[0], changed.record_ends[1]);
    refused(changed, "ends before it begins");
    changed = footer;
    changed.chunks.pop_back();
    changed.record_ends.pop_back();
    changed.content_ends.pop_back();
    refused(changed, "another number of chunks");
    const std::size_t begin = xorb.body.size();
    for (const std::size_t at : {std::size_t{7}, std::size_t{40}, std::size_t{47}, std::size_t{52 + 64 + 7}}) {
        std::string text = whole;  // a mark or version of another kind
        text[begin + at] ^= 0x40;
        BOOST_CHECK_THROW(hf::xet::index_xorb(bytes_of(text)), hf::InvalidResponseError);
    }
    std::string text = whole;
    text.replace(begin + 48, 4, "\xFF\xFF\xFF\xFF");
    check_error<hf::InvalidResponseError>([&] { hf::xet::index_xorb(bytes_of(text)); }, "more chunks than");
    BOOST_CHECK_THROW(hf::xet::index_xorb(bytes_of(whole + "x")), hf::InvalidResponseError);
    BOOST_CHECK_THROW(hf::xet::index_xorb(bytes_of(whole.substr(begin))), hf::InvalidResponseError);
}

BOOST_AUTO_TEST_CASE(one_flipped_bit_anywhere_is_an_error_or_another_hash_unless_it_decodes_to_the_same) {
    const std::vector<std::string> contents = {"alpha-alpha-alpha-", std::string(300, 'b'), splitmix64(1, 40)};
    const auto xorb = pack(contents);
    for (std::size_t at = 0; at < xorb.body.size(); ++at) {
        auto body = xorb.body;
        body[at] ^= std::byte{1};
        try {
            const auto index = hf::xet::index_xorb(body);
            if (hf::xet::xorb_hash(hf::xet::hash_xorb(body, index)) != xorb.hash) continue;
            // A match of LZ4 at another distance within a run, say.
            for (std::size_t i = 0; i < contents.size(); ++i)
                BOOST_TEST(decoded(index.record(body, i)) == contents[i], "byte " << at);
        } catch (const hf::InvalidResponseError&) {
        } catch (const hf::IntegrityError&) {
        }
    }
}

BOOST_AUTO_TEST_CASE(a_writer_keeps_to_the_limits) {
    XorbWriter writer;
    BOOST_TEST(!writer.fits(hf::xet::max_xorb_size - 7));
    BOOST_TEST(writer.fits(hf::xet::max_xorb_size - 8));
    const std::string tiny = "x";
    const auto hash = hf::xet::chunk_hash(bytes_of(tiny));
    for (std::size_t i = 0; i < hf::xet::max_xorb_chunks; ++i) {
        BOOST_REQUIRE(writer.fits(1));
        BOOST_REQUIRE(writer.add(hash, bytes_of(tiny)) == i);
    }
    BOOST_TEST(!writer.fits(1));
    const auto xorb = writer.finish();
    BOOST_TEST(xorb.chunks.size() == hf::xet::max_xorb_chunks);
    BOOST_TEST(xorb.body.size() == 9 * hf::xet::max_xorb_chunks);
    BOOST_TEST(writer.empty());
    BOOST_TEST(writer.fits(hf::xet::max_chunk_size));
    // Incompressible chunks of full size: one fewer than would fill the limit by themselves.
    const std::string noise = splitmix64(4, hf::xet::max_chunk_size);
    while (writer.fits(noise.size())) writer.add(hash, bytes_of(noise));
    BOOST_TEST(writer.count() == 511u);
    BOOST_TEST(writer.finish().body.size() <= hf::xet::max_xorb_size);
}

BOOST_AUTO_TEST_CASE(packing_is_deterministic_and_each_file_chooses_anew) {
    const auto once = pack(contents()), again = pack(contents());
    BOOST_TEST((once.body == again.body));
    BOOST_TEST(once.hash == again.hash);
    std::string numbers;
    for (float value = 1; numbers.size() < 20000; value *= 1.0001f)
        numbers.append(reinterpret_cast<const char*>(&value), sizeof(value));
    XorbWriter writer;
    const auto add = [&](const std::string& text) { writer.add(hf::xet::chunk_hash(bytes_of(text)), bytes_of(text)); };
    add(std::string(20000, 'a'));
    add(numbers);
    writer.next_file();
    add(numbers);
    const auto xorb = writer.finish();
    const auto index = hf::xet::index_xorb(xorb.body);
    BOOST_TEST((index.records[1].header.scheme == Scheme::lz4 || index.records[1].header.scheme == Scheme::none));
    BOOST_TEST((index.records[2].header.scheme == Scheme::bg4_lz4));
}

BOOST_AUTO_TEST_SUITE_END()

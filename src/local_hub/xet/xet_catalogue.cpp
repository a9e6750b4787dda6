#include "local_hub/xet/xet_catalogue.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <stdexcept>

namespace hf::local_hub {
namespace {

xet::Hash hash_of(const std::string& text) {
    const auto hash = xet::parse_hash(text);
    if (!hash) throw std::runtime_error("the database has no hash but " + text);
    return *hash;
}

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace

std::optional<XetFile> XetCatalogue::find(const xet::Hash& id) {
    std::optional<XetFile> out;
    database_.row("SELECT number, sha256, size FROM xet_files WHERE id=?", {to_text(id)}, [&](const Row& row) {
        out = {row.integer(0), row.text(1), static_cast<std::uint64_t>(row.integer(2))};
    });
    return out;
}

std::vector<PlacedTerm> XetCatalogue::terms(const XetFile& file, ByteRange window) {
    std::vector<PlacedTerm> out;
    // The first of them begins at or before the window.
    database_.rows(
        "SELECT position, size, xorb, first_chunk, end_chunk FROM xet_terms WHERE file=?1 AND position < ?3 AND "
        "position >= coalesce((SELECT max(position) FROM xet_terms WHERE file=?1 AND position <= ?2), 0) "
        "ORDER BY position",
        {file.number, number(window.begin), number(window.end)}, [&](const Row& row) {
            PlacedTerm term;
            term.position = static_cast<std::uint64_t>(row.integer(0));
            term.term.size = static_cast<std::uint32_t>(row.integer(1));
            term.term.xorb = hash_of(row.text(2));
            term.term.chunks = {static_cast<std::uint32_t>(row.integer(3)), static_cast<std::uint32_t>(row.integer(4))};
            out.push_back(term);
        });
    return out;
}

std::map<std::string, std::string, std::less<>> XetCatalogue::ids_of(const std::vector<std::string>& sha256s) {
    std::map<std::string, std::string, std::less<>> out;
    if (sha256s.empty()) return out;
    boost::json::array wanted;
    for (const auto& sha256 : sha256s) wanted.emplace_back(sha256);
    // A content may have several, of clients that cut it differently: the first one stays its id.
    database_.rows("SELECT sha256, id FROM xet_files WHERE sha256 IN (SELECT value FROM json_each(?)) ORDER BY number",
                   {boost::json::serialize(wanted)}, [&](const Row& row) { out.emplace(row.text(0), row.text(1)); });
    return out;
}

std::string XetCatalogue::id_of(std::string_view sha256) {
    return database_.text("SELECT id FROM xet_files WHERE sha256=? ORDER BY number LIMIT 1", {sql_text(sha256)});
}

void XetCatalogue::add(const xet::ShardFile& file, std::string_view sha256) {
    database_.transaction([&] {
        const bool added = database_.run("INSERT INTO xet_files(id, sha256, size) VALUES(?,?,?) ON CONFLICT DO NOTHING",
                                         {to_text(file.id), sql_text(sha256), number(file.size())}) == 1;
        settle(sha256);
        if (!added) return;
        const std::int64_t id = database_.last_id();
        std::uint64_t position = 0;
        for (const xet::Term& term : file.terms) {
            database_.run(
                "INSERT INTO xet_terms(file, position, size, xorb, first_chunk, end_chunk) VALUES(?,?,?,?,?,?)",
                {id, number(position), number(term.size), to_text(term.xorb), number(term.chunks.begin),
                 number(term.chunks.end)});
            position += term.size;
        }
    });
}

void XetCatalogue::add_chunk(const xet::Hash& chunk, const xet::Hash& xorb) {
    database_.run("INSERT INTO xet_chunks(hash, xorb) VALUES(?,?) ON CONFLICT DO NOTHING",
                  {to_text(chunk), to_text(xorb)});
}

std::optional<xet::Hash> XetCatalogue::xorb_of(const xet::Hash& chunk) {
    const std::string found = database_.text("SELECT xorb FROM xet_chunks WHERE hash=?", {to_text(chunk)});
    if (found.empty()) return std::nullopt;
    return hash_of(found);
}

std::vector<xet::Hash> XetCatalogue::used_together(const xet::Hash& xorb, std::size_t most) {
    std::vector<xet::Hash> out{xorb};
    database_.rows(
        "SELECT DISTINCT xorb FROM xet_terms WHERE xorb<>?1 AND file IN (SELECT file FROM xet_terms WHERE xorb=?1) "
        "LIMIT ?2",
        {to_text(xorb), number(most)}, [&](const Row& row) { out.push_back(hash_of(row.text(0))); });
    return out;
}

std::optional<std::string> XetCatalogue::next_pending() {
    const std::string oid = database_.text("SELECT oid FROM xet_pending WHERE failed=0 LIMIT 1");
    if (oid.empty()) return std::nullopt;
    return oid;
}

std::uint64_t XetCatalogue::pending() {
    return static_cast<std::uint64_t>(database_.number("SELECT count(*) FROM xet_pending WHERE failed=0"));
}

void XetCatalogue::settle(std::string_view sha256) {
    database_.run("DELETE FROM xet_pending WHERE oid=?", {sql_text(sha256)});
}

void XetCatalogue::set_aside(std::string_view sha256) {
    database_.run("UPDATE xet_pending SET failed=1 WHERE oid=?", {sql_text(sha256)});
}

void XetCatalogue::retry_all() {
    database_.transaction([&] {
        database_.run("UPDATE xet_pending SET failed=0");
        // Roots of older hubs have objects that nobody noted.
        database_.run(
            "INSERT OR IGNORE INTO xet_pending(oid) SELECT DISTINCT oid FROM lfs_links WHERE oid NOT IN (SELECT "
            "sha256 FROM xet_files)");
    });
}

}  // namespace hf::local_hub

#include "local_hub/data/repos.hpp"

#include "core/text.hpp"
#include "local_hub/data/storage_error.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace hf::local_hub {

namespace json = boost::json;

namespace {

constexpr std::string_view columns =
    "id, oid, type, full_id, author, private, gated, disabled, created_at, last_modified, sha, likes, downloads, sdk, "
    "pipeline_tag, library_name, card, tags, discussions_disabled";

Repo repo_of(const Row& row) {
    Repo out;
    out.id = row.integer(0);
    out.oid = row.text(1);
    out.type = static_cast<RepoType>(row.integer(2));
    out.full_id = row.text(3);
    out.author = row.text(4);
    out.is_private = row.integer(5) != 0;
    out.gated = row.text(6);
    out.disabled = row.integer(7) != 0;
    out.created_at = row.integer(8);
    out.last_modified = row.integer(9);
    out.sha = row.text(10);
    out.likes = row.integer(11);
    out.downloads = row.integer(12);
    out.sdk = row.text(13);
    out.pipeline_tag = row.text(14);
    out.library_name = row.text(15);
    out.card = row.text(16);
    out.tags = row.text(17);
    out.discussions_disabled = row.integer(18) != 0;
    return out;
}

SqlValue text_or_null(std::string_view text) {
    if (text.empty()) return nullptr;
    return sql_text(text);
}

std::string_view sort_column(RepoFilter::Sort sort) {
    switch (sort) {
        case RepoFilter::Sort::created_at: return "created_at";
        case RepoFilter::Sort::last_modified: return "last_modified";
        case RepoFilter::Sort::likes: return "likes";
        case RepoFilter::Sort::downloads: return "downloads";
        case RepoFilter::Sort::id: break;
    }
    return "id";
}

// Of LIKE, whose wildcards a search must not contain.
std::string like_pattern(std::string_view text) {
    std::string out = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') out += '\\';
        out += c;
    }
    return out + "%";
}

}  // namespace

std::string_view singular(RepoType type) {
    constexpr std::string_view names[] = {"model", "dataset", "space"};
    return names[static_cast<int>(type)];
}

std::string_view plural(RepoType type) {
    constexpr std::string_view names[] = {"models", "datasets", "spaces"};
    return names[static_cast<int>(type)];
}

std::string_view url_prefix(RepoType type) {
    constexpr std::string_view names[] = {"", "datasets/", "spaces/"};
    return names[static_cast<int>(type)];
}

std::optional<RepoType> parse_repo_type(std::string_view text) {
    for (const auto type : {RepoType::model, RepoType::dataset, RepoType::space})
        if (text == singular(type) || text == plural(type)) return type;
    return std::nullopt;
}

std::string_view namespace_of(std::string_view full_id) {
    const auto slash = full_id.find('/');
    return slash == full_id.npos ? std::string_view() : full_id.substr(0, slash);
}

std::string_view name_of(std::string_view full_id) {
    const auto slash = full_id.find('/');
    return slash == full_id.npos ? full_id : full_id.substr(slash + 1);
}

void check_repo_name(std::string_view name) {
    const auto fits = [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    bool good = !name.empty() && name.size() <= 96 && name.find("--") == name.npos && name.find("..") == name.npos;
    for (const unsigned char c : name) good = good && fits(c);
    if (good) good = name.front() != '-' && name.front() != '.' && name.back() != '-' && name.back() != '.';
    if (!good || name.ends_with(".git") || name.ends_with(".ipynb"))
        throw StorageError(
            Refusal::invalid,
            "Invalid repo name: " + std::string(name.substr(0, 100)) +
                ". Names are letters, digits, '-', '_' and '.', at most 96 of them, without '--' or '..', and "
                "neither start nor end with '-' or '.'");
}

std::optional<Repo> Repos::one(std::string_view where, const Database::Values& values) {
    std::optional<Repo> out;
    database_.row("SELECT " + std::string(columns) + " FROM repos WHERE " + std::string(where), values,
                  [&](const Row& row) { out = repo_of(row); });
    return out;
}

std::optional<Repo> Repos::find(RepoType type, std::string_view full_id) {
    return one("type=? AND full_id=?", {std::int64_t(type), sql_text(full_id)});
}

std::optional<Repo> Repos::by_oid(std::string_view oid) { return one("oid=?", {sql_text(oid)}); }
std::optional<Repo> Repos::by_id(std::int64_t id) { return one("id=?", {id}); }

std::optional<Repo> Repos::renamed(RepoType type, std::string_view old_id) {
    return one("id=(SELECT repo_id FROM renames WHERE type=? AND full_id=?)", {std::int64_t(type), sql_text(old_id)});
}

std::vector<Repo> Repos::all() {
    std::vector<Repo> out;
    database_.rows("SELECT " + std::string(columns) + " FROM repos", {},
                   [&](const Row& row) { out.push_back(repo_of(row)); });
    return out;
}

std::vector<Repo> Repos::list(const RepoFilter& filter) {
    std::string sql = "SELECT " + std::string(columns) + " FROM repos WHERE type=?";
    Database::Values values = {std::int64_t(filter.type)};
    sql += " AND (private=0";
    for (const auto& name : filter.visible_namespaces) {
        sql += " OR author=?";
        values.push_back(sql_text(name));
    }
    sql += ")";
    if (!filter.author.empty()) {
        sql += " AND author=?";
        values.push_back(sql_text(filter.author));
    }
    if (!filter.search.empty()) {
        sql += " AND full_id LIKE ? ESCAPE '\\'";
        values.push_back(like_pattern(filter.search));
    }
    if (!filter.gated.empty()) sql += filter.gated == "true" ? " AND gated IS NOT NULL" : " AND gated IS NULL";
    for (const auto& tag : filter.tags) {
        sql += " AND id IN (SELECT repo_id FROM repo_tags WHERE tag=?)";
        values.push_back(sql_text(tag));
    }
    const auto named_in_card = [&](std::string_view member, const std::vector<std::string>& ids) {
        if (ids.empty()) return;
        sql += " AND EXISTS(SELECT 1 FROM json_each(card, '$." + std::string(member) + "') WHERE value IN (";
        for (std::size_t i = 0; i < ids.size(); ++i) sql += i ? ",?" : "?";
        sql += "))";
        for (const auto& id : ids) values.push_back(sql_text(id));
    };
    named_in_card("models", filter.models);
    named_in_card("datasets", filter.datasets);
    if (filter.linked)
        sql +=
            " AND (EXISTS(SELECT 1 FROM json_each(card, '$.models')) OR EXISTS(SELECT 1 FROM json_each(card, "
            "'$.datasets')))";
    const std::string column(sort_column(filter.sort));
    if (filter.has_cursor) {
        sql += " AND (" + column + ", id) " + (filter.descending ? "<" : ">") + " (CAST(? AS INTEGER), ?)";
        values.push_back(sql_text(filter.after_value));
        values.push_back(filter.after_id);
    }
    const std::string direction = filter.descending ? " DESC" : " ASC";
    sql += " ORDER BY " + column + direction + ", id" + direction + " LIMIT ?";
    values.push_back(static_cast<std::int64_t>(filter.limit));
    std::vector<Repo> out;
    database_.rows(sql, values, [&](const Row& row) { out.push_back(repo_of(row)); });
    return out;
}

bool Repos::insert(Repo& repo) {
    bool inserted = false;
    database_.transaction([&] {
        inserted = database_.run(
                       "INSERT INTO repos(oid, type, full_id, author, private, created_at, last_modified, sha, "
                       "sdk) VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
                       {sql_text(repo.oid), std::int64_t(repo.type), sql_text(repo.full_id), sql_text(repo.author),
                        sql_bool(repo.is_private), repo.created_at, repo.last_modified, sql_text(repo.sha),
                        text_or_null(repo.sdk)}) == 1;
        if (!inserted) return;
        repo.id = database_.last_id();
        // A new repository takes the name over from one that was moved away.
        database_.run("DELETE FROM renames WHERE type=? AND full_id=?",
                      {std::int64_t(repo.type), sql_text(repo.full_id)});
    });
    return inserted;
}

void Repos::erase(std::int64_t id) { database_.run("DELETE FROM repos WHERE id=?", {id}); }

bool Repos::move(const Repo& repo, RepoType type, std::string_view new_id) {
    bool moved = false;
    database_.transaction([&] {
        if (const auto taken = find(type, new_id); taken && taken->id != repo.id) return;
        database_.run("UPDATE repos SET full_id=?, author=? WHERE id=?",
                      {sql_text(new_id), sql_text(namespace_of(new_id)), repo.id});
        database_.run("DELETE FROM renames WHERE type=? AND full_id=?", {std::int64_t(type), sql_text(new_id)});
        if (to_lower(repo.full_id) != to_lower(new_id))
            database_.run(
                "INSERT INTO renames(type, full_id, repo_id) VALUES(?,?,?) ON CONFLICT DO UPDATE SET "
                "repo_id=excluded.repo_id",
                {std::int64_t(type), sql_text(repo.full_id), repo.id});
        moved = true;
    });
    return moved;
}

void Repos::set_head(std::int64_t id, std::string_view sha, std::int64_t last_modified) {
    database_.run("UPDATE repos SET sha=?, last_modified=? WHERE id=?", {sql_text(sha), last_modified, id});
}

void Repos::set_card(std::int64_t id, std::string_view card, const std::vector<std::string>& tags,
                     std::string_view pipeline_tag, std::string_view library_name, std::string_view sdk) {
    json::array all;
    for (const auto& tag : tags) all.emplace_back(tag);
    database_.transaction([&] {
        database_.run(
            "UPDATE repos SET card=?, tags=?, pipeline_tag=?, library_name=?, sdk=coalesce(?, sdk) WHERE id=?",
            {text_or_null(card), json::serialize(all), text_or_null(pipeline_tag), text_or_null(library_name),
             text_or_null(sdk), id});
        database_.run("DELETE FROM repo_tags WHERE repo_id=?", {id});
        for (const auto& tag : tags)
            database_.run("INSERT INTO repo_tags(repo_id, tag) VALUES(?,?) ON CONFLICT DO NOTHING",
                          {id, sql_text(tag)});
    });
}

void Repos::set_flag(std::int64_t id, std::string_view column, bool value) {
    database_.run("UPDATE repos SET " + std::string(column) + "=? WHERE id=?", {sql_bool(value), id});
}

void Repos::set_gated(std::int64_t id, std::string_view gated) {
    database_.run("UPDATE repos SET gated=? WHERE id=?", {text_or_null(gated), id});
}

void Repos::add_downloads(std::int64_t id, std::int64_t count) {
    database_.run("UPDATE repos SET downloads=downloads+? WHERE id=?", {count, id});
}

void Repos::link_lfs(std::int64_t id, std::string_view oid, std::uint64_t size) {
    database_.transaction([&] {
        database_.run("INSERT INTO lfs_links(repo_id, oid, size) VALUES(?,?,?) ON CONFLICT DO NOTHING",
                      {id, sql_text(oid), static_cast<std::int64_t>(size)});
        database_.run(
            "INSERT INTO xet_pending(oid) SELECT ?1 WHERE NOT EXISTS(SELECT 1 FROM xet_files WHERE sha256=?1) "
            "ON CONFLICT DO NOTHING",
            {sql_text(oid)});
    });
}

std::optional<std::uint64_t> Repos::linked_lfs(std::int64_t id, std::string_view oid) {
    std::optional<std::uint64_t> out;
    database_.row("SELECT size FROM lfs_links WHERE repo_id=? AND oid=?", {id, sql_text(oid)},
                  [&](const Row& row) { out = static_cast<std::uint64_t>(row.integer(0)); });
    return out;
}

}  // namespace hf::local_hub

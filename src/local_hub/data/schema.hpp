#pragma once

namespace hf::local_hub {

/// Everything that neither git nor the LFS store holds. Times are milliseconds since the epoch.
inline constexpr const char* schema_sql = R"sql(
CREATE TABLE IF NOT EXISTS settings(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts(
    id INTEGER PRIMARY KEY, oid TEXT NOT NULL, name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    is_org INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tokens(
    hash TEXT PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    role TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS members(
    org_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    role TEXT NOT NULL, PRIMARY KEY(org_id, user_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS repos(
    id INTEGER PRIMARY KEY AUTOINCREMENT, oid TEXT NOT NULL UNIQUE, type INTEGER NOT NULL,
    full_id TEXT NOT NULL COLLATE NOCASE, author TEXT NOT NULL COLLATE NOCASE, private INTEGER NOT NULL DEFAULT 0,
    gated TEXT, disabled INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, last_modified INTEGER NOT NULL,
    sha TEXT NOT NULL DEFAULT '', likes INTEGER NOT NULL DEFAULT 0, downloads INTEGER NOT NULL DEFAULT 0,
    sdk TEXT, pipeline_tag TEXT, library_name TEXT, card TEXT, tags TEXT NOT NULL DEFAULT '[]',
    discussions_disabled INTEGER NOT NULL DEFAULT 0, UNIQUE(type, full_id));
CREATE INDEX IF NOT EXISTS repos_author ON repos(type, author);
CREATE TABLE IF NOT EXISTS repo_tags(
    repo_id INTEGER NOT NULL REFERENCES repos(id) ON DELETE CASCADE, tag TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY(tag, repo_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS repo_tags_repo ON repo_tags(repo_id);
CREATE TABLE IF NOT EXISTS renames(
    type INTEGER NOT NULL, full_id TEXT NOT NULL COLLATE NOCASE,
    repo_id INTEGER NOT NULL REFERENCES repos(id) ON DELETE CASCADE, PRIMARY KEY(type, full_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lfs_links(
    repo_id INTEGER NOT NULL REFERENCES repos(id) ON DELETE CASCADE, oid TEXT NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY(repo_id, oid)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads(
    id TEXT PRIMARY KEY, repo_id INTEGER NOT NULL REFERENCES repos(id) ON DELETE CASCADE, oid TEXT NOT NULL,
    size INTEGER NOT NULL, part_size INTEGER NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS upload_parts(
    upload_id TEXT NOT NULL REFERENCES uploads(id) ON DELETE CASCADE, number INTEGER NOT NULL, etag TEXT NOT NULL,
    PRIMARY KEY(upload_id, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS likes(
    account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    repo_id INTEGER NOT NULL REFERENCES repos(id) ON DELETE CASCADE, created_at INTEGER NOT NULL,
    PRIMARY KEY(account_id, repo_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS discussions(
    id INTEGER PRIMARY KEY, oid TEXT NOT NULL, repo_id INTEGER NOT NULL REFERENCES repos(id) ON DELETE CASCADE,
    num INTEGER NOT NULL, title TEXT NOT NULL, status TEXT NOT NULL, is_pr INTEGER NOT NULL, author TEXT NOT NULL,
    base TEXT, merge_commit TEXT, created_at INTEGER NOT NULL, UNIQUE(repo_id, num));
CREATE TABLE IF NOT EXISTS discussion_events(
    id INTEGER PRIMARY KEY, oid TEXT NOT NULL,
    discussion_id INTEGER NOT NULL REFERENCES discussions(id) ON DELETE CASCADE,
    type TEXT NOT NULL, author TEXT NOT NULL, created_at INTEGER NOT NULL, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS discussion_events_of ON discussion_events(discussion_id);
CREATE TABLE IF NOT EXISTS collections(
    id INTEGER PRIMARY KEY, oid TEXT NOT NULL UNIQUE, owner TEXT NOT NULL COLLATE NOCASE, slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, description TEXT, private INTEGER NOT NULL, theme TEXT NOT NULL, position INTEGER NOT NULL,
    upvotes INTEGER NOT NULL DEFAULT 0, last_updated INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS collection_items(
    id INTEGER PRIMARY KEY, oid TEXT NOT NULL UNIQUE,
    collection_id INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
    type TEXT NOT NULL, item_id TEXT NOT NULL, note TEXT, position INTEGER NOT NULL,
    UNIQUE(collection_id, type, item_id));
CREATE TABLE IF NOT EXISTS access_requests(
    repo_id INTEGER NOT NULL REFERENCES repos(id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    status TEXT NOT NULL, created_at INTEGER NOT NULL, fields TEXT,
    PRIMARY KEY(repo_id, account_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spaces(
    repo_id INTEGER PRIMARY KEY REFERENCES repos(id) ON DELETE CASCADE, stage TEXT NOT NULL, hardware TEXT,
    requested TEXT, storage TEXT, sleep_time INTEGER);
CREATE TABLE IF NOT EXISTS space_values(
    repo_id INTEGER NOT NULL REFERENCES repos(id) ON DELETE CASCADE, secret INTEGER NOT NULL, key TEXT NOT NULL,
    value TEXT NOT NULL, description TEXT, updated_at INTEGER NOT NULL,
    PRIMARY KEY(repo_id, secret, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS endpoints(
    namespace TEXT NOT NULL COLLATE NOCASE, name TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY(namespace, name)) WITHOUT ROWID;
)sql";

}  // namespace hf::local_hub

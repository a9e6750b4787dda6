#include "local_hub/data/database.hpp"

#include "local_hub/data/on_exit.hpp"
#include "local_hub/data/schema.hpp"
#include "local_hub/data/storage_error.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace hf::local_hub {

std::int64_t Row::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Row::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return data ? std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : std::string();
}

bool Row::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Database::Database(const std::string& path) {
    if (sqlite3_open_v2(path.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        nullptr) != SQLITE_OK) {
        const std::string message = sqlite3_errmsg(handle_);
        sqlite3_close(handle_);
        throw std::runtime_error("cannot open " + path + ": " + message);
    }
    try {
        sqlite3_busy_timeout(handle_, 5000);
        // NORMAL in WAL mode loses nothing when the process dies, only possibly when the machine does.
        run("PRAGMA journal_mode=WAL");
        run("PRAGMA synchronous=NORMAL");
        run("PRAGMA foreign_keys=ON");
        create_schema();
    } catch (...) {
        for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
        sqlite3_close(handle_);
        throw;
    }
}

Database::~Database() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(handle_);
}

void Database::create_schema() {
    if (sqlite3_exec(handle_, schema_sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail("schema");
}

void Database::fail(std::string_view sql) const {
    const int code = sqlite3_errcode(handle_);
    if (code == SQLITE_FULL || code == SQLITE_IOERR)
        throw StorageError(Refusal::full, std::string("Insufficient storage: ") + sqlite3_errmsg(handle_));
    throw std::runtime_error(std::string(sqlite3_errmsg(handle_)) + " in " + std::string(sql));
}

sqlite3_stmt* Database::prepare(std::string_view sql, const Values& values) {
    auto& statement = statements_[std::string(sql)];
    if (!statement && sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                         &statement, nullptr) != SQLITE_OK) {
        statements_.erase(std::string(sql));
        fail(sql);
    }
    int index = 1;
    for (const auto& value : values) {
        if (const auto* number = std::get_if<std::int64_t>(&value))
            sqlite3_bind_int64(statement, index, *number);
        else if (const auto* text = std::get_if<std::string>(&value))
            sqlite3_bind_text(statement, index, text->data(), static_cast<int>(text->size()), SQLITE_TRANSIENT);
        else
            sqlite3_bind_null(statement, index);
        ++index;
    }
    return statement;
}

void Database::rows(std::string_view sql, const Values& values, const std::function<void(const Row&)>& each) {
    const std::lock_guard lock(mutex_);
    sqlite3_stmt* statement = prepare(sql, values);
    const OnExit reset([statement] { sqlite3_reset(statement); });
    for (;;) {
        const int step = sqlite3_step(statement);
        if (step == SQLITE_DONE) return;
        if (step != SQLITE_ROW) fail(sql);
        each(Row(statement));
    }
}

std::int64_t Database::run(std::string_view sql, const Values& values) {
    const std::lock_guard lock(mutex_);
    rows(sql, values, [](const Row&) {});
    return sqlite3_changes64(handle_);
}

std::int64_t Database::last_id() const {
    const std::lock_guard lock(mutex_);
    return sqlite3_last_insert_rowid(handle_);
}

bool Database::row(std::string_view sql, const Values& values, const std::function<void(const Row&)>& first) {
    const std::lock_guard lock(mutex_);
    sqlite3_stmt* statement = prepare(sql, values);
    const OnExit reset([statement] { sqlite3_reset(statement); });
    const int step = sqlite3_step(statement);
    if (step == SQLITE_DONE) return false;
    if (step != SQLITE_ROW) fail(sql);
    first(Row(statement));
    return true;
}

std::int64_t Database::number(std::string_view sql, const Values& values) {
    std::int64_t out = 0;
    row(sql, values, [&](const Row& found) { out = found.integer(0); });
    return out;
}

std::string Database::text(std::string_view sql, const Values& values) {
    std::string out;
    row(sql, values, [&](const Row& found) { out = found.text(0); });
    return out;
}

void Database::transaction(const std::function<void()>& body) {
    const std::lock_guard lock(mutex_);
    if (depth_ > 0) {
        body();
        return;
    }
    run("BEGIN IMMEDIATE");
    ++depth_;
    const OnExit leave([this] { --depth_; });
    try {
        body();
        run("COMMIT");
    } catch (...) {
        if (!sqlite3_get_autocommit(handle_)) run("ROLLBACK");
        throw;
    }
}

}  // namespace hf::local_hub

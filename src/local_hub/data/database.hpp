#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace hf::local_hub {

/// One row of a result; valid during the callback.
class Row {
public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
    std::int64_t integer(int column) const;
    std::string text(int column) const;  ///< NULL is ""
    bool null(int column) const;

private:
    sqlite3_stmt* statement_;
};

using SqlValue = std::variant<std::nullptr_t, std::int64_t, std::string>;
inline SqlValue sql_text(std::string_view text) { return std::string(text); }
inline SqlValue sql_bool(bool value) { return std::int64_t{value}; }

/// The SQLite file of a hub: WAL, so that what was committed survives the death of the process.
/// Every call is atomic and may come from any thread; calls nest within a transaction.
/// Throws std::runtime_error with SQLite's words; StorageError when the disk is full.
class Database {
public:
    using Values = std::vector<SqlValue>;

    explicit Database(const std::string& path);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs one statement; returns the number of changed rows.
    std::int64_t run(std::string_view sql, const Values& values = {});
    std::int64_t last_id() const;
    /// Calls `each` for every row. It may not run the same statement again.
    void rows(std::string_view sql, const Values& values, const std::function<void(const Row&)>& each);
    /// Whether there was a row.
    bool row(std::string_view sql, const Values& values, const std::function<void(const Row&)>& first);
    std::int64_t number(std::string_view sql, const Values& values = {});  ///< first column; 0 without a row
    std::string text(std::string_view sql, const Values& values = {});

    /// All or nothing: `body` throwing rolls back. No other thread's statement runs in between.
    void transaction(const std::function<void()>& body);

private:
    sqlite3_stmt* prepare(std::string_view sql, const Values& values);
    void create_schema();
    [[noreturn]] void fail(std::string_view sql) const;

    sqlite3* handle_ = nullptr;
    mutable std::recursive_mutex mutex_;
    std::unordered_map<std::string, sqlite3_stmt*> statements_;
    int depth_ = 0;
};

}  // namespace hf::local_hub

#include "local_hub/data/accounts.hpp"

#include "core/text.hpp"
#include "local_hub/data/clock.hpp"
#include "local_hub/data/random.hpp"

#include <hf/core/hash.hpp>

namespace hf::local_hub {
namespace {

constexpr std::string_view account_columns = "id, oid, name, is_org, created_at";

Account account_of(const Row& row) {
    Account out;
    out.id = row.integer(0);
    out.oid = row.text(1);
    out.name = row.text(2);
    out.is_org = row.integer(3) != 0;
    out.created_at = row.integer(4);
    return out;
}

}  // namespace

std::string_view Principal::role_in(std::string_view name_space) const {
    if (anonymous()) return {};
    const std::string wanted = to_lower(name_space);
    if (to_lower(account.name) == wanted) return "admin";
    for (const auto& membership : memberships)
        if (to_lower(membership.org.name) == wanted) return membership.role;
    return {};
}

bool Principal::may_write(std::string_view name_space) const {
    const auto role = role_in(name_space);
    return token_role == "write" && !role.empty() && role != "read";
}

Accounts::Accounts(Database& database) : database_(database) {}

PrincipalPtr Accounts::by_token(std::string_view token) {
    const std::string hash = sha256_hex(token);
    std::uint64_t generation = 0;
    {
        const std::lock_guard lock(mutex_);
        const auto found = by_hash_.find(hash);
        if (found != by_hash_.end()) return found->second;
        generation = generation_;
    }
    auto out = std::make_shared<Principal>();
    std::int64_t id = 0;
    database_.row("SELECT account_id, role, name, created_at FROM tokens WHERE hash=?", {sql_text(hash)},
                  [&](const Row& row) {
                      id = row.integer(0);
                      out->token_role = row.text(1);
                      out->token_name = row.text(2);
                      out->token_created_at = row.integer(3);
                  });
    if (!id) return nullptr;
    database_.row("SELECT " + std::string(account_columns) + " FROM accounts WHERE id=?", {id},
                  [&](const Row& row) { out->account = account_of(row); });
    database_.rows(
        "SELECT id, oid, name, is_org, created_at, role FROM members JOIN accounts ON id=org_id WHERE user_id=? "
        "ORDER BY name",
        {id}, [&](const Row& row) {
            out->memberships.push_back({account_of(row), row.text(5)});
        });
    const std::lock_guard lock(mutex_);
    if (generation == generation_) by_hash_.emplace(hash, out);
    return out;
}

std::optional<Account> Accounts::find(std::string_view name) {
    std::optional<Account> out;
    database_.row("SELECT " + std::string(account_columns) + " FROM accounts WHERE name=?", {sql_text(name)},
                  [&](const Row& row) { out = account_of(row); });
    return out;
}

Account Accounts::ensure(std::string_view name, bool is_org) {
    database_.run("INSERT INTO accounts(oid, name, is_org, created_at) VALUES(?,?,?,?) ON CONFLICT DO NOTHING",
                  {sql_text(new_object_id()), sql_text(name), sql_bool(is_org), now_ms()});
    return *find(name);
}

void Accounts::set_role(std::string_view org, std::string_view user, std::string_view role) {
    const auto org_id = ensure(org, true).id;
    const auto user_id = ensure(user, false).id;
    database_.run(
        "INSERT INTO members(org_id, user_id, role) VALUES(?,?,?) ON CONFLICT DO UPDATE SET role=excluded.role",
        {org_id, user_id, sql_text(role)});
    const std::lock_guard lock(mutex_);
    ++generation_;
    by_hash_.clear();
}

void Accounts::add_token(std::string_view user, std::string_view token, std::string_view role, std::string_view name) {
    const auto id = ensure(user, false).id;
    database_.run(
        "INSERT INTO tokens(hash, account_id, role, name, created_at) VALUES(?,?,?,?,?) "
        "ON CONFLICT DO UPDATE SET account_id=excluded.account_id, role=excluded.role",
        {sql_text(sha256_hex(token)), id, sql_text(role), sql_text(name), now_ms()});
    const std::lock_guard lock(mutex_);
    ++generation_;
    by_hash_.clear();
}

std::vector<std::pair<Account, std::string>> Accounts::members(std::int64_t org_id) {
    std::vector<std::pair<Account, std::string>> out;
    database_.rows(
        "SELECT id, oid, name, is_org, created_at, role FROM members JOIN accounts ON id=user_id WHERE org_id=? "
        "ORDER BY name",
        {org_id}, [&](const Row& row) { out.emplace_back(account_of(row), row.text(5)); });
    return out;
}

}  // namespace hf::local_hub

#pragma once

#include "local_hub/data/database.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf::local_hub {

/// An account in a namespace: a user or an organisation.
struct Account {
    std::int64_t id = 0;
    std::string oid;
    std::string name;
    bool is_org = false;
    std::int64_t created_at = 0;
};

/// Who asks. The default is the anonymous one.
struct Principal {
    Account account;
    std::string token_role;  ///< "read" or "write"
    std::string token_name;
    std::int64_t token_created_at = 0;
    struct Membership {
        Account org;
        std::string role;
    };
    std::vector<Membership> memberships;

    bool anonymous() const { return account.id == 0; }
    const std::string& name() const { return account.name; }
    /// "admin", "write", "contributor", "read", or "" for strangers.
    std::string_view role_in(std::string_view name_space) const;
    bool may_read(std::string_view name_space) const { return !role_in(name_space).empty(); }
    bool may_write(std::string_view name_space) const;  ///< token and role allow it
};
using PrincipalPtr = std::shared_ptr<const Principal>;

/// Users, organisations, memberships and tokens. Thread-safe.
class Accounts {
public:
    explicit Accounts(Database& database);

    /// Null: no such token.
    PrincipalPtr by_token(std::string_view token);
    std::optional<Account> find(std::string_view name);
    Account ensure(std::string_view name, bool is_org);
    void set_role(std::string_view org, std::string_view user, std::string_view role);
    void add_token(std::string_view user, std::string_view token, std::string_view role, std::string_view name);
    std::vector<std::pair<Account, std::string>> members(std::int64_t org_id);

private:
    Database& database_;
    std::mutex mutex_;
    std::map<std::string, PrincipalPtr, std::less<>> by_hash_;
    std::uint64_t generation_ = 0;
};

}  // namespace hf::local_hub

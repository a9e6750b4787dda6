#include "local_hub/data/clock.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

namespace hf::local_hub {
namespace {

std::string avatar(const Account& account) { return "/avatars/" + account.oid + ".svg"; }

Response whoami(Call& call) {
    require_user(call);
    const Principal& who = *call.who;
    json::array orgs;
    for (const auto& membership : who.memberships)
        orgs.push_back(json::object{{"type", "org"},
                                    {"id", membership.org.oid},
                                    {"name", membership.org.name},
                                    {"fullname", membership.org.name},
                                    {"email", nullptr},
                                    {"canPay", false},
                                    {"periodEnd", nullptr},
                                    {"isEnterprise", false},
                                    {"avatarUrl", avatar(membership.org)},
                                    {"roleInOrg", membership.role}});
    return json_response(json::object{
        {"type", "user"},
        {"id", who.account.oid},
        {"name", who.name()},
        {"fullname", who.name()},
        {"email", who.name() + "@users.noreply.huggingface.co"},
        {"emailVerified", true},
        {"canPay", false},
        {"periodEnd", nullptr},
        {"isPro", false},
        {"avatarUrl", avatar(who.account)},
        {"orgs", std::move(orgs)},
        {"auth", json::object{{"type", "access_token"},
                              {"accessToken", json::object{{"displayName", who.token_name},
                                                           {"role", who.token_role},
                                                           {"createdAt", iso_time(who.token_created_at)}}}}}});
}

std::int64_t count_repos(Call& call, const Account& account, RepoType type) {
    return call.hub.database.number("SELECT count(*) FROM repos WHERE type=? AND author=? AND private=0",
                                    {std::int64_t(type), account.name});
}

Account known_account(Call& call, bool is_org) {
    const auto account = call.hub.accounts.find(call.params.names.at(0));
    if (!account || account->is_org != is_org)
        throw not_found(is_org ? "This organization does not exist" : "This user does not exist");
    return *account;
}

Response user_overview(Call& call) {
    const Account user = known_account(call, false);
    json::array orgs;
    call.hub.database.rows("SELECT oid, name FROM members JOIN accounts ON id=org_id WHERE user_id=? ORDER BY name",
                           {user.id}, [&](const Row& row) {
                               orgs.push_back(json::object{{"id", row.text(0)},
                                                           {"name", row.text(1)},
                                                           {"fullname", row.text(1)},
                                                           {"avatarUrl", "/avatars/" + row.text(0) + ".svg"}});
                           });
    const auto likes = call.hub.database.number("SELECT count(*) FROM likes WHERE account_id=?", {user.id});
    const auto discussions = call.hub.database.number("SELECT count(*) FROM discussions WHERE author=?", {user.name});
    return json_response(json::object{{"_id", user.oid},
                                      {"avatarUrl", avatar(user)},
                                      {"isPro", false},
                                      {"fullname", user.name},
                                      {"numModels", count_repos(call, user, RepoType::model)},
                                      {"numDatasets", count_repos(call, user, RepoType::dataset)},
                                      {"numSpaces", count_repos(call, user, RepoType::space)},
                                      {"numKernels", 0},
                                      {"numBuckets", 0},
                                      {"numDiscussions", discussions},
                                      {"numPapers", 0},
                                      {"numUpvotes", 0},
                                      {"numLikes", likes},
                                      {"numFollowers", 0},
                                      {"numFollowing", 0},
                                      {"numFollowingOrgs", 0},
                                      {"orgs", std::move(orgs)},
                                      {"user", user.name},
                                      {"type", "user"},
                                      {"isFollowing", false},
                                      {"hardwareItems", json::array()},
                                      {"createdAt", iso_time(user.created_at)}});
}

Response org_overview(Call& call) {
    const Account org = known_account(call, true);
    return json_response(json::object{{"_id", org.oid},
                                      {"avatarUrl", avatar(org)},
                                      {"name", org.name},
                                      {"fullname", org.name},
                                      {"numUsers", static_cast<std::int64_t>(call.hub.accounts.members(org.id).size())},
                                      {"numModels", count_repos(call, org, RepoType::model)},
                                      {"numDatasets", count_repos(call, org, RepoType::dataset)},
                                      {"numSpaces", count_repos(call, org, RepoType::space)},
                                      {"numFollowers", 0},
                                      {"type", "org"},
                                      {"isFollowing", false},
                                      {"createdAt", iso_time(org.created_at)}});
}

Response org_members(Call& call) {
    json::array out;
    for (const auto& [user, role] : call.hub.accounts.members(known_account(call, true).id))
        out.push_back(json::object{{"_id", user.oid},
                                   {"user", user.name},
                                   {"fullname", user.name},
                                   {"avatarUrl", avatar(user)},
                                   {"isPro", false},
                                   {"type", "user"},
                                   {"role", role}});
    return json_response(out);
}

}  // namespace

void add_account_routes(Router& router) {
    router.add({.name = "whoami", .method = "GET", .pattern = "/api/whoami-v2", .handler = whoami});
    router.add(
        {.name = "user_overview", .method = "GET", .pattern = "/api/users/{name}/overview", .handler = user_overview});
    router.add({.name = "organization_overview",
                .method = "GET",
                .pattern = "/api/organizations/{name}/overview",
                .handler = org_overview});
    router.add({.name = "organization_members",
                .method = "GET",
                .pattern = "/api/organizations/{name}/members",
                .handler = org_members});
}

}  // namespace hf::local_hub

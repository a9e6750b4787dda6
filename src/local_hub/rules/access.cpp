#include "local_hub/rules/access.hpp"

#include "local_hub/data/discussions.hpp"
#include "local_hub/data/storage_error.hpp"
#include "local_hub/http/http_error.hpp"

namespace hf::local_hub {
namespace {

bool visible(const Principal& who, const Repo& repo) { return !repo.is_private || who.may_read(repo.author); }

[[noreturn]] void hide(const Principal& who) {
    if (who.anonymous()) throw unauthorized();
    throw repo_not_found();
}

// Renamed repositories and ids in the wrong case: a relative 307 that keeps the rest of the target. Two slashes in
// front would name a host.
[[noreturn]] void redirect(const Call& call, const Repo& repo) {
    const auto& request = call.request;
    const auto first = request.path.find_first_not_of('/');
    std::string location = "/" + request.path.substr(first, call.params.repo_begin - first) + repo.full_id +
                           request.path.substr(call.params.repo_end);
    location += request.target.substr(request.path.size());
    throw HttpError(307, "Temporary Redirect. Redirecting to " + location).with("Location", location);
}

}  // namespace

Repo readable_repo(const Call& call) {
    const auto& params = call.params;
    auto repo = call.hub.repos.find(params.type, params.repo);
    if (!repo) {
        auto moved = call.hub.repos.renamed(params.type, params.repo);
        if (!moved || !visible(*call.who, *moved)) hide(*call.who);
        redirect(call, *moved);
    }
    if (!visible(*call.who, *repo)) hide(*call.who);
    if (repo->full_id != params.repo) redirect(call, *repo);
    return *repo;
}

Repo proposable_repo(const Call& call) {
    Repo repo = readable_repo(call);
    require_user(call);
    if (call.who->token_role != "write") throw forbidden("Forbidden: your token cannot write");
    return repo;
}

Repo committable_repo(const Call& call, std::string_view revision) {
    constexpr std::string_view folder = "refs/pr/";
    if (!revision.starts_with(folder)) return writable_repo(call);
    Repo repo = proposable_repo(call);
    if (call.hub.discussions.find(repo, revision.substr(folder.size())).author != call.who->name())
        return writable_repo(call);
    return repo;
}

void require_user(const Call& call) {
    if (call.who->anonymous()) throw unauthorized();
}

Repo writable_repo(const Call& call) {
    Repo repo = readable_repo(call);
    require_user(call);
    if (!call.who->may_write(repo.author))
        throw forbidden("Forbidden: you must have write access to " + std::string(singular(repo.type)) + " " +
                        repo.full_id + " (your token: " + call.who->token_role + ")");
    return repo;
}

void require_namespace_write(const Call& call, std::string_view name_space, std::string_view what) {
    require_user(call);
    if (!call.who->may_write(name_space))
        throw forbidden("You don't have the rights to create a " + std::string(what) + " under the namespace \"" +
                        std::string(name_space) + "\"");
}

void require_content_access(const Call& call, const Repo& repo) {
    if (repo.disabled)
        throw HttpError(403, "Access to this resource is disabled.").with("X-Error-Code", "DisabledRepo");
    if (repo.gated.empty() || call.who->may_read(repo.author)) return;
    const std::string what = std::string(singular(repo.type)) + " " + repo.full_id;
    if (call.who->anonymous()) {
        HttpError error(
            401,
            "Access to " + what +
                " is restricted. You must have access to it and be authenticated to access it. Please log in.",
            "GatedRepo");
        throw std::move(error).with("WWW-Authenticate", "Bearer realm=\"Authentication required\", charset=\"UTF-8\"");
    }
    const auto status = call.hub.database.text("SELECT status FROM access_requests WHERE repo_id=? AND account_id=?",
                                               {repo.id, call.who->account.id});
    if (status == "accepted") return;
    const std::string where = call.hub.url(repo.path());
    if (status == "pending")
        throw HttpError(403, "Your request to access " + what + " is awaiting a review from the repo authors.",
                        "GatedRepo");
    throw HttpError(403,
                    "Access to " + what + " is restricted and you are not in the authorized list. Visit " + where +
                        " to ask for access.",
                    "GatedRepo");
}

void refuse_token(const Call& call) {
    if (call.request.find("Authorization"))
        throw bad_request(
            "InvalidArgument: Only one auth mechanism allowed; send no Authorization header to signed URLs");
}

std::string next_link(const Call& call, const std::string& query) {
    return "<" + call.hub.endpoint + call.request.path + "?" + query + ">; rel=\"next\"";
}

}  // namespace hf::local_hub

#include "local_hub/rules/xet_access.hpp"

#include "local_hub/http/http_error.hpp"

namespace hf::local_hub {

Repo cas_repo(const Call& call, CasAccess access) {
    if (!call.hub.has_cas()) throw not_found("Not found");
    constexpr std::string_view scheme = "Bearer ";
    const auto given = call.request.field("Authorization");
    const auto scope =
        given.starts_with(scheme) ? call.hub.xet_tokens.check(given.substr(scheme.size())) : std::nullopt;
    if (!scope) throw HttpError(401, "Unauthorized: the token is missing, invalid or expired");
    auto repo = call.hub.repos.by_oid(scope->repo);
    if (!repo) throw forbidden("Forbidden: the repository of the token is gone");
    if (access == CasAccess::write && !scope->write) throw forbidden("Forbidden: the token may only read");
    return std::move(*repo);
}

xet::Hash cas_hash(std::string_view text) {
    const auto hash = xet::parse_hash(text);
    if (!hash) throw bad_request("Invalid hash: " + std::string(text.substr(0, 100)));
    return *hash;
}

XetFile cas_file(const Call& call, const Repo& repo, const xet::Hash& id) {
    auto file = call.hub.xet.catalogue.find(id);
    if (!file || !call.hub.repos.linked_lfs(repo.id, file->sha256)) throw not_found("File not found");
    return std::move(*file);
}

}  // namespace hf::local_hub

#include <hf/core/error.hpp>
#include <hf/core/repo.hpp>
#include <hf/core/url.hpp>

#include "core/text.hpp"

#include <algorithm>
#include <vector>

namespace hf {
namespace {

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Up to 96 of [A-Za-z0-9_.-] that start and end with neither '-' nor '.'.
bool is_name(std::string_view name) {
    constexpr std::size_t longest = 96;
    if (name.empty() || name.size() > longest) return false;
    if (!is_word_character(name.front()) || !is_word_character(name.back())) return false;
    return std::ranges::all_of(name, [](char c) { return is_word_character(c) || c == '-' || c == '.'; });
}

std::string quoted(std::string_view text) { return "'" + std::string(text.substr(0, 256)) + "'"; }

std::string_view trim_slashes(std::string_view endpoint) {
    while (endpoint.ends_with('/')) endpoint.remove_suffix(1);
    return endpoint;
}

// "datasets" -> "dataset"; empty if `text` is no plural of a type.
std::string_view type_of_plural(std::string_view text) {
    for (const auto type : repo_types) {
        if (text.size() == type.size() + 1 && text.starts_with(type) && text.back() == 's') return type;
    }
    return {};
}

// What follows the host of `endpoint` in `text`; nullopt if `text` is no address of that Hub.
std::optional<std::string_view> below_endpoint(std::string_view text, std::string_view endpoint) {
    if (const auto scheme = endpoint.find("://"); scheme != endpoint.npos) endpoint.remove_prefix(scheme + 3);
    if (const auto scheme = text.find("://"); scheme != text.npos) text.remove_prefix(scheme + 3);
    if (endpoint.empty() || !text.starts_with(endpoint)) return std::nullopt;
    text.remove_prefix(endpoint.size());
    if (!text.starts_with('/')) return std::nullopt;
    return text.substr(1);
}

}  // namespace

std::string_view validate_repo_type(std::string_view repo_type, std::string_view argument) {
    if (repo_type.empty()) return repo_type_model;
    const auto* known = std::ranges::find(repo_types, repo_type);
    if (known == repo_types.end())
        throw_validation(argument, "Invalid repo type " + quoted(repo_type) + ": must be model, dataset or space");
    return *known;
}

void validate_repo_id(std::string_view repo_id, std::string_view argument) {
    const auto fail = [&](std::string_view why) {
        throw_validation(argument, std::string(argument) + ": " + std::string(why) + ": " + quoted(repo_id));
    };
    if (std::ranges::count(repo_id, '/') > 1)
        fail("repo id must be in the form 'repo_name' or 'namespace/repo_name'; use repo_type if needed");
    const auto slash = repo_id.find('/');
    const bool has_namespace = slash != repo_id.npos;
    const bool named = is_name(has_namespace ? repo_id.substr(slash + 1) : repo_id);
    if (!named || (has_namespace && !is_name(repo_id.substr(0, slash))))
        fail(
            "repo id must use letters and digits of ASCII, '-', '_' or '.', '-' and '.' cannot start or end a name, "
            "max length of a name is 96");
    if (repo_id.find("--") != repo_id.npos || repo_id.find("..") != repo_id.npos)
        fail("cannot have '--' or '..' in a repo id");
    if (repo_id.ends_with(".git")) fail("a repo id cannot end with '.git'");
}

void require_no_dot_segments(std::string_view path, std::string_view argument) {
    for (std::string_view rest = path; !rest.empty();) {
        const auto end = std::min(rest.find_first_of("/\\"), rest.size());
        const auto segment = rest.substr(0, end);
        if (segment == "." || segment == "..")
            throw_validation(argument, quoted(path) + " cannot be part of a URL: it has a '.' or '..' segment");
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

std::string_view repo_url_prefix(std::string_view repo_type) noexcept {
    if (repo_type == repo_type_dataset) return "datasets/";
    if (repo_type == repo_type_space) return "spaces/";
    return {};
}

std::string hf_hub_url(std::string_view endpoint, std::string_view repo_type, std::string_view repo_id,
                       std::string_view revision, std::string_view filename, std::string_view subfolder) {
    const auto type = validate_repo_type(repo_type);
    validate_repo_id(repo_id);
    require_no_dot_segments(revision, "revision");
    require_no_dot_segments(subfolder, "subfolder");
    require_no_dot_segments(filename, "filename");
    std::string out(trim_slashes(endpoint));
    out.append("/").append(repo_url_prefix(type)).append(repo_id).append("/resolve/");
    out.append(quote(revision.empty() ? default_revision : revision, "")).append("/");
    if (!subfolder.empty()) out.append(quote(subfolder)).append("/");
    return out.append(quote(filename));
}

bool is_commit_hash(std::string_view text) noexcept {
    return text.size() == 40 && std::ranges::all_of(text, [](char c) { return hex_value(c) >= 0 && c == to_lower(c); });
}

bool is_commit_oid(std::string_view text) noexcept { return text.size() >= 5 && text.size() <= 40 && is_hex(text); }

RepoUrl::RepoUrl(std::string_view text, std::string_view hub) : endpoint(trim_slashes(hub)), url(text) {
    const auto fail = [&](std::string_view why) { throw_validation("url", std::string(why) + " " + quoted(text)); };
    std::string_view path = text;
    if (path.starts_with("hf://"))
        path.remove_prefix(5);
    else if (const auto below = below_endpoint(path, endpoint))
        path = *below;

    const auto parts = split(path, '/');
    if (parts.size() > 3) fail("cannot find a repository in");
    const auto canonical_type = parts.size() == 2 ? type_of_plural(parts[0]) : std::string_view();
    std::string_view type;
    if (parts.size() == 3) {
        type = type_of_plural(parts[0]).empty() ? parts[0] : type_of_plural(parts[0]);
        namespace_ = parts[1];
    } else if (!canonical_type.empty()) {
        type = canonical_type;
    } else if (parts.size() == 2) {
        namespace_ = parts[0];
    }
    repo_name = parts.back();
    repo_id = namespace_ ? *namespace_ + "/" + repo_name : repo_name;
    if (!type.empty() && std::ranges::find(repo_types, type) == repo_types.end()) fail("unknown repo type in");
    repo_type = type.empty() ? repo_type_model : type;
}

}  // namespace hf

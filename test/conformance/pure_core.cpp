#include "api/job_body.hpp"
#include "core/base64.hpp"
#include "core/cache_names.hpp"
#include "core/glob.hpp"
#include "core/link_header.hpp"
#include "core/safe_path.hpp"
#include "fs_tree.hpp"
#include "net/policy/rate_limit.hpp"
#include "pure_tables.hpp"
#include "session/error_mapping.hpp"
#include "world.hpp"

#include <hf/core/datetime.hpp>
#include <hf/core/hash.hpp>
#include <hf/core/repo.hpp>
#include <hf/session/environment.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>

#include <iomanip>
#include <sstream>

namespace hf::conformance {
namespace {

json::value text_or_null(const std::optional<std::string>& text) { return text ? json::value(*text) : json::value(); }

const json::object& object_member(const json::object& input, std::string_view name) {
    static const json::object none;
    const json::value* value = member(input, name);
    return value ? value->as_object() : none;
}

json::value cache_names(const json::object& input, const PurePlace&) {
    const std::string what = input_text(input, "what");
    if (what == "repo_folder_name")
        return json::value(repo_folder_name(input_text(input, "repo_type"), input_text(input, "repo_id")));
    if (what == "legacy_file_name")
        return json::value(legacy_cache_file_name(input_text(input, "url"), input_text(input, "etag")));
    if (what != "normalize_etag") throw std::runtime_error("unknown function of cache names: " + what);
    if (input.at("etag").is_null()) return {};
    return json::value(normalize_etag(input_text(input, "etag")));
}

json::value cache_paths(const json::object& input, const PurePlace& place) {
    const Environment env = make_environment(object_member(input, "env"), place.folder);
    json::object out{{"hf_home", env.hf_home},
                     {"hub_cache", env.hub_cache},
                     {"token_path", env.token_path},
                     {"assets_cache", env.assets_cache},
                     {"offline", env.offline},
                     {"endpoint", env.endpoint},
                     {"etag_timeout", env.etag_timeout.count()},
                     {"download_timeout", env.download_timeout.count()}};
    if (place.reference_routes) {
        out["local_dir_auto_symlink_threshold"] = env.local_dir_auto_symlink_threshold;
    } else {
        out["stored_tokens_path"] = env.stored_tokens_path;
        out["xet_cache"] = env.xet_cache;
        out["disable_xet"] = env.disable_xet;
        out["disable_symlinks"] = env.disable_symlinks;
    }
    return out;
}

json::value error_mapping(const json::object& input, const PurePlace&) {
    net::Fields fields;
    for (const auto& [name, value] : object_member(input, "headers")) {
        fields.add(std::string(name), std::string(value.as_string()));
    }
    const json::value* body = member(input, "body_json");
    const std::string text = body ? json::serialize(*body) : input_text(input, "body_text");
    raise_for_status(net::Method::get, Url::parse(input_text(input, "url")), input.at("status").to_number<unsigned>(),
                     fields, text, std::chrono::system_clock::now());
    return {};
}

PatternFilter::Patterns patterns(const json::object& input, std::string_view name) {
    const json::value* value = member(input, name);
    if (!value || value->is_null()) return std::nullopt;
    if (value->is_string()) return std::vector<std::string>{std::string(value->get_string())};
    return json::value_to<std::vector<std::string>>(*value);
}

json::value filter_paths(const json::object& input, const PurePlace&) {
    const PatternFilter filter(patterns(input, "allow_patterns"), patterns(input, "ignore_patterns"));
    return json::value_from(filter_repo_objects(json::value_to<std::vector<std::string>>(input.at("items")), filter));
}

json::value resolve_url(const json::object& input, const PurePlace& place) {
    const Environment env = make_environment(object_member(input, "env"), place.folder);
    return json::value(hf_hub_url(input_text(input, "endpoint", env.endpoint), input_text(input, "repo_type"),
                                  input_text(input, "repo_id"), input_text(input, "revision"),
                                  input_text(input, "filename"), input_text(input, "subfolder")));
}

json::value link_header(const json::object& input, const PurePlace&) {
    return {{"next", text_or_null(next_link(input_text(input, "link")))}};
}

json::value datetime(const json::object& input, const PurePlace&) {
    const Timestamp time = parse_datetime(input_text(input, "text"));
    const auto microseconds = time - std::chrono::floor<std::chrono::seconds>(time);
    std::ostringstream text;
    text << to_iso(time).substr(0, 19) << '.' << std::setfill('0') << std::setw(6) << microseconds.count() << 'Z';
    return json::value(text.str());
}

json::value path_in_repo(const json::object& input, const PurePlace&) {
    return json::value(validate_path_in_repo(input_text(input, "path_in_repo")));
}

json::value repo_id(const json::object& input, const PurePlace&) {
    validate_repo_id(input_text(input, "repo_id"));
    return {{"valid", true}};
}

json::value repo_url(const json::object& input, const PurePlace&) {
    const RepoUrl url(input_text(input, "url"), input_text(input, "endpoint", std::string(default_endpoint)));
    return {{"$str", url.url},
            {"endpoint", url.endpoint},
            {"namespace", text_or_null(url.namespace_)},
            {"repo_name", url.repo_name},
            {"repo_id", url.repo_id},
            {"repo_type", url.repo_type},
            {"url", url.url}};
}

json::value token_resolution(const json::object& input, const PurePlace& place) {
    create_files(object_member(input, "files"), place.folder);
    const Environment env = make_environment(object_member(input, "env"), place.folder);
    const json::object& args = object_member(input, "args");
    const json::value* given = member(args, "token");
    TokenArg token;
    if (given && given->is_string()) token = std::string_view(given->get_string());
    if (given && given->is_bool()) token = given->get_bool();
    return {{"authorization", text_or_null(resolve_authorization(env, {}, token, args.contains("is_write_action")))}};
}

json::value upload_info(const json::object& input, const PurePlace&) {
    const std::string content = decode_content(input.at("content"));
    const std::string encoded = base64_encode(content);
    const std::string sample = content.substr(0, 512);
    const std::string sha256 = sha256_hex(content);
    return {{"size", content.size()},
            {"sha256", sha256},
            {"sample_b64", base64_encode(sample)},
            {"sample_length", sample.size()},
            {"content_b64_sha256", sha256_hex(encoded)},
            {"content_b64_length", encoded.size()},
            {"git_blob_sha1", git_blob_sha1_hex(content)},
            {"lfs_pointer_text", lfs_pointer_text(sha256, content.size())}};
}

json::value ratelimit_headers(const json::object& input, const PurePlace&) {
    net::Fields fields;
    for (const auto& [name, value] : object_member(input, "headers"))
        fields.add(std::string(name), std::string(value.as_string()));
    json::object out{{"ratelimit", nullptr}, {"retry_after", nullptr}};
    const auto limit = net::RateLimit::parse(fields);
    if (limit && limit->remaining && limit->reset) {
        json::object& shown = out["ratelimit"].emplace_object();
        shown["resource_type"] = limit->bucket;
        shown["remaining"] = *limit->remaining;
        shown["reset_in_seconds"] = limit->reset->count();
        shown["limit"] = limit->quota ? json::value(*limit->quota) : json::value();
        shown["window_seconds"] = limit->window ? json::value(limit->window->count()) : json::value();
    }
    const auto text = fields.find("Retry-After");
    const auto wait = text ? parse_retry_after(*text, std::chrono::system_clock::now()) : std::nullopt;
    if (wait) out["retry_after"] = std::chrono::duration_cast<std::chrono::seconds>(*wait).count();
    return out;
}

json::value job_name(const json::object& input, const PurePlace&) {
    if (!input.contains("image")) throw std::runtime_error("names of scripts are made elsewhere");
    return json::value(
        detail::job_name(input_text(input, "image"), json::value_to<std::vector<std::string>>(input.at("command"))));
}

// The reference names itself and its Python; this library's own name takes that place.
json::value user_agent(const json::object& input, const PurePlace& place) {
    const json::object& client = object_member(input, "client");
    const json::value* pairs = member(client, "user_agent");
    std::string products;
    if (pairs && pairs->is_object()) {
        std::vector<std::pair<std::string, std::string>> list;
        for (const auto& [name, version] : pairs->get_object()) list.emplace_back(name, version.as_string());
        products = join_user_agent(list);
    } else {
        products = input_text(client, "user_agent");
    }
    return json::value(
        build_user_agent(input_text(client, "library_name"), input_text(client, "library_version"), products,
                         place.reference_routes ? "hf_hub/0.20.3; python/{python}" : "hf_hub/2.4.0; python/{python}"));
}

}  // namespace

std::vector<PureRow> core_tables() {
    return {
        {"cache_names", cache_names},
        {"cache_paths", cache_paths},
        {"error_mapping", error_mapping},
        {"filter_repo_objects", filter_paths},
        {"hf_hub_url", resolve_url},
        {"job_name", job_name},
        {"link_header", link_header},
        {"parse_datetime", datetime},
        {"path_in_repo", path_in_repo},
        {"ratelimit_headers", ratelimit_headers},
        {"repo_id_validation", repo_id},
        {"repo_url", repo_url},
        {"token_resolution", token_resolution},
        {"upload_info", upload_info},
        {"user_agent", user_agent},
    };
}

}  // namespace hf::conformance

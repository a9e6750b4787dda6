#include <hf/core/repo.hpp>
#include <hf/session/request.hpp>

#include <boost/json/serialize.hpp>

namespace hf {

Repo::Repo(std::string_view repo_type, std::string_view repo_id) : type_(validate_repo_type(repo_type)), id_(repo_id) {
    validate_repo_id(repo_id);
}

Repo Repo::of_any_type(std::string_view repo_type, std::string_view repo_id) {
    validate_repo_id(repo_id);
    Repo out;
    out.type_ = repo_type.empty() ? "model" : repo_type;
    out.id_ = repo_id;
    return out;
}

std::string Repo::url_path() const { return type_ == "model" ? id_ : type_ + "s/" + id_; }

Request&& Request::query(std::string_view name, std::string_view value) {
    target_ += target_.find('?') == target_.npos ? '?' : '&';
    target_ += quote_plus(name) + "=" + quote_plus(value);
    return std::move(*this);
}

Request&& Request::query_flag(std::string_view name, bool value) {
    const std::string_view text = value ? "true" : "false";
    query(name, text);
    flags_.push_back(target_.size() - text.size());
    return std::move(*this);
}

std::string Request::target(bool reference_routes) const {
    std::string out = target_;
    if (!reference_routes) return out;
    for (const std::size_t flag : flags_) out[flag] = out[flag] == 't' ? 'T' : 'F';
    return out;
}

Request&& Request::json(const boost::json::value& content) {
    return body(net::Body(boost::json::serialize(content)), "application/json");
}

Request&& Request::form(std::span<const std::pair<std::string, std::string>> fields) {
    std::string text;
    for (const auto& [name, value] : fields) {
        if (!text.empty()) text += '&';
        text += quote_plus(name) + "=" + quote_plus(value);
    }
    return body(net::Body(std::move(text)), "application/x-www-form-urlencoded");
}

Request&& Request::body(net::Body content, std::string content_type) {
    body_ = std::move(content);
    if (!content_type.empty()) fields_.set("Content-Type", std::move(content_type));
    return std::move(*this);
}

Request&& Request::header(std::string name, std::string value) {
    fields_.set(std::move(name), std::move(value));
    return std::move(*this);
}

Request&& Request::bound(const net::Fields& fields) {
    bound_ = fields;
    return std::move(*this);
}

Request&& Request::token(TokenArg token) {
    token_given_ = token;
    token_ = std::string(token.text());
    return std::move(*this);
}

TokenArg Request::token_arg() const {
    return token_given_.kind() == TokenArg::Kind::text ? TokenArg(token_) : token_given_;
}

Request&& Request::write_token(TokenArg value) {
    write_token_ = true;
    return token(value);
}

Request&& Request::any_token(TokenArg value) {
    any_token_ = true;
    return token(value);
}

Request&& Request::anonymous() {
    anonymous_ = true;
    return std::move(*this);
}

Request&& Request::to(Url url) {
    url_ = std::move(url);
    return std::move(*this);
}

Request&& Request::timeout(DurationArg longest_wait) {
    if (longest_wait) timeout_ = longest_wait.positive("timeout");
    return std::move(*this);
}

Request&& Request::deadline(DurationArg time) {
    if (time) deadline_ = time.positive("deadline");
    return std::move(*this);
}

Request&& Request::redirects(Redirects policy) {
    redirects_ = policy;
    return std::move(*this);
}

Request&& Request::bucket(Bucket bucket) {
    bucket_ = bucket;
    return std::move(*this);
}

Request&& Request::idempotent(bool value) {
    idempotent_ = value;
    return std::move(*this);
}

Request&& Request::decompress(bool value) {
    decompress_ = value;
    return std::move(*this);
}

Request&& Request::hint(std::string text) {
    hint_ = std::move(text);
    return std::move(*this);
}

Request&& Request::maybe_gone() {
    maybe_gone_ = true;
    return std::move(*this);
}

Request&& Request::upload() {
    upload_ = true;
    return std::move(*this);
}

namespace detail {

std::string path_part(std::string_view text) {
    require_no_dot_segments(text, "path");
    return quote(text, "/");
}
std::string path_part(Segment segment) {
    require_no_dot_segments(segment.text, "path");
    return quote(segment.text, "");
}
std::string path_part(const Repo& repo) { return quote(repo.api_path(), "/"); }

std::string fill(std::string_view pattern, std::span<const std::string> parts) {
    std::string out;
    for (const auto& part : parts) {
        const auto hole = pattern.find("{}");
        out.append(pattern.substr(0, hole)).append(part);
        pattern.remove_prefix(hole + 2);
    }
    return out.append(pattern);
}

}  // namespace detail
}  // namespace hf

#pragma once

#include <hf/api/repo_options.hpp>

#include <vector>

/// Pieces of requests that several groups share.
namespace hf::detail {

/// GET of a repository's info, as model_info, dataset_info and space_info send it.
Request info_request(const Repo& repo, const InfoOptions& options);

/// The revision as one path segment, "main" if none is given.
inline Segment revision_segment(std::string_view revision) {
    return segment(revision.empty() ? std::string_view("main") : revision);
}

/// A token option that outlives its call, for coroutines that send more than one request.
class OwnedToken {
public:
    explicit OwnedToken(TokenArg token) : kind_(token.kind()), text_(token.text()) {}
    TokenArg arg() const;

private:
    TokenArg::Kind kind_;
    std::string text_;
};

/// GET of the account that a token belongs to.
inline Request whoami_request(TokenArg token) { return get("/api/whoami-v2").any_token(token); }

/// The name of that account.
boost::asio::awaitable<std::string> account_name(Session session, OwnedToken token);

[[noreturn]] void throw_invalid_answer(std::string problem, const Reply& reply);

/// What list_models, list_datasets and list_spaces ask for, in the order in which the reference writes it.
struct ListQuery {
    std::optional<std::string> name;  // a filter's author and name; `search` takes its place
    std::vector<std::string> tags;
    bool full_with_filter = false;
    std::optional<std::string_view> author;
    std::optional<std::string_view> search;
    std::optional<std::string_view> sort;
    std::optional<int> direction;
    std::optional<std::int64_t> limit;
    bool full = false;

    void apply(Request& request) const;
};

void query_all(Request& request, std::string_view name, const StringList& values);

/// What a filter of the reference searches for: "author/name" as far as they are given.
std::string filter_name(std::optional<std::string_view> author, std::optional<std::string_view> name);

/// Appends `values`, each with `prefix` unless it holds that already.
void add_tags(std::vector<std::string>& tags, const StringList& values, std::string_view prefix = {});

}  // namespace hf::detail

#pragma once

#include <hf/api/repo_options.hpp>
#include <hf/core/error.hpp>
#include <hf/core/repo.hpp>
#include <hf/types/space.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Pieces of requests that several groups share.
namespace hf::detail {

/// A repository where kernels are allowed, too.
Repo repo_or_kernel(std::string_view repo_type, std::string_view repo_id);

/// GET of a repository's info, as model_info, dataset_info and space_info send it.
Request info_request(const Repo& repo, const InfoOptions& options);

/// The revision as one path segment, "main" if none is given.
inline Segment revision_segment(std::string_view revision) {
    return segment(revision.empty() ? std::string_view("main") : revision);
}

/// GET of the account that a token belongs to.
inline Request whoami_request(TokenArg token) {
    return get("/api/whoami-v2")
        .any_token(token)
        .hint("Is the token right? See https://huggingface.co/settings/tokens");
}

/// The name of that account.
boost::asio::awaitable<std::string> account_name(Session session, OwnedToken token);

/// The same where only a user will do: HFValidationError (argument `argument`) for an organization's token.
boost::asio::awaitable<std::string> user_name(Session session, OwnedToken token, std::string argument);

/// Calls that give objects which know their address (`locate`).
template <class T>
boost::asio::awaitable<T> call_located(Session session, Request request) {
    T out = co_await session.call<T>(std::move(request));
    out.locate(session.endpoint());
    co_return out;
}

/// The member `name` of an answer, as a T.
template <class T>
T member_of(const json::object& answer, std::string_view name) {
    const json::value* found = answer.if_contains(name);
    if (!found) json::DecodeError("member '" + std::string(name) + "' is missing").raise();
    return json::from_value<T>(*found);
}
template <class T>
boost::asio::awaitable<T> call_member(Session session, Request request, std::string name) {
    const json::object answer = co_await session.call<json::object>(std::move(request));
    co_return member_of<T>(answer, name);
}

/// Calls whose answer only repeats what they did: an answer that is no T is as good as none.
template <class T>
boost::asio::awaitable<T> call_done(Session session, Request request) {
    const Reply reply = co_await session.send(std::move(request));
    T out{};
    try {
        out = session.decode<T>(reply);
    } catch (const InvalidResponseError&) {
    }
    co_return out;
}

/// Whether there is no such thing, in whatever words: some servers say no more than 404.
bool is_missing(const HfHubHTTPError& error);

/// The repository that an answer to its creation names. Only the path of an address counts: mirrors pass on those
/// of the Hub. What the answer does not name is taken from `asked`.
RepoUrl created_repo(const Session& session, const Repo& asked, std::string_view answer);

struct Duplicate {
    Duplicate(RepoUrl url, std::string answer) : url(std::move(url)), answer(std::move(answer)) {}

    RepoUrl url;
    std::string answer;  ///< as the Hub gave it
};
/// Duplicates `from` as `to_namespace`/`to_name` (empty: the token's account), with what `body` says of the new one.
/// With `exist_ok` one that is there already is as good.
boost::asio::awaitable<Duplicate> duplicate_repository(Session session, Repo from, std::string to_namespace,
                                                       std::string to_name, json::object body, bool exist_ok,
                                                       OwnedToken token);

/// Calls that may find that their work is done already: an HfHubHTTPError of status `forgiven` is no error.
boost::asio::awaitable<void> call_forgiving(Session session, Request request, unsigned forgiven);

/// The secrets or variables of a Space, as calls that create one send them.
json::array settings_json(std::span<const SpaceSetting> settings);

/// The folders of a Space or job, likewise.
json::array volumes_json(std::span<const Volume> volumes);

/// Throws HFValidationError if `value` is empty.
void require(std::string_view argument, std::string_view value);

[[noreturn]] void throw_invalid_answer(std::string problem, const Reply& reply);

/// What list_models, list_datasets and list_spaces ask for, in the order in which the reference writes it.
struct ListQuery {
    std::optional<std::string> name;  // a filter's author and name; `search` takes its place
    std::vector<std::string> tags;
    bool full_with_filter = false;
    std::optional<std::string_view> author;
    std::vector<std::pair<std::string_view, std::string_view>> filters;  // what v0.20.3 does not know
    std::optional<std::string_view> search;
    std::optional<std::string_view> sort;
    std::optional<int> direction;
    std::optional<std::int64_t> limit;
    bool full = false;

    void filter(std::string_view name, std::optional<std::string_view> value);
    void filter(std::string_view name, std::optional<bool> value);
    void filter(std::string_view name, const StringList& values);
    void apply(Request& request) const;
};

/// `expand`, which leaves room for no option that asks for members in another way: HFValidationError.
void query_expand(Request& request, const StringList& expand, bool other_options);

/// What sets who may see a repository: "public", "private" or, of Spaces, "protected"; nothing where nothing is asked
/// for. HFValidationError (argument "visibility") for another text, and where both are given.
std::optional<std::string_view> visibility_of(std::optional<bool> private_, TextArg visibility,
                                              std::string_view repo_type);

void query_all(Request& request, std::string_view name, const StringList& values);

/// What a filter of the reference searches for: "author/name" as far as they are given.
std::string filter_name(std::optional<std::string_view> author, std::optional<std::string_view> name);

/// Appends `values`, each with `prefix` unless it holds that already.
void add_tags(std::vector<std::string>& tags, const StringList& values, std::string_view prefix = {});

}  // namespace hf::detail

#include <hf/types/git.hpp>

namespace hf::json {
namespace {

struct WireAuthor {
    std::string user;  // empty where the author has no account
    object extra;
};
BOOST_DESCRIBE_STRUCT(WireAuthor, (), (user))
constexpr bool hf_is_identity(std::type_identity<WireAuthor>, std::string_view) { return false; }

struct WireFormatted {
    std::optional<std::string> title;
    std::optional<std::string> message;
    object extra;
};
BOOST_DESCRIBE_STRUCT(WireFormatted, (), (title, message))

struct WireCommit {
    std::string id;
    std::vector<WireAuthor> authors;
    Timestamp date{};
    std::string title;
    std::string message;
    std::optional<WireFormatted> formatted;
    object extra;
};
BOOST_DESCRIBE_STRUCT(WireCommit, (), (id, authors, date, title, message, formatted))

}  // namespace

GitCommitInfo Codec<GitCommitInfo>::from(const value& json) {
    WireCommit wire = Codec<WireCommit>::from(json);
    GitCommitInfo out;
    out.commit_id = std::move(wire.id);
    for (auto& author : wire.authors)
        if (!author.user.empty()) out.authors.push_back(std::move(author.user));
    out.created_at = wire.date;
    out.title = std::move(wire.title);
    out.message = std::move(wire.message);
    if (wire.formatted) {
        out.formatted_title = std::move(wire.formatted->title);
        out.formatted_message = std::move(wire.formatted->message);
    }
    out.raw = json.get_object();
    return out;
}

}  // namespace hf::json

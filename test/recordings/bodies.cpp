#include "recording.hpp"

#include <hf/api/inference_endpoints.hpp>
#include <hf/core/datetime.hpp>
#include <hf/core/repo.hpp>
#include <hf/types/access_request.hpp>
#include <hf/types/collection.hpp>
#include <hf/types/discussion.hpp>
#include <hf/types/git.hpp>
#include <hf/types/metric.hpp>
#include <hf/types/repo_info.hpp>
#include <hf/types/space.hpp>
#include <hf/types/user.hpp>

#include <boost/asio/system_executor.hpp>
#include <boost/json/serialize.hpp>

#include <functional>
#include <regex>

namespace hf::recordings {
namespace {

std::string excerpt(const json::value& data) {
    std::string text = json::serialize(data);
    return text.size() > 200 ? text.substr(0, 200) + "…" : text;
}

/// The same moment, as precise as Timestamp: "…:38Z" and "…:38.000Z".
bool same_moment(const json::value& a, const json::value& b) {
    if (!a.is_string() || !b.is_string() || a.get_string().size() > 27) return false;
    const auto first = try_parse_datetime(a.get_string());
    return first && first == try_parse_datetime(b.get_string());
}

Problem compare(const json::value& recorded, const json::value& rendered, const std::string& path) {
    if (recorded.is_number() && rendered.is_number()) {
        if (recorded == rendered || recorded.to_number<double>() == rendered.to_number<double>()) return {};
    } else if (recorded.is_object() && rendered.is_object()) {
        for (const auto& [name, value] : recorded.get_object()) {
            const json::value* found = rendered.get_object().if_contains(name);
            if (!found) return path + "." + std::string(name) + " is lost: " + excerpt(value);
            if (auto problem = compare(value, *found, path + "." + std::string(name))) return problem;
        }
        for (const auto& [name, value] : rendered.get_object()) {
            if (!recorded.get_object().contains(name))
                return path + "." + std::string(name) + " was not there: " + excerpt(value);
        }
        return {};
    } else if (recorded.is_array() && rendered.is_array()) {
        const auto& wanted = recorded.get_array();
        const auto& found = rendered.get_array();
        if (wanted.size() != found.size()) return path + " has " + std::to_string(found.size()) + " elements";
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (auto problem = compare(wanted[i], found[i], path + "[" + std::to_string(i) + "]")) return problem;
        }
        return {};
    } else if (recorded == rendered || same_moment(recorded, rendered)) {
        return {};
    }
    return path + ": " + excerpt(recorded) + " became " + excerpt(rendered);
}

bool says_nothing(const json::value& data) {
    return data.is_null() || (data.is_object() && data.get_object().empty()) ||
           (data.is_array() && data.get_array().empty()) || (data.is_string() && data.get_string().empty());
}

/// What the type has a member for, it has taken in: `extra` holds only what is unknown or says nothing.
template <class T>
Problem check_taken(const T& data) {
    if constexpr (hf::json::detail::has_extra<T> && hf::json::detail::described<T>) {
        for (const auto& [name, value] : data.extra) {
            std::size_t index = 0;
            const auto* member = hf::json::detail::MemberTable<T>::instance().find(std::string_view(name), index);
            if (!member || says_nothing(value)) continue;
            // Values that an enumeration does not know stay raw on purpose.
            if (name == "gated") continue;
            if (member->left_out(data)) return "." + std::string(name) + " was not taken in: " + excerpt(value);
        }
    }
    return {};
}

using Check = std::function<Problem(const json::value&)>;

template <class T>
Problem round_trip(const json::value& body) {
    const T data = hf::json::parse_as(json::serialize(body), &hf::json::from_value<T>);
    if (auto problem = compare(body, hf::json::to_value(data), "body")) return problem;
    return check_taken(data);
}

/// A list, or one of its elements.
template <class T>
Problem one_or_many(const json::value& body) {
    return body.is_array() ? round_trip<std::vector<T>>(body) : round_trip<T>(body);
}

Problem endpoint(const json::value& body) {
    const Session session{boost::asio::system_executor(), SessionConfig()};
    const InferenceEndpoint out(body.as_object(), "namespace", session, OwnedToken());
    if (auto problem = compare(body, out.raw, "body")) return problem;
    const json::value& status = body.at("status");
    if (out.name != body.at("name").as_string() || out.status != status.at("state").as_string() ||
        out.repository != body.at("model").at("repository").as_string())
        return "an endpoint's name, state or model was not taken in";
    const json::value* url = status.as_object().if_contains("url");
    if (url && url->is_string() && out.url != std::string_view(url->get_string())) return "its URL was not taken in";
    return {};
}

Problem runtime(const json::value& body) {
    if (auto problem = round_trip<SpaceRuntime>(body)) return problem;
    const auto data = hf::json::from_value<SpaceRuntime>(body);
    if (data.stage != body.at("stage").as_string()) return "the stage was not taken in";
    const json::value* hardware = body.as_object().if_contains("hardware");
    const json::value* current =
        hardware && hardware->is_object() ? hardware->get_object().if_contains("current") : nullptr;
    if (current && current->is_string() && data.hardware != std::string_view(current->get_string()))
        return "the hardware was not taken in";
    return {};
}

Problem created_repo(const json::value& body) {
    const std::string url(body.at("url").as_string());
    const RepoUrl out(url);
    if (url.ends_with(out.repo_id)) return {};
    return "the id of " + url + " is not " + out.repo_id;
}

/// The part of the body below one member; other members are raw.
Check inside(std::string_view name, Check check) {
    return [name, check = std::move(check)](const json::value& body) -> Problem {
        const json::value* part = body.as_object().if_contains(name);
        if (!part) return "the body has no " + std::string(name);
        return check(*part);
    };
}

struct Route {
    std::string_view methods;  // "GET"; empty: any
    std::regex path;
    Check check;
};

std::regex below_repo(const std::string& rest) {
    return std::regex("/api/(?:model|dataset|space)s/(?:[^/]+/)?[^/]+" + rest);
}

const std::vector<Route>& routes() {
    static const std::vector<Route> table = [] {
        std::vector<Route> out;
        const auto add = [&out](std::string_view methods, std::regex path, Check check) {
            out.push_back({methods, std::move(path), std::move(check)});
        };
        // The more special first: "/api/models/a/b" could be a repository b, or a call of a repository a.
        add("GET POST", below_repo("/(?:tree|paths-info)/.*"), one_or_many<RepoTreeEntry>);
        add("GET", below_repo("/commits/.*"), one_or_many<GitCommitInfo>);
        add("GET", below_repo("/refs"), round_trip<GitRefs>);
        add("GET", below_repo("/likers"), one_or_many<User>);
        add("GET", below_repo("/discussions"), inside("discussions", one_or_many<Discussion>));
        add("GET", below_repo("/discussions/[0-9]+"), round_trip<DiscussionWithDetails>);
        add("POST", below_repo("/discussions/[0-9]+/comment"), inside("newMessage", round_trip<DiscussionComment>));
        add("POST", below_repo("/discussions/[0-9]+/comment/[^/]+/(?:edit|hide)"),
            inside("updatedComment", round_trip<DiscussionComment>));
        add("POST", below_repo("/discussions/[0-9]+/title"), inside("newTitle", round_trip<DiscussionTitleChange>));
        add("POST", below_repo("/discussions/[0-9]+/status"), inside("newStatus", round_trip<DiscussionStatusChange>));
        add("GET", below_repo("/user-access-request/(?:pending|accepted|rejected)"), one_or_many<AccessRequest>);
        add("GET POST DELETE", below_repo("/variables"), round_trip<std::map<std::string, SpaceVariable>>);
        add("", below_repo("/(?:runtime|pause|restart|hardware|sleeptime|storage)"), runtime);
        add("",
            below_repo("/(?:preupload|commit|secrets|settings|like|xet-.*|branch|tag|super-squash|treesize|scan|"
                       "compare|events|duplicate|discussions|user-access-request|resource-group|notebook)(?:/.*)?"),
            {});
        add("POST", std::regex("/api/repos/create"), created_repo);
        add("GET", std::regex("/api/models-tags-by-type|/api/datasets-tags-by-type"), round_trip<json::object>);
        add("GET", std::regex("/api/models"), one_or_many<ModelInfo>);
        add("GET", std::regex("/api/datasets"), one_or_many<DatasetInfo>);
        add("GET", std::regex("/api/spaces"), one_or_many<SpaceInfo>);
        add("GET", std::regex("/api/models/.*"), round_trip<ModelInfo>);
        add("GET", std::regex("/api/datasets/.*"), round_trip<DatasetInfo>);
        add("GET", std::regex("/api/spaces/[^/]+/.*"), round_trip<SpaceInfo>);
        add("GET", std::regex("/api/metrics"), one_or_many<MetricInfo>);
        add("GET", std::regex("/api/collections(?:/.*)?"), one_or_many<Collection>);
        add("PATCH", std::regex("/api/collections/.*"), inside("data", round_trip<Collection>));
        add("POST", std::regex("/api/collections(?:/.*/items)?"), round_trip<Collection>);
        add("GET", std::regex("/v2/endpoint/[^/]+"), inside("items", [](const json::value& items) -> Problem {
                for (const auto& item : items.as_array()) {
                    if (auto problem = endpoint(item)) return problem;
                }
                return {};
            }));
        add("GET PUT POST", std::regex("/v2/endpoint/.*"), endpoint);
        return out;
    }();
    return table;
}

/// Without a request only the shape tells what a body is.
bool is_discussion_event(const json::value& body) {
    const json::object* object = body.if_object();
    return object && object->contains("createdAt") && object->contains("type") && object->contains("data");
}

Check find_check(const Recording& recording) {
    if (!recording.has_request)
        return is_discussion_event(*recording.body_json) ? Check(round_trip<AnyDiscussionEvent>) : Check();
    const std::string path = recording.path();
    const std::string method(net::to_string(recording.method));
    for (const auto& route : routes()) {
        const bool same = route.methods.empty() || route.methods.find(method) != route.methods.npos;
        if (same && std::regex_match(path, route.path)) return route.check;
    }
    return {};
}

}  // namespace

Problem check_body(const Recording& recording) {
    if (!recording.body_json) return {};
    const json::value& body = *recording.body_json;
    if (auto problem = compare(body, hf::json::parse(recording.body), "body")) return problem;
    if (recording.status >= 300) return {};  // errors are for check_answer
    const Check check = find_check(recording);
    return check ? check(body) : Problem();
}

}  // namespace hf::recordings

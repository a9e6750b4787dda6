#include "engine/lfs/batch.hpp"
#include "core/text.hpp"

#include <hf/core/error.hpp>
#include <hf/core/json.hpp>

#include <algorithm>

namespace hf {
namespace {

using std::chrono::system_clock;

// As much as a server may demand to be sent with one request.
constexpr std::size_t most_field_bytes = 32u << 10;
constexpr std::chrono::seconds longest_life{31'536'000};

std::string_view view(const boost::json::string& text) { return {text.data(), text.size()}; }

// A member that is there and not null.
const json::value* member(const json::object& parent, std::string_view name) {
    const json::value* value = parent.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
}

const json::object* member_object(const json::object& parent, std::string_view name) {
    const json::value* value = member(parent, name);
    if (value && !value->is_object()) throw_malformed_batch("'" + std::string(name) + "' is no object");
    return value ? &value->get_object() : nullptr;
}

Url link(std::string_view text) {
    try {
        return Url::parse(text);
    } catch (const HFValidationError& error) {
        throw_malformed_batch(error.message());
    }
}

std::optional<system_clock::time_point> expiry(const json::object& action, LfsTime time) {
    // Microseconds: the system clock's nanoseconds end in 2262, dates in 9999.
    std::optional<std::chrono::microseconds> life;
    if (const json::value* seconds = member(action, "expires_in"); seconds && seconds->is_number()) {
        const double limit = static_cast<double>(longest_life.count());
        life = std::chrono::seconds(static_cast<std::int64_t>(std::clamp(seconds->to_number<double>(), 0.0, limit)));
    } else if (const json::value* at = member(action, "expires_at"); at && at->is_string()) {
        if (const auto date = try_parse_datetime(view(at->get_string())))
            life = *date - time.server.value_or(std::chrono::floor<std::chrono::microseconds>(time.now));
    }
    if (!life || life->count() <= 0) return std::nullopt;
    return time.now + std::min<std::chrono::microseconds>(*life, longest_life);
}

bool is_field_name(std::string_view name) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != marks.npos;
    });
}

bool is_own_business(std::string_view name) {
    constexpr std::string_view names[] = {"accept-encoding",   "connection", "content-length", "expect", "host",
                                          "if-range",          "keep-alive", "range",          "te",     "trailer",
                                          "transfer-encoding", "upgrade"};
    const std::string lower_name = to_lower(name);
    return lower_name.starts_with("proxy-") || std::ranges::find(names, lower_name) != std::end(names);
}

void add_field(LfsAction& action, std::string_view name, std::string_view value, std::size_t& bytes) {
    if (!is_field_name(name)) throw_malformed_batch("a member of 'header' is no name of a field");
    constexpr std::string_view breaks("\r\n\0", 3);
    if (value.find_first_of(breaks) != value.npos)
        throw_malformed_batch("the field '" + std::string(name) + "' holds a line break");
    if (is_own_business(name)) return;
    bytes += name.size() + value.size();
    if (bytes > most_field_bytes) throw_malformed_batch("'header' is too large");
    action.fields.set(std::string(name), std::string(value));
}

void read_chunk_size(LfsAction& action, const json::value& value) {
    if (const auto* text = value.if_string())
        action.chunk_size = to_number<std::uint64_t>(view(*text));
    else if (const auto* integer = value.if_int64(); integer && *integer > 0)
        action.chunk_size = static_cast<std::uint64_t>(*integer);
    if (action.chunk_size.value_or(0) == 0) throw_malformed_batch("chunk_size is not a positive number");
}

// `multipart` takes members that are numbers ("1" or "00001") for links of parts.
void read_header(LfsAction& action, const json::object& header, bool multipart) {
    const json::value* chunk = multipart ? member(header, "chunk_size") : nullptr;
    if (chunk) read_chunk_size(action, *chunk);
    std::size_t bytes = 0;
    for (const auto& [key, value] : header) {
        const std::string_view name(key.data(), key.size());
        const auto* text = value.if_string();
        const auto part = chunk ? to_number<std::uint64_t>(name) : std::nullopt;
        if (!text || (chunk && name == "chunk_size")) continue;
        if (part)
            action.parts.emplace_back(*part, link(view(*text)));
        else
            add_field(action, name, view(*text), bytes);
    }
    std::ranges::sort(action.parts, {}, &std::pair<std::uint64_t, Url>::first);
}

std::optional<LfsAction> read_action(const json::object& actions, std::string_view name, LfsTime time) {
    const json::object* members = member_object(actions, name);
    if (!members) return std::nullopt;
    const json::value* href = member(*members, "href");
    if (!href || !href->is_string()) throw_malformed_batch("the " + std::string(name) + " action has no href");
    LfsAction action;
    action.href = link(view(href->get_string()));
    action.expires = expiry(*members, time);
    if (const json::object* header = member_object(*members, "header")) read_header(action, *header, name == "upload");
    return action;
}

void read_object(LfsEntry& out, const json::object& members, LfsTime time) {
    if (const json::value* size = member(members, "size"); size && size->is_number()) {
        boost::system::error_code failure;
        const auto bytes = size->to_number<std::uint64_t>(failure);
        if (!failure) out.size = bytes;
    }
    if (const json::value* authenticated = member(members, "authenticated"))
        out.authenticated = authenticated->is_bool() && authenticated->get_bool();
    if (const json::object* error = member_object(members, "error")) {
        const json::value* message = member(*error, "message");
        const json::value* code = member(*error, "code");
        if (!message || !message->is_string()) throw_malformed_batch("an error has no message");
        out.refusal =
            LfsRefusal{code && code->is_int64() ? code->get_int64() : 0, std::string(view(message->get_string()))};
    }
    const json::object* actions = member_object(members, "actions");
    if (!actions) return;
    out.download = read_action(*actions, "download", time);
    out.upload = read_action(*actions, "upload", time);
    out.verify = read_action(*actions, "verify", time);
}

LfsEntry read_entry(const json::value& entry, LfsTime time) {
    LfsEntry out;
    try {
        const json::object* members = entry.if_object();
        if (!members) throw_malformed_batch("an object is no JSON object");
        const json::value* oid = member(*members, "oid");
        if (!oid || !oid->is_string()) throw_malformed_batch("an object has no oid");
        out.oid = std::string(view(oid->get_string()));
        read_object(out, *members, time);
    } catch (const InvalidResponseError& error) {
        out.malformed = error.message();
    }
    return out;
}

}  // namespace

void throw_malformed_batch(const std::string& why) {
    ErrorInfo info;
    info.message = "Malformed response from the LFS batch endpoint: " + why;
    throw InvalidResponseError(std::move(info));
}

std::string lfs_batch_body(LfsOperation operation, std::span<const LfsWanted> objects, std::string_view ref) {
    const bool upload = operation == LfsOperation::upload;
    json::array list;
    for (const LfsWanted& pointer : objects) {
        json::object object;
        object["oid"] = pointer.oid;
        object["size"] = pointer.size;
        list.push_back(std::move(object));
    }
    json::object body;
    body["operation"] = upload ? "upload" : "download";
    json::array transfers{"basic"};
    if (upload) transfers.push_back("multipart");
    body["transfers"] = std::move(transfers);
    body["objects"] = std::move(list);
    body["hash_algo"] = "sha256";
    if (upload && !ref.empty()) {
        json::object branch;
        branch["name"] = ref;
        body["ref"] = std::move(branch);
    }
    return json::serialize(body);
}

std::vector<LfsEntry> parse_lfs_batch(std::string_view answer, LfsTime time) {
    const json::value parsed = json::parse(answer);
    const json::object* members = parsed.if_object();
    const json::value* objects = members ? members->if_contains("objects") : nullptr;
    if (!objects || !objects->is_array()) throw_malformed_batch("it has no list of objects");
    std::vector<LfsEntry> out;
    out.reserve(objects->get_array().size());
    for (const json::value& entry : objects->get_array()) out.push_back(read_entry(entry, time));
    return out;
}

}  // namespace hf

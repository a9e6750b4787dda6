#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

namespace hf {

/// Somebody's request to see a gated repository.
struct AccessRequest {
    std::optional<std::string> username;    ///< empty if the account is gone or not shown
    std::optional<std::string> request_id;  ///< what names a request in any case, on Hubs that have it
    std::optional<std::string> fullname;
    std::optional<std::string> email;
    Timestamp timestamp{};
    std::string status;                  ///< "pending", "accepted" or "rejected"
    std::optional<json::object> fields;  ///< what the form of the repository asked for
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(AccessRequest, (), (username, request_id, fullname, email, timestamp, status, fields))
/// The account is nested in answers.
constexpr std::string_view hf_wire_name(std::type_identity<AccessRequest>, std::string_view member) {
    return member == "username" || member == "fullname" || member == "email" ? "-" : "";
}
constexpr bool hf_is_identity(std::type_identity<AccessRequest>, std::string_view) { return false; }
void hf_decoded(AccessRequest& request);

}  // namespace hf

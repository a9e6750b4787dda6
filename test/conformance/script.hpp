#pragma once

#include "comparison.hpp"
#include "scripted_server.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hf::conformance {

/// The exchanges of one case: gives the answers, keeps the requests, and compares them.
class Script {
public:
    /// `exchanges` with placeholders replaced. Servers are named by their URL; a request without `host` goes to
    /// `endpoint`.
    Script(const json::array& exchanges, std::string endpoint);

    /// The answer to a request that came to the server `url`: the next one, or of an unordered group the first
    /// unused one with the request's method and path. 599 if there is none.
    test::ScriptedAnswer answer(std::string_view url, const test::ReceivedRequest& request);

    /// The first difference between the requests of the script and those that came, their number included.
    Difference compare() const;

private:
    struct Exchange {
        json::object request;
        json::object response;
        const json::value* group;  // null: in order
        std::string host;
        bool used = false;
        std::string received_by;
        test::ReceivedRequest received;
    };

    Exchange* find(std::string_view url, const test::ReceivedRequest& request);

    json::array exchanges_json_;
    std::vector<Exchange> exchanges_;
    std::vector<std::string> surplus_;  // requests for which there was no answer
};

/// The answer that a `response` describes.
test::ScriptedAnswer make_answer(const json::object& response);

}  // namespace hf::conformance

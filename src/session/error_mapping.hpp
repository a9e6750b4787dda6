#pragma once

#include <hf/core/url.hpp>
#include <hf/net/transport.hpp>

#include <chrono>
#include <string_view>

namespace hf {

/// Throws the typed error for an answer with a status of 400 or above; returns for all others. `url` is
/// where the answer came from, `body` its text as far as it was kept, `now` the base of a Retry-After date,
/// `hint` a sentence for the end of the message.
///
/// The type follows X-Error-Code, as in the reference. Without that field a 401 means RepositoryNotFoundError
/// only for a repository on the Hub's own hosts, which answer unknown repositories so; elsewhere it is plain.
void raise_for_status(net::Method method, const Url& url, unsigned status, const net::Fields& fields,
                      std::string_view body, std::chrono::system_clock::time_point now, std::string_view hint = {});

/// Whether a status may mean that a server does not know the route at all.
constexpr bool lacks_route(unsigned status) noexcept { return status == 404 || status == 405 || status == 501; }

/// What the Hub or a store says of a failure: X-Error-Message, "error" and "errors[].message" of a JSON body, <Code>
/// and <Message> of an XML one, one line each, none twice. Empty if it says nothing.
std::string server_message(const net::Fields& fields, std::string_view body);

}  // namespace hf

#pragma once

#include <hf/net/transport.hpp>

#include <string>

namespace hf::net {

/// The text of a request up to its empty line. `absolute_form` and `proxy_authorization` are for requests
/// that an HTTP proxy forwards. Throws HFValidationError for fields that would break the message.
std::string request_head(const Request& request, bool absolute_form = false, std::string_view proxy_authorization = {});

/// CONNECT for the tunnel to `origin`.
std::string connect_head(const Origin& origin, std::string_view proxy_authorization);

}  // namespace hf::net

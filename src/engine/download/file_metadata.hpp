#pragma once

#include <hf/core/token_arg.hpp>

#include <hf/core/duration_arg.hpp>
#include <hf/session/session.hpp>
#include <hf/types/hf_file_metadata.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace hf {

/// The HEAD of a file: `url`, following redirects like any other call, but not those that describe a file of the store
/// that they lead to.
boost::asio::awaitable<HfFileMetadata> file_metadata(Session session, Url url, OwnedToken token,
                                                     std::optional<double> timeout);

/// Seconds to wait for metadata: HF_HUB_ETAG_TIMEOUT wins over the call, as in the reference; infinity if that is zero.
/// Throws HFValidationError (argument `name`) for what is no time to wait.
double etag_timeout(const Session& session, DurationArg given, std::string_view name = "etag_timeout");

}  // namespace hf

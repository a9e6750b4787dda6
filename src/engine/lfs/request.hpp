#pragma once

#include "engine/lfs/batch.hpp"

#include <hf/session/session.hpp>

#include <boost/asio/awaitable.hpp>

#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace hf {

/// What an LFS batch request was answered.
class LfsAnswer {
public:
    LfsAnswer(Url from, std::vector<LfsEntry> entries) : from(std::move(from)), entries(std::move(entries)) {}

    Url from;  ///< where the answer came from: what Session::follow wants with its links
    std::vector<LfsEntry> entries;
};

/// Asks for `objects`. Throws what the session throws, and InvalidResponseError.
boost::asio::awaitable<LfsAnswer> ask_lfs(Session session, Request request, OwnedToken token);

/// The request for that, still without a token.
Request lfs_batch_request(const Repo& repo, LfsOperation operation, std::span<const LfsWanted> objects,
                          std::string_view ref = {});

}  // namespace hf

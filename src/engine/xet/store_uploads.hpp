#pragma once

#include "engine/upload/commit_call.hpp"
#include "engine/upload/upload_body.hpp"
#include "engine/xet/packed_xorb.hpp"
#include "engine/xet/store_client.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hf {

/// Brings xorbs and shards into the content store that a commit's repository uses (specification "Upload protocol").
class StoreUploads {
public:
    explicit StoreUploads(std::shared_ptr<const CommitCall> call);

    /// Asks for the token, so that it is known whether there is a store. Throws what XetTokens::get throws.
    boost::asio::awaitable<void> open();

    /// Ends when the store has `xorb`, whose body is let go then: by a grant where the store gives them, else by the
    /// store's own route, and not at all if it has it already. What is sent counts in `sent`.
    boost::asio::awaitable<void> put(std::shared_ptr<PackedXorb> xorb, std::shared_ptr<SentBytes> sent);

    /// Ends when the store has accepted the shard. Throws BadRequestError with its words if it does not.
    boost::asio::awaitable<void> put_shard(std::vector<std::byte> shard);

    /// What the store knows of a chunk and its neighbours. nullopt: nothing, or it cannot say.
    boost::asio::awaitable<std::optional<xet::Shard>> ask_about(xet::Hash chunk);

private:
    struct Grant;
    struct Routes;
    enum class Outcome { stored, refused, impossible };

    boost::asio::awaitable<void> put_somehow(std::shared_ptr<PackedXorb> xorb, std::shared_ptr<SentBytes> sent);
    boost::asio::awaitable<std::optional<Grant>> ask_grant(const PackedXorb& xorb, bool& stored);
    boost::asio::awaitable<Outcome> use_grant(const Grant& grant, std::shared_ptr<PackedXorb> xorb,
                                              std::shared_ptr<SentBytes> sent);
    boost::asio::awaitable<bool> end_grant(const Grant& grant, const PackedXorb& xorb);
    boost::asio::awaitable<bool> has(const PackedXorb& xorb);
    boost::asio::awaitable<void> post(std::shared_ptr<PackedXorb> xorb, std::shared_ptr<SentBytes> sent);
    boost::asio::awaitable<std::optional<Reply>> post_shard(const std::string& path, const std::string& shard);

    std::shared_ptr<const CommitCall> call_;
    StoreClient store_;
    std::shared_ptr<Routes> routes_;
    bool answers_questions_ = true;
};

}  // namespace hf

#pragma once

#include "core/byte_range.hpp"
#include "engine/xet/tokens.hpp"
#include "xet/reconstruction.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace hf {

/// Asks the content store of a repository. The Hub's token never goes there; the store's own goes nowhere else.
class StoreClient {
public:
    explicit StoreClient(std::shared_ptr<const TransferCall> call)
        : call_(std::move(call)), tokens_(XetTokens::of(call_->session)) {}

    /// What a window of the file is put together from (specification "File reconstruction"), and where that can be
    /// fetched for a while. nullopt: the file ends before the window. A token that is refused is replaced once.
    boost::asio::awaitable<std::optional<xet::Reconstruction>> reconstruct(xet::Hash file, ByteRange window) const;

    /// A GET of one range that the store gave `source` for, to be sent as it is. Throws what Session::follow throws.
    Request fetch(const xet::FetchSource& source, ByteRange bytes) const;

private:
    boost::asio::awaitable<Reply> ask(std::string path, ByteRange window) const;
    boost::asio::awaitable<Reply> ask_once(std::string path, ByteRange window, bool& refused) const;

    std::shared_ptr<const TransferCall> call_;
    std::shared_ptr<XetTokens> tokens_;
};

}  // namespace hf

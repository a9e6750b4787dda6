#pragma once

#include "core/byte_range.hpp"
#include "engine/xet/tokens.hpp"
#include "xet/reconstruction.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hf {

/// Asks the content store of a repository. The Hub's token never goes there; the store's own goes nowhere else.
class StoreClient {
public:
    StoreClient(std::shared_ptr<const TransferCall> call, XetAccess access)
        : call_(std::move(call)), access_(access), tokens_(XetTokens::of(call_->session)) {}

    /// Asks for the token, if it is not known. Throws what XetTokens::get throws.
    boost::asio::awaitable<void> open() const;

    using Adjust = std::function<void(Request&)>;
    /// A call of a route of the store, completed by `adjust`, once per attempt. A token that is refused is replaced
    /// once.
    boost::asio::awaitable<Reply> send(net::Method method, std::string path, const Adjust& adjust) const;
    /// To where an answer of the store leads, with none of the tokens. Throws what Session::follow throws.
    Request request(net::Method method, const std::string& url) const;

    /// What a window of the file is put together from (specification "File reconstruction"), and where that can be
    /// fetched for a while. nullopt: the file ends before the window.
    boost::asio::awaitable<std::optional<xet::Reconstruction>> reconstruct(xet::Hash file, ByteRange window) const;
    /// A GET of one range that the store gave `source` for, to be sent as it is.
    Request fetch(const xet::FetchSource& source, ByteRange bytes) const;

private:
    boost::asio::awaitable<Reply> send_once(net::Method method, const std::string& path, const Adjust& adjust,
                                            bool& refused) const;

    std::shared_ptr<const TransferCall> call_;
    XetAccess access_;
    std::shared_ptr<XetTokens> tokens_;
};

}  // namespace hf

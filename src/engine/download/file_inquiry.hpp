#pragma once

#include "engine/files/content_id.hpp"
#include "engine/transfer_call.hpp"

#include <hf/core/repo.hpp>
#include <hf/core/token_arg.hpp>
#include <hf/types/hf_file_metadata.hpp>
#include <hf/types/repo_file.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// `text` as hashes are written here, "sha256:" and upper case removed; empty if it is none.
std::string canonical_hash(std::string_view text);

/// Hash and size of an entry of a tree; nullopt if it has none.
std::optional<ContentId> content_of(const RepoFile& entry);

/// Asks what one file is: by its headers, and where they say too little, by the routes that list files. On a
/// strand.
class FileInquiry {
public:
    /// `timeout`: seconds for each wait.
    FileInquiry(std::shared_ptr<const TransferCall> call, std::string file, double timeout);

    const Url& url() const noexcept { return url_; }
    const Session& session() const noexcept { return call_->session; }
    TokenArg token() const { return call_->token.get(); }

    /// The headers alone.
    boost::asio::awaitable<HfFileMetadata> head() const;
    /// With a commit and an ETag, which is a hash if any route gives one. Throws what HEAD throws, unless only
    /// HEAD is refused, and InvalidResponseError when commit or ETag are not to be had.
    boost::asio::awaitable<HfFileMetadata> ask();
    /// What paths-info says, or else the listing of its folder. nullopt: neither knows it with a hash.
    boost::asio::awaitable<std::optional<ContentId>> listed(std::string revision) const;

    /// The ETag field when `ask` was called; empty if there was no answer to HEAD.
    const std::string& header_etag() const noexcept { return header_etag_; }

private:
    boost::asio::awaitable<std::optional<std::string>> commit_of_revision() const;
    boost::asio::awaitable<std::optional<ContentId>> in_paths_info(std::string revision) const;
    boost::asio::awaitable<std::optional<ContentId>> in_folder(std::string revision) const;

    std::shared_ptr<const TransferCall> call_;
    std::string file_;
    double timeout_;
    Url url_;
    std::string header_etag_;
};

}  // namespace hf

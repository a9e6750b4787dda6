#pragma once

#include "engine/download/download_source.hpp"
#include "engine/download/file_inquiry.hpp"

#include <memory>
#include <optional>
#include <string>

namespace hf {

/// Where hf_hub_download gets content: what a HEAD of the file named, and on expiry another HEAD.
class MetadataSource final : public DownloadSource {
public:
    MetadataSource(std::shared_ptr<const FileInquiry> inquiry, const HfFileMetadata& metadata);

    boost::asio::awaitable<Request> request() override;
    bool renew(unsigned status) override;
    void answered(const Url&) override { worked_ = true; }
    boost::asio::awaitable<std::string> second_opinion() override;

private:
    std::shared_ptr<const FileInquiry> inquiry_;
    std::string commit_;
    std::optional<Url> location_;
    bool worked_ = false;  // the current link has given content
};

}  // namespace hf

#include "engine/download/metadata_source.hpp"

#include <hf/core/error.hpp>

namespace hf {

namespace asio = boost::asio;

MetadataSource::MetadataSource(std::shared_ptr<const FileInquiry> inquiry, const HfFileMetadata& metadata)
    : inquiry_(std::move(inquiry)),
      commit_(metadata.commit_hash.value_or("")),
      location_(Url::parse(metadata.location)) {}

asio::awaitable<Request> MetadataSource::request() {
    if (!location_) {
        // Without an answer to HEAD there was only one place to get it from.
        if (inquiry_->header_etag().empty()) {
            location_ = inquiry_->url();
        } else {
            const HfFileMetadata metadata = co_await inquiry_->head();
            if (metadata.etag != inquiry_->header_etag()) {
                ErrorInfo info;
                info.url = inquiry_->url().redacted();
                info.message = "the file changed while it was downloaded: " + info.url;
                throw IntegrityError(std::move(info));
            }
            location_ = Url::parse(metadata.location);
        }
    }
    Request request = content_request(inquiry_->session(), *location_, inquiry_->token());
    co_return request;
}

bool MetadataSource::renew(unsigned status) {
    // A link that never worked is refused for another reason than age.
    if (!worked_ || !may_be_expired(status)) return false;
    worked_ = false;
    location_.reset();
    return true;
}

asio::awaitable<std::string> MetadataSource::second_opinion() {
    const std::optional<ContentId> content = co_await inquiry_->listed(commit_);
    co_return content ? content->etag() : std::string();
}

}  // namespace hf

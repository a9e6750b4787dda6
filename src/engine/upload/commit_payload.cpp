#include "engine/upload/commit_payload.hpp"

#include "core/base64.hpp"
#include "engine/upload/upload_body.hpp"

#include <hf/core/json.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace hf {
namespace asio = boost::asio;

struct CommitPayload::Content {
    std::string header;
    std::vector<CommitOperation> operations;
    FilesToCopy files_to_copy;
};

namespace {

constexpr std::string_view file_prefix = R"({"key":"file","value":{"content":")";

std::string line(std::string_view key, json::object value) {
    json::object out;
    out["key"] = key;
    out["value"] = std::move(value);
    return json::serialize(out) + "\n";
}

std::string file_suffix(const std::string& path) {
    return R"(","path":)" + json::serialize(json::value(path)) + R"(,"encoding":"base64"}})" + "\n";
}

std::string lfs_line(const std::string& path, std::string_view oid, std::optional<std::uint64_t> size) {
    json::object value;
    value["path"] = path;
    value["algo"] = "sha256";
    value["oid"] = oid;
    if (size) value["size"] = *size;
    return line("lfsFile", std::move(value));
}

// The whole line of an operation, but for a regular file, whose line is content between two texts.
std::string plain_line(const CommitOperation& operation, const FilesToCopy& files_to_copy) {
    if (const auto* add = std::get_if<CommitOperationAdd>(&operation))
        return lfs_line(add->path_in_repo(), add->upload_info().sha256, add->upload_info().size);
    if (const auto* copy = std::get_if<CommitOperationCopy>(&operation))
        return lfs_line(copy->path_in_repo(), files_to_copy.at({copy->src_path_in_repo(), copy->src_revision()}),
                        std::nullopt);
    const auto& removal = std::get<CommitOperationDelete>(operation);
    json::object value;
    value["path"] = removal.path_in_repo();
    return line(removal.is_folder() ? "deletedFolder" : "deletedFile", std::move(value));
}

const CommitOperationAdd* regular_file(const CommitOperation& operation) {
    const auto* add = std::get_if<CommitOperationAdd>(&operation);
    return add && add->upload_mode() != UploadMode::lfs ? add : nullptr;
}

class PayloadSource final : public net::ByteSource {
public:
    PayloadSource(std::shared_ptr<const CommitPayload::Content> content, std::shared_ptr<SentBytes> sent)
        : content_(std::move(content)), sent_(std::move(sent)), ready_(content_->header) {}

    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
        auto* out = static_cast<char*>(buffer.data());
        std::size_t written = 0;
        // Of many small files a whole buffer would take long; others run between two reads.
        const Slice slice;
        while (written < buffer.size() && (written == 0 || !slice.is_over())) {
            if (used_ == ready_.size() && !prepare()) break;
            const std::size_t n = std::min(buffer.size() - written, ready_.size() - used_);
            std::memcpy(out + written, ready_.data() + used_, n);
            used_ += n;
            written += n;
        }
        co_return written;
    }

private:
    // Puts the next piece into ready_; false at the end.
    bool prepare() {
        ready_.clear();
        used_ = 0;
        if (reader_) {
            prepare_content();
            return true;
        }
        while (next_ < content_->operations.size() && is_ignored(content_->operations[next_])) ++next_;
        if (next_ == content_->operations.size()) return false;
        const CommitOperation& operation = content_->operations[next_];
        if (const CommitOperationAdd* add = regular_file(operation)) {
            file_ = &add->state();
            source_ = file_->content.source();
            reader_ = source_->open();
            offset_ = 0;
            ready_ = file_prefix;
            prepare_content();
        } else {
            ready_ = plain_line(operation, content_->files_to_copy);
            ++next_;
        }
        return true;
    }

    // Multiples of three bytes have no padding, so that pieces can be put together.
    void prepare_content() {
        const std::uint64_t left = file_->info->size - offset_;
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece_.size()));
        std::size_t n = 0;
        while (n < wanted) {
            const std::size_t got = reader_->read_at(offset_ + n, piece_.data() + n, wanted - n);
            if (got == 0) throw_changed(file_->shown_name());
            n += got;
        }
        append_base64(ready_, std::string_view(piece_.data(), n));
        offset_ += n;
        sent_->add(n, file_->path_in_repo);
        if (offset_ < file_->info->size) return;
        require_unchanged();
        ready_ += file_suffix(file_->path_in_repo);
        reader_.reset();
        ++next_;
    }

    void require_unchanged() {
        if (reader_->version() != file_->version) throw_changed(file_->shown_name());
    }

    std::shared_ptr<const CommitPayload::Content> content_;
    std::shared_ptr<SentBytes> sent_;
    std::string ready_;
    std::size_t used_ = 0;
    std::size_t next_ = 0;  // operation

    UploadState* file_ = nullptr;  // of the operation whose content is being read
    std::shared_ptr<const ContentSource> source_;
    std::unique_ptr<ContentReader> reader_;
    std::uint64_t offset_ = 0;
    std::array<char, 48 * 1024> piece_;
};

}  // namespace

CommitPayload::CommitPayload(std::string summary, std::string description, std::string parent_commit,
                             std::vector<CommitOperation> operations, FilesToCopy files_to_copy) {
    auto content = std::make_shared<Content>();
    json::object header;
    header["summary"] = summary;
    header["description"] = description;
    if (!parent_commit.empty()) header["parentCommit"] = parent_commit;
    content->header = line("header", std::move(header));
    content->operations = std::move(operations);
    content->files_to_copy = std::move(files_to_copy);
    content_ = std::move(content);
}

asio::awaitable<net::Body> CommitPayload::body(std::shared_ptr<SentBytes> sent, Slice& slice) const {
    std::uint64_t size = content_->header.size();
    for (const auto& operation : content_->operations) {
        if (slice.is_over_lightly()) co_await slice.pause();
        if (is_ignored(operation)) continue;
        if (const CommitOperationAdd* add = regular_file(operation))
            size += file_prefix.size() + base64_size(static_cast<std::size_t>(add->size())) +
                    file_suffix(add->path_in_repo()).size();
        else
            size += plain_line(operation, content_->files_to_copy).size();
    }
    auto open = [content = content_, sent = std::move(sent)]() -> std::unique_ptr<net::ByteSource> {
        sent->take_back();
        return std::make_unique<PayloadSource>(content, sent);
    };
    co_return net::Body(size, std::move(open));
}

std::vector<CommitOperation> CommitPayload::take_operations() { return std::move(content_->operations); }

}  // namespace hf

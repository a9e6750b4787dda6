#include "core/base64.hpp"
#include "core/safe_path.hpp"
#include "engine/upload/upload_state.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <streambuf>

namespace hf {
namespace {

constexpr std::size_t block_size = 1u << 20;

// A seekable stream over a content, for CommitOperationAdd::as_file.
class ContentStreambuf final : public std::streambuf {
public:
    explicit ContentStreambuf(const ContentSource& content) : reader_(content.open()), size_(content.size()) {}

protected:
    int_type underflow() override {
        const std::size_t n = reader_->read_at(next_, buffer_.data(), buffer_.size());
        if (n == 0) return traits_type::eof();
        next_ += n;
        setg(buffer_.data(), buffer_.data(), buffer_.data() + n);
        return traits_type::to_int_type(buffer_[0]);
    }
    pos_type seekoff(off_type offset, std::ios::seekdir from, std::ios::openmode which) override {
        off_type base = 0;
        if (from == std::ios::cur) base = static_cast<off_type>(next_) - (egptr() - gptr());
        if (from == std::ios::end) base = static_cast<off_type>(size_);
        return seekpos(base + offset, which);
    }
    pos_type seekpos(pos_type position, std::ios::openmode) override {
        if (position < 0 || static_cast<std::uint64_t>(off_type(position)) > size_) return pos_type(off_type(-1));
        next_ = static_cast<std::uint64_t>(off_type(position));
        setg(nullptr, nullptr, nullptr);
        return position;
    }

private:
    std::unique_ptr<ContentReader> reader_;
    std::uint64_t size_;
    std::uint64_t next_ = 0;  // behind the buffer
    std::array<char, 65536> buffer_;
};

class ContentStream final : public std::istream {
public:
    explicit ContentStream(const UploadContent& content)
        : std::istream(nullptr), content_(content), buffer_(*content_.source()) {
        rdbuf(&buffer_);
    }

private:
    UploadContent content_;
    ContentStreambuf buffer_;
};

}  // namespace

struct ContentHasher::Hash {
    Sha256 sha256;
};

void describe(UploadState& state) {
    const auto reader = state.content.source()->open();
    UploadInfo info;
    info.size = state.content.size();
    info.sample.resize(static_cast<std::size_t>(std::min<std::uint64_t>(info.size, preupload_sample_bytes)));
    std::size_t filled = 0;
    while (filled < info.sample.size()) {
        const std::size_t n = reader->read_at(filled, info.sample.data() + filled, info.sample.size() - filled);
        if (n == 0) throw_changed(state.shown_name());
        filled += n;
    }
    state.version = reader->version();
    state.info = std::move(info);
}

ContentHasher::ContentHasher(UploadState& state) : state_(state), hash_(std::make_unique<Hash>()) {
    if (!state.info) describe(state);
    reader_ = state.content.source()->open();
    if (reader_->version() != state.version) throw_changed(state.shown_name());
}

ContentHasher::~ContentHasher() = default;

bool ContentHasher::step(char* buffer, std::size_t size) {
    const std::size_t n = reader_->read_at(at_, buffer, size);
    at_ += n;
    const bool is_end = n == 0;
    if (at_ > state_.info->size || (is_end && (at_ < state_.info->size || reader_->version() != state_.version)))
        throw_changed(state_.shown_name());
    if (is_end)
        state_.info->sha256 = hash_->sha256.hex();
    else
        hash_->sha256.update(buffer, n);
    return !is_end;
}

std::string UploadState::shown_name() const {
    std::string name = content.source()->name();
    return name.empty() ? path_in_repo : name;
}

bool is_unchanged(const CommitOperation& operation) noexcept {
    const auto* add = std::get_if<CommitOperationAdd>(&operation);
    return add && add->state().unchanged;
}

bool is_ignored(const CommitOperation& operation) noexcept {
    const auto* add = std::get_if<CommitOperationAdd>(&operation);
    return add && add->should_ignore().value_or(false);
}

void throw_changed(const std::string& name) {
    ErrorInfo info;
    info.argument = name;
    info.message = "'" + name + "' changed while it was being uploaded";
    throw IntegrityError(std::move(info));
}

CommitOperationAdd::CommitOperationAdd(std::string_view path_in_repo, UploadContent path_or_fileobj)
    : state_(std::make_shared<UploadState>(validate_path_in_repo(path_in_repo), std::move(path_or_fileobj))) {}

const std::string& CommitOperationAdd::path_in_repo() const noexcept { return state_->path_in_repo; }
const UploadContent& CommitOperationAdd::content() const noexcept { return state_->content; }
std::uint64_t CommitOperationAdd::size() const { return state_->info ? state_->info->size : state_->content.size(); }

const UploadInfo& CommitOperationAdd::upload_info() const {
    if (!state_->is_hashed()) {
        ContentHasher hasher(*state_);
        const auto buffer = std::make_unique<char[]>(block_size);
        while (hasher.step(buffer.get(), block_size)) {
        }
    }
    return *state_->info;
}

std::optional<UploadMode> CommitOperationAdd::upload_mode() const noexcept { return state_->mode; }
std::optional<bool> CommitOperationAdd::should_ignore() const noexcept { return state_->should_ignore; }
bool CommitOperationAdd::is_uploaded() const noexcept { return state_->uploaded; }
bool CommitOperationAdd::is_committed() const noexcept { return state_->committed; }

std::unique_ptr<std::istream> CommitOperationAdd::as_file() const {
    return std::make_unique<ContentStream>(state_->content);
}

std::string CommitOperationAdd::b64content() const {
    const auto reader = state_->content.source()->open();
    const auto buffer = std::make_unique<char[]>(block_size);
    Base64Encoder encoder;
    std::string out;
    std::uint64_t offset = 0;
    while (const std::size_t n = reader->read_at(offset, buffer.get(), block_size)) {
        encoder.append(out, std::string_view(buffer.get(), n));
        offset += n;
    }
    encoder.finish(out);
    return out;
}

CommitOperationDelete::CommitOperationDelete(std::string_view path_in_repo)
    : path_in_repo_(validate_path_in_repo(path_in_repo)), is_folder_(path_in_repo_.ends_with('/')) {}

CommitOperationDelete::CommitOperationDelete(std::string_view path_in_repo, bool is_folder)
    : path_in_repo_(validate_path_in_repo(path_in_repo)), is_folder_(is_folder) {}

CommitOperationCopy::CommitOperationCopy(std::string_view src_path_in_repo, std::string_view path_in_repo,
                                         TextArg src_revision)
    : src_path_in_repo_(validate_path_in_repo(src_path_in_repo, "src_path_in_repo")),
      path_in_repo_(validate_path_in_repo(path_in_repo)),
      src_revision_(std::optional<std::string_view>(src_revision)) {}

const std::string& path_in_repo(const CommitOperation& operation) noexcept {
    return std::visit([](const auto& op) -> const std::string& { return op.path_in_repo(); }, operation);
}

std::vector<std::string> overwriting_operations(const std::vector<CommitOperation>& operations) {
    std::vector<std::string> warnings;
    std::map<std::string, int, std::less<>> additions;  // per file, and per folder that contains it
    for (const auto& operation : operations) {
        std::string_view path = path_in_repo(operation);
        if (std::holds_alternative<CommitOperationAdd>(operation)) {
            if (additions[std::string(path)]++ > 0)
                warnings.push_back("the commit adds '" + std::string(path) + "' more than once");
            for (auto slash = path.rfind('/'); slash != path.npos; slash = path.rfind('/')) {
                path = path.substr(0, slash);
                ++additions[std::string(path)];
            }
        } else if (std::holds_alternative<CommitOperationDelete>(operation)) {
            if (path.ends_with('/')) path.remove_suffix(1);
            if (additions.contains(path))
                warnings.push_back("the commit adds and then deletes '" + std::string(path) + "'");
        }
    }
    return warnings;
}

}  // namespace hf

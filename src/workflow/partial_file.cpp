#include "workflow/partial_file.hpp"

#include <algorithm>
#include <utility>

namespace hf {
namespace {

class PartialReader final : public ContentReader {
public:
    PartialReader(std::unique_ptr<ContentReader> file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

    std::size_t read_at(std::uint64_t offset, char* data, std::size_t size) override {
        if (offset >= size_) return 0;
        return file_->read_at(offset, data, static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - offset)));
    }

private:
    std::unique_ptr<ContentReader> file_;
    std::uint64_t size_;
};

// Has no version: being appended to is no change.
class PartialFile final : public ContentSource {
public:
    PartialFile(const std::string& path, std::uint64_t size) : file_(UploadContent(path)), size_(size) {}

    std::uint64_t size() const override { return size_; }
    std::unique_ptr<ContentReader> open() const override {
        return std::make_unique<PartialReader>(file_.source()->open(), size_);
    }
    std::string name() const override { return file_.source()->name(); }

private:
    UploadContent file_;
    std::uint64_t size_;
};

}  // namespace

std::shared_ptr<const ContentSource> make_partial_file(std::string path, std::uint64_t size) {
    return std::make_shared<PartialFile>(path, size);
}

}  // namespace hf

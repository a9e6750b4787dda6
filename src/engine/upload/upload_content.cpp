#include "engine/files/local_path.hpp"

#include <hf/core/error.hpp>
#include <hf/transfer/upload_content.hpp>

#include <boost/system/system_category.hpp>

#include <cerrno>
#include <mutex>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hf {
namespace {

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

class FileReader final : public ContentReader {
public:
    explicit FileReader(const std::string& path) : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (file_ < 0) throw_file_system("cannot open", path_, last_error());
    }
    ~FileReader() override { ::close(file_); }
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

    std::size_t read_at(std::uint64_t offset, char* data, std::size_t size) override {
        if (offset == end_) return 0;
        while (true) {
            const ::ssize_t n = ::pread(file_, data, size, static_cast<::off_t>(offset));
            if (n < 0 && errno != EINTR) throw_file_system("cannot read", path_, last_error());
            if (n < 0) continue;
            if (static_cast<std::size_t>(n) < size) end_ = offset + static_cast<std::size_t>(n);
            return static_cast<std::size_t>(n);
        }
    }

    // A file that was replaced has another inode, one that was written to another time or size.
    std::uint64_t version() override {
        struct ::stat info {};
        if (::fstat(file_, &info) != 0) throw_file_system("cannot read", path_, last_error());
        std::uint64_t mixed = 0;
        for (const auto part :
             {static_cast<std::uint64_t>(info.st_ino), static_cast<std::uint64_t>(info.st_size),
              static_cast<std::uint64_t>(info.st_mtim.tv_sec), static_cast<std::uint64_t>(info.st_mtim.tv_nsec)})
            mixed = (mixed ^ part) * 0x100000001b3;  // FNV-1a
        return mixed;
    }

private:
    const std::string& path_;
    int file_;
    std::uint64_t end_ = ~std::uint64_t{0};  // as far as it is known
};

class FileSource final : public ContentSource {
public:
    explicit FileSource(const std::filesystem::path& path) : path_(path.lexically_normal().string()) {
        struct ::stat info {};
        if (::stat(path_.c_str(), &info) != 0) {
            if (errno == ENOENT || errno == ENOTDIR) reject("does not exist");
            throw_file_system("cannot read", path_, last_error());
        }
        if (S_ISDIR(info.st_mode)) reject("is a folder, not a file");
        if (!S_ISREG(info.st_mode)) reject("is not a regular file");
    }

    // As it is now: files may still be written when they are named, and be complete when they are uploaded.
    std::uint64_t size() const override {
        struct ::stat info {};
        if (::stat(path_.c_str(), &info) != 0) throw_file_system("cannot read", path_, last_error());
        return static_cast<std::uint64_t>(info.st_size);
    }
    std::unique_ptr<ContentReader> open() const override { return std::make_unique<FileReader>(path_); }
    std::string name() const override { return path_; }

private:
    [[noreturn]] void reject(const char* why) const {
        throw_validation("path_or_fileobj", "Provided path '" + path_ + "' " + why);
    }

    std::string path_;
};

class BytesSource final : public ContentSource {
public:
    explicit BytesSource(std::string bytes) : bytes_(std::move(bytes)) {}

    std::uint64_t size() const override { return bytes_.size(); }
    std::unique_ptr<ContentReader> open() const override { return std::make_unique<Reader>(bytes_); }

private:
    class Reader final : public ContentReader {
    public:
        explicit Reader(const std::string& bytes) : bytes_(bytes) {}
        std::size_t read_at(std::uint64_t offset, char* data, std::size_t size) override {
            return offset < bytes_.size() ? bytes_.copy(data, size, static_cast<std::size_t>(offset)) : 0;
        }

    private:
        const std::string& bytes_;
    };

    std::string bytes_;
};

class StreamSource final : public ContentSource {
public:
    explicit StreamSource(std::shared_ptr<std::istream> stream) : stream_(std::move(stream)) {
        if (!stream_) throw_validation("path_or_fileobj", "the stream is null");
        stream_->clear();
        if (!stream_->seekg(0, std::ios::end)) reject();
        const auto end = stream_->tellg();
        if (end < 0 || !stream_->seekg(0)) reject();
        size_ = static_cast<std::uint64_t>(end);
    }

    std::uint64_t size() const override { return size_; }
    std::unique_ptr<ContentReader> open() const override { return std::make_unique<Reader>(*this); }

private:
    class Reader final : public ContentReader {
    public:
        explicit Reader(const StreamSource& source) : source_(source) {}
        std::size_t read_at(std::uint64_t offset, char* data, std::size_t size) override {
            return source_.read_at(offset, data, size);
        }

    private:
        const StreamSource& source_;
    };

    // Parts of one stream are sent at the same time: each read finds and restores the position.
    std::size_t read_at(std::uint64_t offset, char* data, std::size_t size) const {
        const std::lock_guard lock(mutex_);
        stream_->clear();
        const auto before = stream_->tellg();
        if (before < 0 || !stream_->seekg(static_cast<std::streamoff>(offset))) reject();
        stream_->read(data, static_cast<std::streamsize>(size));
        const auto n = static_cast<std::size_t>(stream_->gcount());
        const bool failed = stream_->bad();
        stream_->clear();
        stream_->seekg(before);
        if (failed) throw_file_system("cannot read", "the stream", make_error_code(boost::system::errc::io_error));
        return n;
    }

    [[noreturn]] static void reject() {
        throw_validation("path_or_fileobj", "path_or_fileobj is a stream that cannot seek");
    }

    std::shared_ptr<std::istream> stream_;
    mutable std::mutex mutex_;
    std::uint64_t size_ = 0;
};

}  // namespace

UploadContent::UploadContent(const std::filesystem::path& file)
    : source_(std::make_shared<FileSource>(expand_home(file))) {}

UploadContent UploadContent::from_bytes(std::string bytes) {
    return UploadContent(std::make_shared<BytesSource>(std::move(bytes)));
}

UploadContent UploadContent::from_stream(std::shared_ptr<std::istream> stream) {
    return UploadContent(std::make_shared<StreamSource>(std::move(stream)));
}

UploadContent UploadContent::from_source(std::shared_ptr<const ContentSource> source) {
    if (!source) throw_validation("path_or_fileobj", "the source is null");
    return UploadContent(std::move(source));
}

}  // namespace hf

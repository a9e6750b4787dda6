#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <memory>
#include <string>
#include <string_view>

namespace hf {

/// One pass over the bytes of an upload. Used by one coroutine at a time.
class ContentReader {
public:
    virtual ~ContentReader() = default;
    /// Copies up to `size` bytes that start at `offset`; 0 is the end. Blocks. Throws FileSystemError.
    virtual std::size_t read_at(std::uint64_t offset, char* data, std::size_t size) = 0;
    /// A number that differs when the bytes may have changed, as far as one can see without reading them.
    virtual std::uint64_t version() { return 0; }
};

/// Bytes to upload. They are read once into Xet storage, else at least twice (to hash, to send), and again for each
/// retry, so they must not change in between. Implementations must allow several readers at once, on several threads.
class ContentSource {
public:
    virtual ~ContentSource() = default;
    virtual std::uint64_t size() const = 0;  ///< Throws FileSystemError
    virtual std::unique_ptr<ContentReader> open() const = 0;
    /// What messages call it: a path, or empty.
    virtual std::string name() const { return {}; }
};

/// What the reference calls `path_or_fileobj`: a local file, a buffer, or a seekable stream.
/// Cheap to copy; copies share the bytes.
class UploadContent {
public:
    /// A local file; a leading "~" is the home folder. Throws HFValidationError (argument
    /// "path_or_fileobj") unless it is an existing file, FileSystemError if it cannot be looked at.
    UploadContent(const std::filesystem::path& file);
    UploadContent(const char* file) : UploadContent(std::filesystem::path(file)) {}
    UploadContent(std::string_view file) : UploadContent(std::filesystem::path(file)) {}
    UploadContent(const std::string& file) : UploadContent(std::filesystem::path(file)) {}

    static UploadContent from_path(const std::filesystem::path& file) { return UploadContent(file); }
    static UploadContent from_bytes(std::string bytes);
    /// The whole stream, wherever it stands; it is rewound now and stands at its start after each use.
    /// Nobody else may use it meanwhile. Throws HFValidationError if it cannot seek.
    static UploadContent from_stream(std::shared_ptr<std::istream> stream);
    static UploadContent from_source(std::shared_ptr<const ContentSource> source);

    std::uint64_t size() const { return source_->size(); }
    const std::shared_ptr<const ContentSource>& source() const noexcept { return source_; }

private:
    explicit UploadContent(std::shared_ptr<const ContentSource> source) : source_(std::move(source)) {}

    std::shared_ptr<const ContentSource> source_;
};

}  // namespace hf

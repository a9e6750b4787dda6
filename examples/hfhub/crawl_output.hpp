#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace tool {

/// Where a crawl writes its lines, and the cursor file from which a later run goes on. The cursor is
/// saved behind the lines it stands for; an output file is cut back to where its cursor stands.
/// Throws hf::FileSystemError, HFValidationError for the cursor of another crawl.
class CrawlOutput {
public:
    /// Empty paths: standard output, no cursor. `crawl` tells one crawl from another.
    CrawlOutput(std::string output, std::string cursor_file, std::string crawl);

    const std::string& cursor() const noexcept { return cursor_; }
    bool complete() const noexcept { return complete_; }
    std::uint64_t lines() const noexcept { return lines_; }

    /// Writes a line behind which the list stands at `cursor`.
    void write(std::string_view line, std::string cursor);
    void save(bool complete);

private:
    void load();
    void open();
    [[noreturn]] static void fail(std::string_view what, const std::string& path);

    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    std::string output_, cursor_file_, crawl_;
    std::string cursor_;
    bool complete_ = false;
    std::uint64_t lines_ = 0, bytes_ = 0, unsaved_ = 0;
    std::unique_ptr<std::FILE, Close> file_;
    std::FILE* stream_ = stdout;
};

}  // namespace tool

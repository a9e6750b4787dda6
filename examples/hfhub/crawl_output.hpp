#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tool {

/// What a cursor file says. Believed no more than a server.
class CrawlState {
public:
    CrawlState() = default;

    std::string crawl;   ///< tells one crawl from another
    std::string cursor;  ///< of the list; empty at its beginning
    bool complete = false;
    std::uint64_t lines = 0, bytes = 0;

    std::string to_text() const;
    /// nullopt for anything that `to_text` would not have written, and for a cursor that is not one of the list
    /// `path` ("/api/models"): sent with the token, it must not lead elsewhere. Of which host it is does not matter,
    /// for all pages are asked of the endpoint.
    static std::optional<CrawlState> parse(std::string_view text, std::string_view path);
};

/// Where a crawl writes its lines, and the cursor file from which a later run goes on. The cursor is
/// saved behind the lines it stands for; an output file is cut back to where its cursor stands.
/// Throws hf::FileSystemError, HFValidationError for the cursor of another crawl.
class CrawlOutput {
public:
    /// Empty paths: standard output, no cursor. `crawl` tells one crawl from another, `list` is the path of its list.
    CrawlOutput(std::string output, std::string cursor_file, std::string crawl, std::string_view list);

    const std::string& cursor() const noexcept { return state_.cursor; }
    bool complete() const noexcept { return state_.complete; }
    std::uint64_t lines() const noexcept { return state_.lines; }

    /// Writes a line behind which the list stands at `cursor`.
    void write(std::string_view line, std::string cursor);
    /// The list stands at `cursor`, behind a line that is not to be written.
    void pass(std::string cursor);
    void save(bool complete);

private:
    void load(std::string_view list);
    void open();
    [[noreturn]] static void fail(std::string_view what, const std::string& path);

    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    std::string output_, cursor_file_;
    CrawlState state_;
    std::uint64_t unsaved_ = 0;
    std::unique_ptr<std::FILE, Close> file_;
    std::FILE* stream_ = stdout;
};

}  // namespace tool

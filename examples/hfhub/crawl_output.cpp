#include "crawl_output.hpp"

#include <hf/core/error.hpp>

#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tool {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t lines_per_save = 2000;

}  // namespace

CrawlOutput::CrawlOutput(std::string output, std::string cursor_file, std::string crawl, std::string_view list)
    : output_(std::move(output)), cursor_file_(std::move(cursor_file)) {
    state_.crawl = std::move(crawl);
    if (!cursor_file_.empty() && fs::exists(cursor_file_)) load(list);
    if (!output_.empty() && !complete()) open();
}

void CrawlOutput::fail(std::string_view what, const std::string& path) {
    hf::throw_file_system(what, path, boost::system::error_code(errno, boost::system::system_category()));
}

void CrawlOutput::load(std::string_view list) {
    std::ifstream in(cursor_file_);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (in.bad() || !in.is_open()) fail("cannot read", cursor_file_);
    auto state = CrawlState::parse(text, list);
    if (!state) hf::throw_validation("cursor", cursor_file_ + " is no cursor file of hfhub; delete it or name another");
    if (state->crawl != state_.crawl)
        hf::throw_validation("cursor",
                             cursor_file_ + " belongs to another crawl (" + state->crawl + "); name another file");
    state_ = std::move(*state);
}

void CrawlOutput::open() {
    const bool resumed = !cursor().empty();
    if (resumed && (!fs::exists(output_) || fs::file_size(output_) < state_.bytes))
        hf::throw_validation("output", output_ + " is not what " + cursor_file_ + " continues; delete the cursor file");
    file_.reset(std::fopen(output_.c_str(), resumed ? "r+b" : "wb"));
    if (!file_) fail("cannot write", output_);
    stream_ = file_.get();
    if (resumed &&
        (::ftruncate(::fileno(stream_), static_cast<off_t>(state_.bytes)) != 0 || ::fseeko(stream_, 0, SEEK_END) != 0))
        fail("cannot continue", output_);
}

void CrawlOutput::write(std::string_view line, std::string cursor) {
    if (std::fwrite(line.data(), 1, line.size(), stream_) != line.size() || std::fputc('\n', stream_) == EOF)
        fail("cannot write", output_.empty() ? "standard output" : output_);
    state_.bytes += line.size() + 1;
    ++state_.lines;
    pass(std::move(cursor));
}

void CrawlOutput::pass(std::string cursor) {
    state_.cursor = std::move(cursor);
    if (++unsaved_ >= lines_per_save) save(false);
}

void CrawlOutput::save(bool complete) {
    unsaved_ = 0;
    if (std::fflush(stream_) != 0) fail("cannot write", output_.empty() ? "standard output" : output_);
    if (cursor_file_.empty()) return;
    state_.complete = complete;
    const std::string temporary = cursor_file_ + ".new";
    // Not through a link that somebody put there.
    std::remove(temporary.c_str());
    std::unique_ptr<std::FILE, Close> out(std::fopen(temporary.c_str(), "wbx"));
    const std::string text = state_.to_text();
    const bool written =
        out && std::fwrite(text.data(), 1, text.size(), out.get()) == text.size() && std::fflush(out.get()) == 0;
    if (!written || std::rename(temporary.c_str(), cursor_file_.c_str()) != 0) fail("cannot write", cursor_file_);
}

}  // namespace tool

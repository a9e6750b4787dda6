#include "crawl_output.hpp"

#include <hf/core/error.hpp>
#include <hf/core/json.hpp>

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

CrawlOutput::CrawlOutput(std::string output, std::string cursor_file, std::string crawl)
    : output_(std::move(output)), cursor_file_(std::move(cursor_file)), crawl_(std::move(crawl)) {
    if (!cursor_file_.empty() && fs::exists(cursor_file_)) load();
    if (!output_.empty() && !complete_) open();
}

void CrawlOutput::fail(std::string_view what, const std::string& path) {
    hf::throw_file_system(what, path, boost::system::error_code(errno, boost::system::system_category()));
}

void CrawlOutput::load() {
    std::ifstream in(cursor_file_);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (in.bad() || !in.is_open()) fail("cannot read", cursor_file_);
    try {
        const auto state = hf::json::parse(text);
        if (state.at("crawl").as_string() != crawl_)
            hf::throw_validation("cursor", cursor_file_ + " belongs to another crawl (" +
                                               std::string(state.at("crawl").as_string()) + "); name another file");
        cursor_ = state.at("cursor").as_string();
        complete_ = state.at("complete").as_bool();
        lines_ = state.at("lines").to_number<std::uint64_t>();
        bytes_ = state.at("bytes").to_number<std::uint64_t>();
    } catch (const hf::HFValidationError&) {
        throw;
    } catch (const std::exception&) {
        hf::throw_validation("cursor", cursor_file_ + " is no cursor file of hfhub; delete it or name another");
    }
}

void CrawlOutput::open() {
    const bool resumed = !cursor_.empty();
    if (resumed && (!fs::exists(output_) || fs::file_size(output_) < bytes_))
        hf::throw_validation("output", output_ + " is not what " + cursor_file_ + " continues; delete the cursor file");
    file_.reset(std::fopen(output_.c_str(), resumed ? "r+b" : "wb"));
    if (!file_) fail("cannot write", output_);
    stream_ = file_.get();
    if (resumed &&
        (::ftruncate(::fileno(stream_), static_cast<off_t>(bytes_)) != 0 || ::fseeko(stream_, 0, SEEK_END) != 0))
        fail("cannot continue", output_);
}

void CrawlOutput::write(std::string_view line, std::string cursor) {
    if (std::fwrite(line.data(), 1, line.size(), stream_) != line.size() || std::fputc('\n', stream_) == EOF)
        fail("cannot write", output_.empty() ? "standard output" : output_);
    cursor_ = std::move(cursor);
    bytes_ += line.size() + 1;
    ++lines_;
    if (++unsaved_ >= lines_per_save) save(false);
}

void CrawlOutput::save(bool complete) {
    unsaved_ = 0;
    if (std::fflush(stream_) != 0) fail("cannot write", output_.empty() ? "standard output" : output_);
    if (cursor_file_.empty()) return;
    const hf::json::object state{
        {"crawl", crawl_}, {"cursor", cursor_}, {"complete", complete}, {"lines", lines_}, {"bytes", bytes_}};
    const std::string temporary = cursor_file_ + ".new";
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out << hf::json::serialize(state) << '\n';
    out.close();
    if (!out || std::rename(temporary.c_str(), cursor_file_.c_str()) != 0) fail("cannot write", cursor_file_);
}

}  // namespace tool

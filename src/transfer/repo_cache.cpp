#include "transfer/repo_cache.hpp"

#include "transfer/file.hpp"
#include "transfer/partial_store.hpp"

#include <hf/core/error.hpp>
#include <hf/core/repo.hpp>
#include <hf/core/safe_path.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <filesystem>

#include <unistd.h>

namespace hf {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

std::string parent_path(const std::string& path) { return fs::path(path).parent_path().string(); }

void rename_file(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) throw_errno("cannot put into place", to);
}

/// A name beside `path` that is deleted unless it was renamed.
class Temporary {
public:
    explicit Temporary(const std::string& path) : name_(path + "." + random_name() + ".tmp") {}
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        if (!done_) ::unlink(name_.c_str());
    }
    const std::string& name() const noexcept { return name_; }
    void move_to(const std::string& path) {
        rename_file(name_, path);
        done_ = true;
    }

private:
    std::string name_;
    bool done_ = false;
};

bool lacks_links(int error) {
    return error == EPERM || error == ENOSYS || error == EOPNOTSUPP || error == EACCES || error == EINVAL;
}

}  // namespace

bool file_exists(const std::string& path) { return file_exists_at(AT_FDCWD, path); }

bool file_exists_at(int folder, const std::string& name) {
    struct stat info {};
    return ::fstatat(folder, name.c_str(), &info, 0) == 0 && S_ISREG(info.st_mode);
}

bool folder_exists(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string relative_link(const std::string& target, const std::string& link) {
    const fs::path from = fs::absolute(target).lexically_normal();
    const fs::path folder = fs::absolute(link).lexically_normal().parent_path();
    return from.lexically_relative(folder).string();
}

bool replace_with_link(const std::string& text, const std::string& link) {
    if (::symlink(text.c_str(), link.c_str()) == 0) return true;
    if (lacks_links(errno)) return false;
    if (errno != EEXIST) throw_errno("cannot create link", link);
    Temporary temporary(link);
    if (::symlink(text.c_str(), temporary.name().c_str()) != 0) throw_errno("cannot create link", link);
    temporary.move_to(link);
    return true;
}

std::optional<std::string> RepoCache::commit_of(std::string_view revision) const {
    if (is_commit_hash(revision)) return std::string(revision);
    auto text = read_text(paths_.ref(revision).string(), 4096);
    if (!text) return std::nullopt;
    while (!text->empty() && (text->back() == '\n' || text->back() == ' ')) text->pop_back();
    if (!is_safe_path(*text)) return std::nullopt;
    return text;
}

void RepoCache::store_ref(std::string_view revision, std::string_view commit) const {
    if (revision == commit) return;
    const std::string path = paths_.ref(revision).string();
    if (read_text(path, 4096) == std::optional<std::string>(commit)) return;
    write_text(path, commit);
}

void RepoCache::mark_no_exist(std::string_view commit, std::string_view file) const {
    const std::string path = paths_.no_exist(commit, file).string();
    make_folders(parent_path(path));
    File::open(path, O_WRONLY | O_CREAT);
}

bool RepoCache::has_blob(std::string_view etag) const { return file_exists(paths_.blob(etag).string()); }

void RepoCache::point(std::string_view commit, std::string_view file, std::string_view etag, bool fresh) const {
    const std::string pointer = paths_.pointer(commit, file).string();
    const std::string blob = paths_.blob(etag).string();
    if (replace_with_link(relative_link(blob, pointer), pointer)) return;
    if (fresh) return rename_file(blob, pointer);
    Temporary temporary(pointer);
    std::error_code error;
    fs::copy_file(blob, temporary.name(), error);
    if (error) throw_file_system("cannot copy to", pointer, error);
    temporary.move_to(pointer);
}

std::shared_ptr<PartialStore> RepoCache::partials(std::uint64_t keep_above) const {
    return std::make_shared<PartialStore>(root() + "/.hfhub", keep_above);
}

asio::awaitable<void> copy_into_place(std::string from, std::string to) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    make_folders(parent_path(to));
    const File source = File::open(from, O_RDONLY);
    Temporary temporary(to);
    File target = File::open(temporary.name(), O_WRONLY | O_CREAT | O_EXCL);
    const std::uint64_t size = source.size();
    target.reserve(size);
    std::unique_ptr<char[]> buffer;
    constexpr std::size_t step = 1u << 20;
    for (std::uint64_t at = 0; at < size;) {
        off_t in = static_cast<off_t>(at), out = in;
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(step, size - at));
        const auto copied = buffer ? -1 : ::copy_file_range(source.fd(), &in, target.fd(), &out, want, 0);
        if (copied > 0) {
            at += static_cast<std::uint64_t>(copied);
        } else {
            // Across file systems, or not known to this one.
            if (!buffer) buffer.reset(new char[step]);
            const std::size_t n = source.read_at(buffer.get(), want, at);
            if (n == 0) break;
            target.write_at(buffer.get(), n, at);
            at += n;
        }
        if (at < size) co_await asio::post(executor, asio::use_awaitable);
    }
    target.close();
    temporary.move_to(to);
}

asio::awaitable<std::string> place_in_local_dir(std::string from, std::string local_dir, std::string file,
                                                std::optional<bool> use_symlinks, std::uint64_t threshold) {
    require_safe_path(file);
    const std::string to = (fs::path(local_dir) / file).string();
    std::error_code error;
    const std::string real = fs::canonical(from, error).string();
    if (error) throw_file_system("cannot resolve", from, error);
    bool link = use_symlinks.value_or(false);
    if (!use_symlinks) {
        link = fs::file_size(real, error) > threshold;
        if (error) throw_file_system("cannot examine", real, error);
    }
    make_folders(parent_path(to));
    if (link && replace_with_link(relative_link(real, to), to)) co_return to;
    co_await copy_into_place(real, to);
    co_return to;
}

}  // namespace hf

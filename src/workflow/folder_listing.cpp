#include "workflow/folder_listing.hpp"

#include "core/utf8.hpp"

#include <hf/core/error.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace hf {
namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace {

constexpr std::size_t entries_per_slice = 256;  // about a millisecond

[[noreturn]] void unreadable(const fs::path& path, const std::error_code& error) {
    throw_file_system("cannot read", path.string(), {error.value(), boost::system::system_category()});
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto [character, bytes] = utf8::decode(text);
        if (character == utf8::invalid) return false;
        text.remove_prefix(bytes);
    }
    return true;
}

// Follows links; a link to nothing is no file. Asks the file system only where the listing did not tell.
bool is_file(const fs::directory_entry& entry) {
    std::error_code error;
    const bool regular = entry.is_regular_file(error);
    const bool to_nothing = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    if (error && !to_nothing) unreadable(entry.path(), error);
    return regular;
}

}  // namespace

bool path_less(std::string_view a, std::string_view b) noexcept {
    // A slash sorts before every other character.
    return std::ranges::lexicographical_compare(a, b, [](char x, char y) {
        const auto rank = [](char c) { return c == '/' ? -1 : static_cast<int>(static_cast<unsigned char>(c)); };
        return rank(x) < rank(y);
    });
}

asio::awaitable<std::vector<std::string>> list_folder(fs::path folder) {
    std::error_code error;
    if (!fs::is_directory(folder, error))
        throw_validation("folder_path", "Provided path '" + folder.string() + "' is not a directory");
    fs::recursive_directory_iterator it(folder, error);
    if (error) unreadable(folder, error);
    const auto executor = co_await asio::this_coro::executor;
    const std::size_t prefix = (folder / "").generic_string().size();
    std::vector<std::string> files;
    std::size_t seen = 0;
    while (it != fs::recursive_directory_iterator()) {
        const fs::path path = it->path();
        if (path.filename() == ".git") {
            it.disable_recursion_pending();
        } else if (is_file(*it)) {
            std::string name = path.generic_string().substr(prefix);
            if (!is_utf8(name))
                throw_validation("folder_path",
                                 "the name of a file in '" + folder.string() + "' is not UTF-8: " + name);
            files.push_back(std::move(name));
        }
        it.increment(error);
        if (error) unreadable(path, error);
        if (++seen % entries_per_slice == 0) co_await asio::post(executor, asio::use_awaitable);
    }
    std::ranges::sort(files, path_less);
    co_return files;
}

std::string repo_folder_prefix(std::string_view path_in_repo) {
    while (path_in_repo.starts_with('/')) path_in_repo.remove_prefix(1);
    while (path_in_repo.ends_with('/')) path_in_repo.remove_suffix(1);
    return path_in_repo.empty() ? std::string() : std::string(path_in_repo) + "/";
}

}  // namespace hf

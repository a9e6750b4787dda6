#include "workflow/file_failures.hpp"

#include "core/rethrow.hpp"

#include <algorithm>
#include <cerrno>

namespace hf {

namespace {

// Half of the files that are fetched at once: of a Hub that is gone all fail, each after its own attempts.
constexpr unsigned most_doubtful_in_a_row = 32;
constexpr std::size_t most_named = 3;

bool ends_everything(const FileSystemError& error) {
    const int number = error.info().cause.value();
    for (const int fatal : {ENOSPC, EDQUOT, EROFS, EIO, EMFILE, ENFILE, ENOMEM, ESTALE})
        if (number == fatal) return true;
    return false;
}

// May be the file's fault or everything's: many in a row tell.
bool is_doubtful(const Error& error) {
    return error.code() == ErrorCondition::network || error.status() >= 500 || error.status() == 403 ||
           error.status() == 408;
}

}  // namespace

bool FileFailures::keep(const std::string& path, const Error& error) {
    if (const auto* disk = dynamic_cast<const FileSystemError*>(&error); disk && ends_everything(*disk)) return false;
    if (error.code() == Errc::offline || error.code() == Errc::repository_not_found ||
        error.code() == Errc::gated_repo || error.code() == Errc::disabled_repo ||
        error.code() == Errc::revision_not_found || error.code() == Errc::token_not_found)
        return false;
    if (error.status() == 401 || error.status() == 429) return false;
    if (is_doubtful(error) && ++doubtful_in_a_row_ >= most_doubtful_in_a_row) return false;
    failures_.push_back(Kept{FileFailure{path, error.code(), error.message()}, std::current_exception()});
    return true;
}

void FileFailures::add(const std::vector<FileFailure>& odd, const PatternFilter& filter) {
    for (const FileFailure& failure : odd) {
        if (!failure.path.empty() && !filter.matches(failure.path)) continue;
        ErrorInfo info;
        info.message = failure.message;
        failures_.push_back(Kept{failure, std::make_exception_ptr(InvalidResponseError(std::move(info)))});
    }
}

void FileFailures::raise(std::size_t files) const {
    auto sorted = failures_;
    std::ranges::stable_sort(sorted, {}, [](const Kept& kept) -> const std::string& { return kept.failure.path; });
    std::string message = std::to_string(sorted.size()) + " of " + std::to_string(files) + " files could not be fetched";
    std::vector<FileFailure> list;
    for (const Kept& kept : sorted) {
        const FileFailure& failure = kept.failure;
        if (list.size() < most_named) message += (list.empty() ? ": " : "; ") + failure.path + ": " + failure.message;
        list.push_back(failure);
    }
    if (sorted.size() > most_named) message += "; and " + std::to_string(sorted.size() - most_named) + " more";
    try {
        std::rethrow_exception(sorted.front().error);
    } catch (const Error& error) {
        ErrorInfo info = error.info();
        info.message = std::move(message);
        info.failures = std::move(list);
        rethrow_as(error, std::move(info));
    }
}

}  // namespace hf

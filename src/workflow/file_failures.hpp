#pragma once

#include "core/glob.hpp"

#include <hf/core/error.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <vector>

namespace hf {

/// The files of one call that could not be fetched, collected while the others come.
class FileFailures {
public:
    /// Keeps the exception that is being handled, which is `error`, as that of `path`. False if the call has to end
    /// with it, because the others would fail alike: a full disk, no network, a token that is refused, a quota that
    /// is used up, many failures in a row of a Hub that is perhaps gone.
    bool keep(const std::string& path, const Error& error);
    /// A file has come: what fails now is not everything.
    void came() noexcept { doubtful_in_a_row_ = 0; }
    /// Files that are listed without what fetching them needs; those that `filter` lets through.
    void add(const std::vector<FileFailure>& odd, const PatternFilter& filter);

    bool empty() const noexcept { return failures_.empty(); }
    std::size_t size() const noexcept { return failures_.size(); }
    /// Throws an error of the type of the first, in the order of paths, with the list of all. Not if there are none.
    /// `files`: how many there are in all.
    [[noreturn]] void raise(std::size_t files) const;

private:
    struct Kept {
        FileFailure failure;
        std::exception_ptr error;
    };
    std::vector<Kept> failures_;
    unsigned doubtful_in_a_row_ = 0;
};

}  // namespace hf

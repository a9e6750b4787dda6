#pragma once

#include "program.hpp"

namespace tool {

/// Which repositories a list is about.
class ListFilter {
public:
    void add_options(CLI::App& app);
    bool given() const { return !author.empty() || !search.empty() || !tags.empty(); }
    /// GET of the list of all repositories of a type that pass the filter.
    hf::Request request(std::string_view repo_type) const;
    /// The same as a text, to tell whether two lists are alike.
    std::string text(std::string_view repo_type) const;

    std::string author, search, sort;
    std::vector<std::string> tags;
    std::int64_t limit = 0;  ///< 0: none

private:
    std::vector<std::pair<std::string, std::string>> query() const;
};

}  // namespace tool

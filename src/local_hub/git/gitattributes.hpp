#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hf::local_hub {

/// Whether `path` (with '/') matches a pattern of .gitattributes or .gitignore: without a slash it is
/// compared with the last component, else with the whole path; `**` spans folders. Ignores are
/// case-sensitive as in git.
bool git_pattern_matches(std::string_view pattern, std::string_view path);

/// The rules of a .gitattributes file that decide on LFS; the last match wins.
class LfsRules {
public:
    explicit LfsRules(std::string_view gitattributes);
    bool is_lfs(std::string_view path) const;

private:
    struct Rule {
        std::string pattern;
        bool lfs;
    };
    std::vector<Rule> rules_;
};

/// The rules of a .gitignore file; the last match wins, `!` takes a path back.
class IgnoreRules {
public:
    explicit IgnoreRules(std::string_view gitignore);
    bool is_ignored(std::string_view path) const;

private:
    struct Rule {
        std::string pattern;
        bool ignored;
        bool folder_only;
    };
    std::vector<Rule> rules_;
};

/// Whether the first bytes of a file tell that it is no text, as in git and on the Hub: a zero byte, or bytes that are
/// no UTF-8. They may end within a character.
bool looks_binary(std::string_view sample);

/// A line that makes exactly `path` an LFS file.
std::string lfs_rule_for(std::string_view path);

/// What the Hub puts into a new repository.
extern const std::string_view default_gitattributes_model;
extern const std::string_view default_gitattributes_dataset;

}  // namespace hf::local_hub

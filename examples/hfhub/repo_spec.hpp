#pragma once

#include <hf/core/error.hpp>

#include <string>
#include <string_view>

namespace tool {

/// A repository as it is named on the command line: "gpt2", "dataset:rajpurkar/squad".
struct RepoSpec {
    std::string type;
    std::string id;

    /// `type` stands where the text names none.
    static RepoSpec parse(std::string_view text, std::string_view type) {
        for (const std::string_view known : {"model", "dataset", "space"})
            if (text.size() > known.size() && text.starts_with(known) && text[known.size()] == ':')
                return RepoSpec{std::string(known), std::string(text.substr(known.size() + 1))};
        return RepoSpec{std::string(type.empty() ? "model" : type), std::string(text)};
    }
    std::string text() const { return type == "model" ? id : type + ":" + id; }
};

}  // namespace tool

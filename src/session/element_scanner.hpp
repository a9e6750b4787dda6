#pragma once

#include <hf/session/paging.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hf {

/// Finds the elements of a JSON array while its text arrives. Only brackets, strings and commas are
/// looked at; each element is validated when it is parsed.
class ElementScanner {
public:
    /// Throws InvalidResponseError if the text is no array, ResponseTooLargeError for an element over 64 MiB.
    void feed(std::string_view bytes);

    /// The elements completed since the last call, moved out with their text.
    void take(std::string& text, std::vector<std::pair<std::uint32_t, std::uint32_t>>& elements);

    bool complete() const noexcept { return state_ == State::after; }  ///< the closing bracket was seen
    std::size_t pending() const noexcept { return elements_.size(); }

private:
    enum class State { before, between, value, after };

    void scan_value(std::size_t end);
    std::size_t skip_string(std::size_t from, std::size_t end);  ///< behind the closing quote, or `end`
    void finish_element(std::size_t end);

    std::string text_;
    std::size_t position_ = 0;  // first byte not looked at
    std::size_t start_ = 0;     // of the element under way
    std::size_t depth_ = 0;
    bool in_string_ = false;
    bool escaped_ = false;
    State state_ = State::before;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> elements_;
};

}  // namespace hf

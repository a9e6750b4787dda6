#include "session/element_scanner.hpp"

#include "fuzz.hpp"

#include <hf/core/error.hpp>
#include <hf/core/json.hpp>

#include <boost/json/parse.hpp>

#include <optional>

// A page that arrives in pieces gives the elements that it has as a whole.
namespace {

using Elements = std::vector<std::string>;

std::optional<Elements> scan(std::string_view page, std::size_t step) try {
    hf::ElementScanner scanner;
    Elements out;
    for (std::size_t at = 0; at < page.size(); at += step) {
        scanner.feed(page.substr(at, step));
        std::string text;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> elements;
        scanner.take(text, elements);
        for (const auto& [begin, size] : elements) {
            HFHUB_PROPERTY(begin <= text.size() && size <= text.size() - begin);
            out.push_back(text.substr(begin, size));
        }
    }
    if (!scanner.complete()) return std::nullopt;
    return out;
} catch (const hf::Error&) {
    return std::nullopt;
}

}  // namespace

HFHUB_FUZZ_TARGET(input) {
    const auto whole = scan(input, input.size() + 1);
    HFHUB_PROPERTY(scan(input, input.size() <= 4096 ? 7 : 4096) == whole);  // large pages come in large pieces
    if (input.size() <= 512) HFHUB_PROPERTY(scan(input, 1) == whole);
    boost::system::error_code failure;
    boost::json::parse_options options;
    options.max_depth = 64;
    const auto parsed = boost::json::parse(input, failure, {}, options);
    if (failure || !parsed.is_array()) return;
    HFHUB_PROPERTY(whole && whole->size() == parsed.get_array().size());
    for (std::size_t i = 0; i < whole->size(); ++i)
        HFHUB_PROPERTY(boost::json::parse((*whole)[i], {}, options) == parsed.get_array()[i]);
}

#include "core/event_stream.hpp"
#include "fuzz.hpp"

#include <vector>

namespace {
std::vector<hf::ServerEvent> read(std::string_view text, std::size_t size, hf::EventRules rules) {
    hf::EventStreamParser parser(rules);
    std::vector<hf::ServerEvent> out;
    for (std::size_t i = 0; i < text.size(); i += size) {
        parser.feed(text.substr(i, size));
        for (auto& event : parser.take()) out.push_back(std::move(event));
    }
    parser.finish();
    for (auto& event : parser.take()) out.push_back(std::move(event));
    return out;
}

void check(std::string_view input, hf::EventRules rules) {
    const auto whole = read(input, input.size(), rules);
    const auto pieces = read(input, 1 + static_cast<unsigned char>(input[0]) % 7, rules);
    HFHUB_PROPERTY(whole.size() == pieces.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        HFHUB_PROPERTY(whole[i].type == pieces[i].type);
        HFHUB_PROPERTY(whole[i].data == pieces[i].data);
        HFHUB_PROPERTY(whole[i].id == pieces[i].id);
    }
}
}  // namespace

HFHUB_FUZZ_TARGET(input) {
    if (input.empty()) return;
    check(input, hf::EventRules::standard);
    check(input, hf::EventRules::lines_of_json);
}

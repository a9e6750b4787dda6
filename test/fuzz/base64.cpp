#include "core/base64.hpp"
#include "fuzz.hpp"

HFHUB_FUZZ_TARGET(input) {
    const auto text = input;
    HFHUB_PROPERTY(hf::base64_decode(hf::base64_encode(text)) == text);
    if (const auto decoded = hf::base64_decode(text)) HFHUB_PROPERTY(hf::base64_encode(*decoded) == text);
    const auto middle = input.size() / 3;
    std::string streamed;
    hf::Base64Encoder encoder;
    encoder.append(streamed, text.substr(0, middle));
    encoder.append(streamed, text.substr(middle));
    encoder.finish(streamed);
    HFHUB_PROPERTY(streamed == hf::base64_encode(text));
}

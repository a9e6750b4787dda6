#include "fuzz.hpp"

#include <hf/core/base64.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = as_text(data, size);
    HFHUB_PROPERTY(hf::base64_decode(hf::base64_encode(text)) == text);
    if (const auto decoded = hf::base64_decode(text)) HFHUB_PROPERTY(hf::base64_encode(*decoded) == text);
    const auto middle = size / 3;
    std::string streamed;
    hf::Base64Encoder encoder;
    encoder.append(streamed, text.substr(0, middle));
    encoder.append(streamed, text.substr(middle));
    encoder.finish(streamed);
    HFHUB_PROPERTY(streamed == hf::base64_encode(text));
    return 0;
}

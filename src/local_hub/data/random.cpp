#include "local_hub/data/random.hpp"

#include "local_hub/data/clock.hpp"

#include <hf/core/hash.hpp>

#include <openssl/rand.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace hf::local_hub {

std::string random_hex(std::size_t bytes) {
    std::vector<std::uint8_t> buffer(bytes);
    if (RAND_bytes(buffer.data(), static_cast<int>(bytes)) != 1) throw std::runtime_error("no random bytes");
    return to_hex(buffer);
}

std::string new_object_id() {
    const auto seconds = static_cast<std::uint32_t>(now_ms() / 1000);
    const std::uint8_t head[4] = {static_cast<std::uint8_t>(seconds >> 24), static_cast<std::uint8_t>(seconds >> 16),
                                  static_cast<std::uint8_t>(seconds >> 8), static_cast<std::uint8_t>(seconds)};
    return to_hex(head) + random_hex(8);
}

}  // namespace hf::local_hub

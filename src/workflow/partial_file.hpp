#pragma once

#include <hf/transfer/upload_content.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace hf {

/// The first `size` bytes of a file that may grow meanwhile.
std::shared_ptr<const ContentSource> make_partial_file(std::string path, std::uint64_t size);

}  // namespace hf

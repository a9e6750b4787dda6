#pragma once

#include "local_hub/data/file.hpp"

#include <cstddef>
#include <span>

namespace hf::local_hub {

/// The content of a file in memory, read as it is needed. The file must not shrink meanwhile.
class Mapping {
public:
    explicit Mapping(const File& file);  ///< throws system_error
    ~Mapping();
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    std::span<const std::byte> bytes() const { return bytes_; }

private:
    std::span<const std::byte> bytes_;
};

}  // namespace hf::local_hub

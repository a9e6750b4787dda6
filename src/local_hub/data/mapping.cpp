#include "local_hub/data/mapping.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <system_error>

namespace hf::local_hub {

Mapping::Mapping(const File& file) {
    const auto size = static_cast<std::size_t>(file.size());
    if (size == 0) return;
    void* at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
    if (at == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    bytes_ = {static_cast<const std::byte*>(at), size};
}

Mapping::~Mapping() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace hf::local_hub

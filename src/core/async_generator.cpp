#include <hf/core/async_generator.hpp>
#include <hf/core/error.hpp>

namespace hf::detail {

void throw_too_many_items(std::size_t limit) {
    ErrorInfo info;
    info.message = "the list has more than " + std::to_string(limit) + " entries";
    throw ResponseTooLargeError(std::move(info));
}

}  // namespace hf::detail

#include "async/slice.hpp"

#include "async/turn.hpp"

#include <new>

namespace hf {

boost::asio::awaitable<void> Slice::pause() {
    co_await pass_turn();
    begin_ = now_();
}

void tidy_heap() {
    constexpr std::size_t large = 4096;  // for glibc, whose fast paths end at about a thousand
    void* volatile block = ::operator new(large);
    ::operator delete(block);
}

}  // namespace hf

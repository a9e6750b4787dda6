#pragma once

#include <utility>

namespace hf::local_hub {

/// Calls `f` when the scope ends.
template <class F>
class [[nodiscard]] OnExit {
public:
    explicit OnExit(F f) : f_(std::move(f)) {}
    ~OnExit() { f_(); }
    OnExit(const OnExit&) = delete;
    OnExit& operator=(const OnExit&) = delete;

private:
    F f_;
};

}  // namespace hf::local_hub

#pragma once

#include "net/policy/retry.hpp"

#include <hf/core/error.hpp>
#include <hf/session/session.hpp>

#include <exception>
#include <type_traits>

namespace hf {

net::RetryPolicy to_policy(const RetryConfig& config);

/// What `retrying` is to make of a failure.
struct Failed {
    net::Outcome outcome;     ///< decides, with the policy, whether there is another attempt
    bool progressed = false;  ///< the attempt got further: attempts and time count anew
};

/// `operation()`, awaited again and again until it succeeds or the policy has enough; then the last failure is
/// thrown. `judge(const Error&)` gives a Failed for each failure, or throws instead of it. What is no hf::Error,
/// a cancellation first of all, passes at once. Both must outlive the call: name them, pass no temporaries.
template <class Operation, class Judge>
std::invoke_result_t<Operation&> retrying(Clock& clock, net::RetryPolicy policy, Operation& operation, Judge& judge) {
    net::RetryState state(policy, true, clock.now());
    while (true) {
        Failed failed;
        std::exception_ptr failure;
        try {
            co_return co_await operation();
        } catch (const Error& error) {
            failed = judge(error);
            failure = std::current_exception();
        }
        if (failed.progressed) state = net::RetryState(policy, true, clock.now());
        const auto delay = state.next(failed.outcome, clock.now(), clock.random());
        if (!delay) std::rethrow_exception(failure);
        co_await clock.sleep(*delay);
    }
}

}  // namespace hf

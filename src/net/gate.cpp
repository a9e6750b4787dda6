#include "gate.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mutex>

namespace hf::net {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

class Waiter {
public:
    virtual ~Waiter() = default;
    virtual void resume(error_code) = 0;
};

template <class Handler>
class WaiterOf final : public Waiter {
public:
    explicit WaiterOf(Handler&& handler) : handler_(std::move(handler)) {}

    void resume(error_code result) override {
        const auto executor = asio::get_associated_executor(handler_);
        asio::post(executor, [handler = std::move(handler_), result]() mutable { std::move(handler)(result); });
    }

private:
    Handler handler_;
};

}  // namespace

struct Gate::State {
    std::mutex mutex;
    bool open = false;
    std::unique_ptr<Waiter> waiter;

    void wake(error_code result) {
        std::unique_ptr<Waiter> woken;
        {
            const std::scoped_lock lock(mutex);
            woken = std::move(waiter);
            if (!woken && !result) open = true;
        }
        if (woken) woken->resume(result);
    }
};

Gate::Gate() : state_(std::make_shared<State>()) {}

void Gate::open() { state_->wake(error_code()); }

asio::awaitable<void> Gate::wait() {
    const auto initiate = [](auto handler, std::shared_ptr<State> state) {
        // The slot keeps its handler until the next operation replaces it, hence the shared state.
        auto slot = asio::get_associated_cancellation_slot(handler);
        auto waiter = std::make_unique<WaiterOf<decltype(handler)>>(std::move(handler));
        {
            const std::scoped_lock lock(state->mutex);
            if (!state->open) {
                state->waiter = std::move(waiter);
                if (slot.is_connected())
                    slot.assign([state](asio::cancellation_type) { state->wake(asio::error::operation_aborted); });
                return;
            }
            state->open = false;
        }
        waiter->resume(error_code());
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(error_code)>(initiate, asio::use_awaitable, state_);
}

}  // namespace hf::net

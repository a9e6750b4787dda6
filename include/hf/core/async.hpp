#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <concepts>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace hf {
namespace detail {

// Lives on the strand of the call. In Boost 1.81, `co_spawn(strand, ..., use_awaitable)` hands a cancellation over to
// the strand with a pointer that dangles if the operation ends first.
struct AsyncState {
    boost::asio::cancellation_signal signal;
    bool done = false;
};

template <class Handler>
class AsyncCompletion {
public:
    AsyncCompletion(Handler handler, const boost::asio::any_io_executor& executor, std::shared_ptr<AsyncState> state)
        : home_(boost::asio::get_associated_executor(handler, executor)),
          handler_(std::move(handler)),
          state_(std::move(state)) {}

    template <class... Result>
    void operator()(Result... result) {
        state_->done = true;
        const auto home = home_.get_executor();
        boost::asio::post(
            home, [handler = std::move(handler_), home = std::move(home_), ... result = std::move(result)]() mutable {
                std::move(handler)(std::move(result)...);
            });
    }

private:
    boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler, boost::asio::any_io_executor>> home_;
    Handler handler_;
    std::shared_ptr<AsyncState> state_;
};

struct InitiateAsync {
    template <class Handler, class T>
    void operator()(Handler handler, boost::asio::any_io_executor executor, boost::asio::awaitable<T> call) const {
        namespace asio = boost::asio;
        auto strand = asio::make_strand(executor);
        auto state = std::make_shared<AsyncState>();
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            slot.assign([state, strand](asio::cancellation_type type) {
                asio::post(strand, [state, type] {
                    if (!state->done) state->signal.emit(type);
                });
            });
        }
        AsyncCompletion<Handler> completion(std::move(handler), executor, state);
        asio::co_spawn(strand, std::move(call),
                       asio::bind_cancellation_slot(state->signal.slot(), std::move(completion)));
    }
    template <class Handler, class T>
    void operator()(Handler handler, boost::asio::awaitable<T> call) const {
        boost::asio::any_io_executor executor = boost::asio::get_associated_executor(handler);
        (*this)(std::move(handler), std::move(executor), std::move(call));
    }
};

template <class T>
struct AsyncSignature {
    static_assert(std::default_initializable<T>, "a completion handler gets T() beside an error");
    using type = void(std::exception_ptr, T);
};
template <>
struct AsyncSignature<void> {
    using type = void(std::exception_ptr);
};

}  // namespace detail

/// Makes an asynchronous operation in Asio's sense of a call, for any completion token: a callback, `use_future`,
/// `deferred`, `as_tuple(...)`, `detached`, `use_awaitable` of coroutines with another executor type:
///
///     std::future<ModelInfo> info = hf::async(executor, api.model_info("openai-community/gpt2"), asio::use_future);
///     hf::async(executor, api.whoami(), [](std::exception_ptr failure, hf::json::object me) { … });
///
/// The signature is void(std::exception_ptr, T), or void(std::exception_ptr) for calls that give nothing; a T beside
/// an error is T(). The call runs on a strand of `executor`. The handler is always posted, to its associated executor
/// (`bind_executor`) or else to `executor`; its cancellation slot cancels the call, which then completes with
/// system_error(operation_aborted). Emitting is safe on the handler's own executor; between the threads of a pool it
/// has to be ordered with the completion, as for any Asio operation. Nothing is sent before the token starts the
/// operation, which `deferred` does later. The call owns its arguments; it is dropped unfinished if its context ends.
template <class T, class Token>
auto async(boost::asio::any_io_executor executor, boost::asio::awaitable<T> call, Token&& token) {
    return boost::asio::async_initiate<Token, typename detail::AsyncSignature<T>::type>(
        detail::InitiateAsync(), token, std::move(executor), std::move(call));
}

/// The same on the handler's associated executor: that of the coroutine for `use_awaitable`, that of `bind_executor`.
/// A handler that has none runs, as everywhere in Asio, on a thread of `system_executor`, and so does the call; the
/// connections still need the client's executor to be running. Where that is not meant, name the executor.
template <class T, class Token>
auto async(boost::asio::awaitable<T> call, Token&& token) {
    return boost::asio::async_initiate<Token, typename detail::AsyncSignature<T>::type>(detail::InitiateAsync(), token,
                                                                                        std::move(call));
}

}  // namespace hf

#pragma once

#include <hf/core/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace boost::system {
/// Lets `result<T, hf::Error>::value()` throw the error as what it is.
[[noreturn]] inline void throw_exception_from_error(const hf::Error& error, const boost::source_location&) {
    throw error;
}
}  // namespace boost::system

namespace hf {

/// A value or the hf::Error that prevented it. The error is sliced to its base: branch on `code()`.
template <class T>
using Result = boost::system::result<T, Error>;

/// The non-throwing form of any call:
///
///     auto info = co_await hf::as_result(api.model_info("nobody/nothing"));
///     if (!info && info.error().code() == hf::ErrorCondition::not_found) ...
///
/// Errors that are no hf::Error, cancellation above all, are thrown as ever; and so is HFValidationError where the
/// call checks its arguments before it gives its awaitable, which is before as_result has begun. For arguments that
/// come from outside there is the form below.
template <class T>
boost::asio::awaitable<Result<T>> as_result(boost::asio::awaitable<T> operation) {
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(operation);
            co_return Result<T>(boost::system::in_place_value);
        } else {
            co_return Result<T>(boost::system::in_place_value, co_await std::move(operation));
        }
    } catch (const Error& error) {
        co_return Result<T>(boost::system::in_place_error, error);
    }
}

/// The same for a function that makes the call, so that refused arguments are in the result as well:
///
///     auto info = co_await hf::as_result([&] { return api.model_info(argv[1]); });
///
/// What `call` refers to must live until the end.
template <class F, class T = typename std::invoke_result_t<F&>::value_type>
boost::asio::awaitable<Result<T>> as_result(F call) {
    static_assert(std::is_trivially_copyable_v<F>, "capture by reference: g++ 12 destroys other captures twice");
    boost::asio::awaitable<T> operation;
    try {
        operation = call();
    } catch (const Error& error) {
        co_return Result<T>(boost::system::in_place_error, error);
    }
    co_return co_await as_result(std::move(operation));
}

}  // namespace hf

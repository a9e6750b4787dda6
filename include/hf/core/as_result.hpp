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
/// call checks its arguments before it gives its awaitable, which is before as_result has begun.
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

}  // namespace hf

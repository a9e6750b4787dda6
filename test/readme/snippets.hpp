#pragma once

#include <hf/core/as_result.hpp>
#include <hf/core/async.hpp>
#include <hf/hf_api.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <future>
#include <vector>

int readme_program();

using Snippet = boost::asio::awaitable<void> (*)(hf::HfApi&);
extern const std::vector<Snippet> snippets;

#pragma once

#include <hf/core/as_result.hpp>
#include <hf/hf_api.hpp>

#include <boost/asio/awaitable.hpp>

#include <vector>

int readme_program();

using Snippet = boost::asio::awaitable<void> (*)(hf::HfApi&);
extern const std::vector<Snippet> snippets;

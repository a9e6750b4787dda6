#pragma once

#include "xet/reconstruction.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <string>
#include <vector>

namespace hf::local_hub {

/// Signs a URL at which these ranges of a xorb may be fetched.
using SignUrl = std::function<std::string(const xet::Hash& xorb, const std::vector<xet::FetchRange>& ranges)>;

/// "terms" of any version.
boost::json::array terms_json(const std::vector<xet::Term>& terms);
/// "fetch_info" of version 1: each range has a URL of its own. Adds to `out`.
void add_fetch_info(boost::json::object& out, const std::vector<xet::FetchSource>& sources, const SignUrl& sign);
/// "xorbs" of version 2: a URL is good for several ranges.
boost::json::object xorbs_json(const std::vector<xet::FetchSource>& sources, const SignUrl& sign);

}  // namespace hf::local_hub

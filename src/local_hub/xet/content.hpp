#pragma once

#include "core/byte_range.hpp"
#include "local_hub/xet/xorb_store.hpp"
#include "xet/term.hpp"

#include <functional>
#include <span>

namespace hf::local_hub {

/// Decodes the content of `terms` one chunk after the other. Throws IntegrityError where a stored xorb is damaged.
void decode_terms(XorbStore& xorbs, std::span<const xet::Term> terms, const std::function<void(xet::Bytes)>& take);

}  // namespace hf::local_hub

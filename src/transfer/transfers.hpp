#pragma once

#include "transfer/byte_budget.hpp"

#include <hf/transfer/transfer_config.hpp>

#include <memory>
#include <utility>

namespace hf {

/// What the downloads of one HfApi and its copies share.
class Transfers {
public:
    explicit Transfers(TransferConfig config)
        : config(std::move(config)), memory(std::make_shared<ByteBudget>(this->config.memory_budget)) {}

    TransferConfig config;
    std::shared_ptr<ByteBudget> memory;
};

}  // namespace hf

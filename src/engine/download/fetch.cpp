#include "engine/download/fetch.hpp"

#include "engine/download/disk_fetch.hpp"
#include "engine/download/memory_fetch.hpp"
#include "engine/download/unsized_fetch.hpp"
#include "engine/xet/availability.hpp"
#include "engine/xet/fetch.hpp"

#include <hf/core/error.hpp>
#include <hf/session/environment.hpp>
#include <hf/transfer/progress.hpp>

namespace hf {

namespace asio = boost::asio;

asio::awaitable<Partial> Fetch::run() {
    const TransferConfig& config = requests_.engine().config;
    const bool verifiable = content().kind() != ContentId::Kind::unknown;
    if (!verifiable && config.require_hash) {
        ErrorInfo info;
        info.message = "the server gives no hash of " + requests_.name() + ": it cannot be verified";
        throw InvalidResponseError(std::move(info));
    }
    Partial partial = co_await bring();
    if (!verifiable && requests_.progress()) requests_.progress()->unverified(requests_.name());
    if (config.durable) partial.make_durable();
    co_return partial;
}

bool Fetch::is_in_xet_storage() const {
    const TransferConfig& config = requests_.engine().config;
    const Session& session = requests_.call()->session;
    return config.xet && !session.environment().disable_xet && requests_.job().xet &&
           *content().size() >= config.xet_above && XetAvailability::of(session)->usable(session);
}

asio::awaitable<Partial> Fetch::bring() {
    if (!content().size()) {
        UnsizedFetch fetch(requests_);
        co_return co_await fetch.run();
    }
    if (is_in_xet_storage()) {
        XetFetch fetch(requests_, *requests_.job().xet);
        std::optional<Partial> partial = co_await fetch.run();
        if (partial) co_return std::move(*partial);
    }
    // One byte more than the file, to notice bodies that are too long.
    if (*content().size() < BufferPool::large) {
        MemoryFetch fetch(requests_);
        co_return co_await fetch.run();
    }
    DiskFetch fetch(requests_);
    co_return co_await fetch.run();
}

}  // namespace hf

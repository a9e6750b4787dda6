#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hf::net {

struct PoolLimits {
    std::size_t per_key = 64;
    std::size_t max_idle = 128;
    std::chrono::steady_clock::duration idle_timeout = std::chrono::seconds(50);
};

/// Who may use which connection: slots, kept-alive connections and the queue of each key. Knows nothing of
/// sockets or clocks, so `Conn` is any movable handle and `Waiter` any copyable one that compares.
///
/// A slot is taken by `acquire` (or inherited by a waiter) and given back by exactly one call of `release`
/// or `discard`. Waiters are served in the order of their arrival. Not thread-safe.
template <class Key, class Conn, class Waiter, class Hash = std::hash<Key>>
class PoolState {
public:
    using Time = std::chrono::steady_clock::time_point;
    enum class Grant {
        reuse,  ///< a slot and a kept-alive connection, the one that rested least
        open,   ///< a slot: open a connection
        wait,   ///< no slot: call `enqueue`
    };

    explicit PoolState(PoolLimits limits) : limits_(limits) {}

    /// With `fresh` the kept-alive connections of the key are given up.
    std::pair<Grant, std::optional<Conn>> acquire(const Key& key, Time now, bool fresh = false) {
        expire(now);
        Node& node = nodes_[key];
        if (fresh)
            while (!node.idle.empty()) retire(node, node.idle.front());
        if (!node.idle.empty()) {
            const auto newest = node.idle.back();
            node.idle.pop_back();
            std::pair<Grant, std::optional<Conn>> out(Grant::reuse, std::move(newest->connection));
            idle_.erase(newest);
            ++node.leased;
            return out;
        }
        if (node.leased >= limits_.per_key) return {Grant::wait, std::nullopt};
        ++node.leased;
        return {Grant::open, std::nullopt};
    }

    void enqueue(const Key& key, Waiter waiter) {
        nodes_[key].waiters.push_back(std::move(waiter));
        ++waiting_;
    }

    /// false: `waiter` is not queued, it was served before.
    bool withdraw(const Key& key, const Waiter& waiter) {
        const auto found = nodes_.find(key);
        if (found == nodes_.end()) return false;
        auto& waiters = found->second.waiters;
        const auto place = std::find(waiters.begin(), waiters.end(), waiter);
        if (place == waiters.end()) return false;
        waiters.erase(place);
        --waiting_;
        drop_if_unused(found);
        return true;
    }

    /// Gives a slot and its connection back. A returned waiter inherits both, then `connection` is still there.
    std::optional<Waiter> release(const Key& key, Conn& connection, Time now) {
        expire(now);
        const auto found = nodes_.find(key);
        if (auto waiter = next_waiter(found->second)) return waiter;
        --found->second.leased;
        if (limits_.max_idle > 0) {
            idle_.push_back(Idle{&found->first, std::move(connection), now});
            found->second.idle.push_back(std::prev(idle_.end()));
            if (idle_.size() > limits_.max_idle) retire_oldest();
        } else {
            garbage_.push_back(std::move(connection));
            drop_if_unused(found);
        }
        return std::nullopt;
    }

    /// Gives a slot back whose connection is gone or never was. A returned waiter inherits it and opens its own.
    std::optional<Waiter> discard(const Key& key) {
        const auto found = nodes_.find(key);
        if (auto waiter = next_waiter(found->second)) return waiter;
        --found->second.leased;
        drop_if_unused(found);
        return std::nullopt;
    }

    /// Retires all kept-alive connections.
    void retire_all() {
        while (!idle_.empty()) retire_oldest();
    }

    /// Connections that nobody needs any more, to be closed outside locks.
    std::vector<Conn> take_garbage() { return std::exchange(garbage_, {}); }

    std::size_t idle() const noexcept { return idle_.size(); }
    std::size_t waiting() const noexcept { return waiting_; }
    std::size_t keys() const noexcept { return nodes_.size(); }

private:
    struct Idle {
        const Key* key;  // keys of an unordered_map do not move
        Conn connection;
        Time since;
    };
    using IdleList = std::list<Idle>;  // oldest first, over all keys
    struct Node {
        std::size_t leased = 0;
        std::vector<typename IdleList::iterator> idle;  // oldest first
        std::deque<Waiter> waiters;
    };
    using Nodes = std::unordered_map<Key, Node, Hash>;

    std::optional<Waiter> next_waiter(Node& node) {
        if (node.waiters.empty()) return std::nullopt;
        std::optional<Waiter> out(std::move(node.waiters.front()));
        node.waiters.pop_front();
        --waiting_;
        return out;
    }

    void retire(Node& node, typename IdleList::iterator place) {
        node.idle.erase(std::find(node.idle.begin(), node.idle.end(), place));
        garbage_.push_back(std::move(place->connection));
        idle_.erase(place);
    }

    void retire_oldest() {
        const auto found = nodes_.find(*idle_.front().key);
        retire(found->second, idle_.begin());
        drop_if_unused(found);
    }

    void expire(Time now) {
        while (!idle_.empty() && now - idle_.front().since >= limits_.idle_timeout) retire_oldest();
    }

    void drop_if_unused(typename Nodes::iterator place) {
        const Node& node = place->second;
        if (node.leased == 0 && node.idle.empty() && node.waiters.empty()) nodes_.erase(place);
    }

    PoolLimits limits_;
    Nodes nodes_;
    IdleList idle_;
    std::size_t waiting_ = 0;
    std::vector<Conn> garbage_;
};

}  // namespace hf::net

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_set>

namespace hf {

/// Which pages of a list were read, as hashes of their URLs within a fixed bound. A page that comes again is noticed
/// at once while it is among the last `most`, and in a circle of any length after a few rounds.
class SeenPages {
public:
    static constexpr std::size_t most = 1u << 16;

    /// false: `url` was added before.
    bool add(std::string_view url) {
        const std::size_t hash = std::hash<std::string_view>()(url);
        // Brent's way to find circles: the mark stays for twice as many steps each time.
        if (steps_ > 0 && hash == mark_) return false;
        if (++steps_ >= until_) {
            mark_ = hash;
            until_ = 2 * steps_;
        }
        if (hashes_.size() >= most) hashes_.clear();
        return hashes_.insert(hash).second;
    }

private:
    std::unordered_set<std::size_t> hashes_;
    std::size_t mark_ = 0;
    std::uint64_t steps_ = 0, until_ = 1;
};

}  // namespace hf

#include "local_hub/xet/lfs_import.hpp"

#include "xet/chunker.hpp"
#include "xet/merkle.hpp"

#include <unordered_map>
#include <utility>
#include <vector>

namespace hf::local_hub {
namespace {

constexpr std::size_t read_size = 1u << 20;
// Well below the limit of the format: a xorb is built in memory.
constexpr std::uint64_t target_xorb_size = 16u << 20;

// The open xorb and the terms that end with it.
class Packer {
public:
    explicit Packer(XorbStore& xorbs) : xorbs_(xorbs) {}

    void add(xet::Bytes chunk) {
        const xet::Hash hash = xet::chunk_hash(chunk);
        tree_.add(hash, chunk.size());
        const auto size = static_cast<std::uint32_t>(chunk.size());
        if (const auto known = positions_.find(hash); known != positions_.end()) return use(known->second, size);
        if (!writer_.fits(chunk.size()) || writer_.content_size() >= target_xorb_size) close();
        const std::uint32_t position = writer_.add(hash, chunk);
        positions_.emplace(hash, position);
        use(position, size);
    }

    xet::ShardFile finish() {
        if (!writer_.empty()) close();
        xet::ShardFile out;
        out.id = xet::file_id(tree_);
        out.terms = std::move(terms_);
        return out;
    }

private:
    void use(std::uint32_t position, std::uint32_t size) {
        if (!open_.empty() && open_.back().chunks.end == position) {
            ++open_.back().chunks.end;
            open_.back().size += size;
        } else {
            open_.push_back({{}, {position, position + 1}, size});
        }
    }

    void close() {
        const xet::SerializedXorb xorb = writer_.finish();
        xorbs_.add(xorb);
        for (auto& term : open_) {
            term.xorb = xorb.hash;
            terms_.push_back(term);
        }
        open_.clear();
        positions_.clear();
    }

    XorbStore& xorbs_;
    xet::XorbWriter writer_;
    xet::MerkleTree tree_;
    std::vector<xet::Term> terms_, open_;
    std::unordered_map<xet::Hash, std::uint32_t> positions_;  // in the open xorb
};

}  // namespace

std::optional<xet::ShardFile> store_as_xorbs(XorbStore& xorbs, const File& file, const std::function<bool()>& stopped) {
    Packer packer(xorbs);
    xet::Chunker chunker;
    std::vector<std::byte> buffer(read_size), chunk;
    std::uint64_t at = 0;
    while (const std::size_t got = file.read_at(buffer.data(), buffer.size(), at)) {
        if (stopped()) return std::nullopt;
        at += got;
        for (xet::Bytes rest(buffer.data(), got); !rest.empty();) {
            const std::size_t taken = chunker.take(rest);
            chunk.insert(chunk.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(taken));
            rest = rest.subspan(taken);
            if (!chunker.at_boundary()) continue;
            packer.add(chunk);
            chunk.clear();
        }
    }
    if (!chunk.empty()) packer.add(chunk);
    return packer.finish();
}

}  // namespace hf::local_hub

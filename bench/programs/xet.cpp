// hfhub_bench_xet PROGRAM [--name value]...: what the library does to the bytes of Xet transfers, on one core and
// without a server. It calls functions that are not public.
#include "bench.hpp"

#include "xet/blake3.hpp"
#include "xet/chunker.hpp"
#include "xet/merkle.hpp"
#include "xet/xorb.hpp"

#include <hf/core/hash.hpp>

#include <algorithm>
#include <fstream>
#include <span>
#include <stdexcept>
#include <vector>

namespace bench {
namespace {

std::ifstream open(const std::string& path) {
    std::ifstream in;
    in.rdbuf()->pubsetbuf(nullptr, 0);
    in.open(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    return in;
}

/// Reads until `into` is full or the file ends. Returns how many bytes that were.
std::size_t read(std::ifstream& in, std::span<std::byte> into) {
    in.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
    return static_cast<std::size_t>(in.gcount());
}

/// Keyed BLAKE3 of each piece of `--piece-kib` of the first 16 MiB of `--file`, over and over until `--mib` are hashed.
Figures blake3(const Arguments& arguments) {
    const std::size_t piece = arguments.number("piece-kib", 64) << 10;
    const std::uint64_t wanted = arguments.number("mib", 1000) << 20;
    std::ifstream in = open(arguments.text("file"));
    std::vector<std::byte> data(16u << 20);
    data.resize(read(in, data));
    if (data.empty()) throw std::runtime_error("an empty file");
    hf::xet::Hash key;
    for (std::size_t i = 0; i < key.bytes.size(); ++i) key.bytes[i] = static_cast<std::uint8_t>(i);
    std::uint64_t done = 0;
    unsigned check = 0;
    const double before = cpu_seconds();
    for (; done < wanted; done += data.size()) {
        for (std::size_t at = 0; at < data.size(); at += piece) {
            const hf::xet::Bytes one(data.data() + at, std::min(piece, data.size() - at));
            const hf::xet::Hash hash = hf::xet::blake3_keyed(key, one);
            check ^= hash.bytes[0] | hash.bytes[1] << 8;
        }
    }
    const double spent = cpu_seconds() - before;
    return {{"cpu_hashing", spent}, {"bytes", static_cast<double>(done)}, {"check", check}};
}

/// All that is done to a file before it is sent: it is cut into chunks, hashed by SHA-256 and BLAKE3, and packed into
/// xorbs, in steps of 256 KiB as uploads do.
class Packing {
public:
    /// Begins with what the call before left over. Returns how much of `data`, at its end, belongs to an open chunk.
    std::size_t take(hf::xet::Bytes data) {
        hf::xet::Bytes fresh = data.subspan(chunker_.open_size());
        sha256_.update(fresh);
        while (!fresh.empty()) {
            fresh = fresh.subspan(chunker_.take(fresh));
            if (!chunker_.at_boundary()) continue;
            end_chunk(data.first(data.size() - fresh.size()));
            data = fresh;
        }
        return data.size();
    }

    Figures finish(hf::xet::Bytes left) {
        if (!left.empty()) end_chunk(left);
        if (!writer_.empty()) end_xorb();
        if (hf::xet::file_id(tree_).is_zero() || sha256_.hex().empty()) throw std::runtime_error("an empty file");
        return {{"bytes", static_cast<double>(tree_.size())},
                {"chunks", static_cast<double>(tree_.count())},
                {"stored", static_cast<double>(stored_)}};
    }

private:
    // As much as uploads put into one with the memory that they take by default.
    static constexpr std::size_t xorb_size = 6u << 20;

    void end_chunk(hf::xet::Bytes content) {
        const hf::xet::Hash hash = hf::xet::chunk_hash(content);
        tree_.add(hash, content.size());
        if (writer_.content_size() + content.size() > xorb_size) end_xorb();
        if (writer_.empty()) writer_.reserve(xorb_size);
        writer_.add(hash, content);
    }

    void end_xorb() { stored_ += writer_.finish().body.size(); }

    hf::Sha256 sha256_;
    hf::xet::Chunker chunker_;
    hf::xet::MerkleTree tree_;
    hf::xet::XorbWriter writer_;
    std::uint64_t stored_ = 0;
};

/// Packs `--file`.
Figures pack(const Arguments& arguments) {
    constexpr std::size_t step = 256u << 10;
    std::ifstream in = open(arguments.text("file"));
    std::vector<std::byte> buffer(hf::xet::max_chunk_size + step);
    Packing packing;
    std::size_t left = 0;
    while (const std::size_t n = read(in, std::span(buffer).subspan(left, step))) {
        const hf::xet::Bytes data(buffer.data(), left + n);
        left = packing.take(data);
        std::copy(data.end() - static_cast<std::ptrdiff_t>(left), data.end(), buffer.begin());
    }
    return packing.finish(hf::xet::Bytes(buffer).first(left));
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    return bench::run_program("hfhub_bench_xet", {{"blake3", bench::blake3}, {"pack", bench::pack}}, argc, argv);
}

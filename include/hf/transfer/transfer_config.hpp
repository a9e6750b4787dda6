#pragma once

#include <hf/session/session_config.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace hf {

/// How transfers use network, memory and disk: those of a session, whichever object of the API is asked.
class TransferConfig {
public:
    TransferConfig() {}

    /// Memory for content on its way, in both directions together, taken before a transfer starts.
    /// 32 MiB carries 128 streams of one 256 KiB buffer each. Into Xet storage files go in pieces that take a quarter of
    /// it each, of at most 64 MiB: more memory is fewer requests.
    std::size_t memory_budget = 32u << 20;
    /// Files below this come over one connection. A connection to the Hub's CDN gives 40 to 60 MB/s, so a
    /// second one pays off after about a second.
    std::uint64_t parts_above = 64u << 20;
    std::uint64_t part_size = 16u << 20;  ///< of the ranges that large files are fetched in
    unsigned first_streams = 8;           ///< connections for large files at the start, per origin
    unsigned max_streams = 32;            ///< as measured goodput rises; per origin
    /// Partial files of at least this size are kept for resuming when a transfer ends early.
    std::uint64_t keep_partials_above = 1u << 20;
    /// Where content is hashed, of uploads whose call names no other; empty: on the executor of the transfer, one
    /// buffer at a time.
    boost::asio::any_io_executor worker;
    /// Takes the reference client's lock file of a blob while it is fetched, so that two processes
    /// seldom fetch the same file twice. Nothing breaks without.
    bool lock_files = true;
    std::chrono::milliseconds lock_wait{10'000};  ///< then goes on without the lock
    /// Content that no route of the server gives a hash for is an error instead of being published unverified.
    /// `mirror` always requires one.
    bool require_hash = false;
    /// Data is on the disk (fdatasync) before its file gets its name, and names before records mention them, so
    /// that a power cut leaves no file that is believed and empty.
    bool durable = false;
    /// Longest time that a file may be read without bringing 64 KiB that were never there before; then TimeoutError.
    std::chrono::milliseconds patience{600'000};
    /// Large files go into Xet storage where the Hub has it, and come from there: put together from chunks, verified by
    /// their Xet id. What the store, or an older version on the disk, has of them is not moved. Where the storage cannot
    /// be used they go through LFS, and Session::on_warning is told. HF_HUB_DISABLE_XET turns it off;
    /// SessionConfig::reference_routes does so for uploads, as v0.20.3 knows LFS alone.
    bool xet = true;
    /// Smaller ones are fetched through LFS, for a request less each.
    std::uint64_t xet_above = 1u << 20;
    /// Hash them by SHA-256 as well, where the Hub names one. Their Xet id proves the same bytes at a third of the
    /// cost; but who uploaded a file has chosen which SHA-256 stands beside its id.
    bool xet_sha256 = false;
    /// How a transfer is resumed that broke off. Attempts count anew with each 64 KiB that were never there
    /// before; what is fetched again after a restart does not count.
    RetryConfig resume{6, std::chrono::seconds(1), std::chrono::seconds(20), std::chrono::milliseconds(0)};
};

}  // namespace hf

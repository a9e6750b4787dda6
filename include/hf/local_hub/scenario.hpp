#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hf {

/// What an injected fault does to an answer.
enum class FaultKind {
    status,        ///< answer `Fault::status` instead of doing the work
    reset,         ///< close the connection with RST after `at_byte` bytes of body (none: before the status line)
    truncate,      ///< announce the full length, close cleanly after `at_byte` bytes of body
    stall,         ///< send `at_byte` bytes of body, then nothing for `Fault::delay`, then close
    corrupt,       ///< invert the byte of the body at `at_byte`
    headers,       ///< set or (with an empty value) remove header fields of the answer
    delay,         ///< wait `Fault::delay` before the answer
    reset_upload,  ///< close the connection with RST after `at_byte` bytes of the request body were read
};

/// A fault and the requests that it hits. All conditions must hold.
class Fault {
public:
    explicit Fault(FaultKind kind_) : kind(kind_) {}

    FaultKind kind;
    std::string route;          ///< name of a route as in `LocalHubCounters::requests`; empty: every route
    std::string method;         ///< "GET", ...; empty: every method
    std::string path_contains;  ///< part of the request target as sent; empty: every target
    std::uint64_t skip = 0;     ///< let this many matching requests pass first
    std::uint64_t times = 1;    ///< then hit this many; 0: all
    std::uint64_t at_byte = 0;
    unsigned status = 503;
    std::string body;  ///< of FaultKind::status; empty: the Hub's own words for the status
    std::chrono::milliseconds delay{0};
    std::vector<std::pair<std::string, std::string>> fields;  ///< of FaultKind::headers and ::status
};

/// A quota in a fixed window, counted per token (or per address when anonymous).
class Quota {
public:
    Quota(std::uint64_t requests_, std::chrono::seconds window_) : requests(requests_), window(window_) {}

    std::uint64_t requests;
    std::chrono::seconds window;
};

/// How the embedded Hub behaves beyond answering: all defaults are "as fast as it can".
class Scenario {
public:
    std::chrono::milliseconds latency{0};           ///< added before every answer
    std::uint64_t connection_bytes_per_second = 0;  ///< cap of body bytes per connection; 0: none
    std::uint64_t total_bytes_per_second = 0;       ///< cap of body bytes of all connections together; 0: none
    /// Above this many bodies in flight, all of them together are limited to `collapsed_bytes_per_second`;
    /// 0: never. Models the CDN's punishment of too many streams.
    std::size_t collapse_above = 0;
    std::uint64_t collapsed_bytes_per_second = 1'000'000;
    bool cap_lfs_only = false;                                   ///< bandwidth rules apply to the LFS origin only
    std::optional<Quota> api_quota, resolver_quota, page_quota;  ///< replaces the configured quotas
    std::vector<Fault> faults;
};

}  // namespace hf

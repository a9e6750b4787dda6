#pragma once

#include <hf/core/datetime.hpp>
#include <hf/core/url.hpp>
#include <hf/net/transport.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The batch API of Git LFS, both directions; see docs/api/batch.md and docs/api/basic-transfers.md of git-lfs. Pure.
namespace hf {

inline constexpr std::string_view lfs_media_type = "application/vnd.git-lfs+json";

enum class LfsOperation { download, upload };

/// What a batch asks for.
struct LfsWanted {
    std::string oid;  ///< SHA-256
    std::uint64_t size = 0;
};

/// The JSON of a batch request. Uploads name the branch `ref` unless it is empty.
std::string lfs_batch_body(LfsOperation operation, std::span<const LfsWanted> objects, std::string_view ref = {});

/// What the clocks say when an answer comes.
struct LfsTime {
    std::chrono::system_clock::time_point now;
    std::optional<Timestamp> server{};  ///< its Date
};

/// One request that the answer asks for.
struct LfsAction {
    Url href;
    /// To be sent to the origin of `href` and nowhere else. Without fields that frame messages, manage connections or
    /// choose what is answered: those are the client's own business.
    net::Fields fields;
    /// Empty where the answer says nothing, or names a time that has passed already: a link that was born expired says
    /// more of a clock than of itself. A date counts from the server's own Date.
    std::optional<std::chrono::system_clock::time_point> expires;
    /// Of a multipart upload, an extension of the Hub: members of `header` that are no fields. `href` completes it.
    std::optional<std::uint64_t> chunk_size;
    std::vector<std::pair<std::uint64_t, Url>> parts;  ///< by number
};

/// Why the server refuses an object.
struct LfsRefusal {
    std::int64_t code = 0;
    std::string message;
};

/// What the answer says of one object.
struct LfsEntry {
    std::string oid;  ///< empty: it says not even that
    std::optional<std::uint64_t> size;
    bool authenticated = false;
    std::optional<LfsAction> download, upload, verify;
    std::optional<LfsRefusal> refusal;
    std::string malformed;  ///< what is wrong with the entry, which is then not to be used; empty: nothing
};

/// Throws InvalidResponseError for what is no batch answer; an entry that is malformed says so itself.
std::vector<LfsEntry> parse_lfs_batch(std::string_view answer, LfsTime time);

/// Throws InvalidResponseError: the batch answer is malformed, `why`.
[[noreturn]] void throw_malformed_batch(const std::string& why);

}  // namespace hf

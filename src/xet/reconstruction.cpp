#include "xet/reconstruction.hpp"

#include "xet/format.hpp"

#include <hf/core/error.hpp>
#include <hf/core/json.hpp>
#include <hf/core/url.hpp>

#include <boost/describe.hpp>

#include <limits>
#include <optional>

namespace hf::json {

template <>
struct Codec<xet::Hash> {
    static xet::Hash from(const value& json) {
        const auto* text = json.if_string();
        const auto hash = text ? xet::parse_hash({text->data(), text->size()}) : std::nullopt;
        if (!hash) throw_type("64 hexadecimal digits", json);
        return *hash;
    }
    static value to(const xet::Hash& hash) { return value(xet::to_text(hash)); }
};

}  // namespace hf::json

namespace hf::xet {
namespace wire {

struct Chunks {
    std::uint32_t start = 0, end = 0;
};
BOOST_DESCRIBE_STRUCT(Chunks, (), (start, end))

struct Octets {
    std::uint64_t start = 0, end = 0;  // inclusive
};
BOOST_DESCRIBE_STRUCT(Octets, (), (start, end))

struct Term {
    Hash hash;
    std::uint32_t unpacked_length = 0;
    Chunks range;
};
BOOST_DESCRIBE_STRUCT(Term, (), (hash, unpacked_length, range))

struct Range {
    Chunks chunks;
    Octets bytes;
};
BOOST_DESCRIBE_STRUCT(Range, (), (chunks, bytes))

// Version 2: one URL for several ranges.
struct Source {
    std::string url;
    std::vector<Range> ranges;
};
BOOST_DESCRIBE_STRUCT(Source, (), (url, ranges))

// Version 1: one range for each URL.
struct FetchInfo {
    Chunks range;
    std::string url;
    Octets url_range;
};
BOOST_DESCRIBE_STRUCT(FetchInfo, (), (range, url, url_range))

struct Answer {
    std::uint64_t offset_into_first_range = 0;
    std::vector<Term> terms;
    std::optional<std::map<std::string, std::vector<Source>>> xorbs;
    std::optional<std::map<std::string, std::vector<FetchInfo>>> fetch_info;
};
BOOST_DESCRIBE_STRUCT(Answer, (), (offset_into_first_range, terms, xorbs, fetch_info))

// All members have the same names on the wire.
template <class T>
constexpr std::string_view hf_wire_name(std::type_identity<T>, std::string_view member) {
    return member;
}

}  // namespace wire

namespace {

constexpr std::string_view answer_name = "reconstruction of a file";

FetchRange range_of(const wire::Chunks& chunks, const wire::Octets& bytes) {
    if (chunks.start >= chunks.end) throw_malformed(answer_name, "has a range that ends before it begins");
    if (bytes.start > bytes.end || bytes.end == std::numeric_limits<std::uint64_t>::max())
        throw_malformed(answer_name, "has a range of bytes that ends before it begins");
    return {{chunks.start, chunks.end}, {bytes.start, bytes.end + 1}};
}

Hash xorb_of(const std::string& key) {
    const auto hash = parse_hash(key);
    if (!hash) throw_malformed(answer_name, "names a xorb by something else than a hash");
    return *hash;
}

// The URL is not said: it is a secret.
const std::string& checked(const std::string& url) try {
    Url::parse(url);
    return url;
} catch (const HFValidationError&) {
    throw_malformed(answer_name, "has something else than a URL where it says where to fetch");
}

void take_sources(const wire::Answer& answer, std::vector<FetchSource>& out) {
    if (answer.xorbs) {
        for (const auto& [key, sources] : *answer.xorbs) {
            for (const auto& source : sources) {
                auto& added = out.emplace_back(FetchSource{xorb_of(key), checked(source.url), {}});
                for (const auto& range : source.ranges) added.ranges.push_back(range_of(range.chunks, range.bytes));
            }
        }
    } else if (answer.fetch_info) {
        for (const auto& [key, infos] : *answer.fetch_info) {
            for (const auto& info : infos)
                out.push_back({xorb_of(key), checked(info.url), {range_of(info.range, info.url_range)}});
        }
    } else if (!answer.terms.empty()) {
        throw_malformed(answer_name, "has neither 'xorbs' nor 'fetch_info'");
    }
}

}  // namespace

std::uint64_t Reconstruction::size() const noexcept {
    std::uint64_t out = 0;
    for (const Term& term : terms) out += term.size;
    return out - skip;
}

Reconstruction parse_reconstruction(std::string_view text) {
    const auto answer =
        json::parse_as(text, [](const json::value& json) { return json::from_value<wire::Answer>(json); });
    Reconstruction out;
    out.skip = answer.offset_into_first_range;
    for (const auto& term : answer.terms) {
        out.terms.push_back({term.hash, {term.range.start, term.range.end}, term.unpacked_length});
        if (const char* problem = problem_of(out.terms.back()))
            throw_malformed(answer_name, "cannot be: " + std::string(problem));
    }
    // Also what makes size() a size.
    if (out.skip != 0 && (out.terms.empty() || out.skip >= out.terms[0].size))
        throw_malformed(answer_name, "begins behind its first term");
    take_sources(answer, out.sources);
    return out;
}

bool same_terms(const Reconstruction& a, const Reconstruction& b) noexcept {
    return a.skip == b.skip && a.terms == b.terms;
}

}  // namespace hf::xet

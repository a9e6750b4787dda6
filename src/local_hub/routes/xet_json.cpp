#include "local_hub/routes/xet_json.hpp"

#include <boost/json/array.hpp>

namespace hf::local_hub {

namespace json = boost::json;

namespace {

json::object chunks_json(const xet::ChunkRange& chunks) { return {{"start", chunks.begin}, {"end", chunks.end}}; }

// Of bytes, the end is the last one.
json::object bytes_json(const ByteRange& bytes) { return {{"start", bytes.begin}, {"end", bytes.end - 1}}; }

json::array& list_of(json::object& lists, const xet::Hash& xorb) {
    return lists.emplace(to_text(xorb), json::array()).first->value().as_array();
}

}  // namespace

json::array terms_json(const std::vector<xet::Term>& terms) {
    json::array out;
    for (const auto& term : terms)
        out.push_back(json::object{
            {"hash", to_text(term.xorb)}, {"unpacked_length", term.size}, {"range", chunks_json(term.chunks)}});
    return out;
}

void add_fetch_info(json::object& out, const std::vector<xet::FetchSource>& sources, const SignUrl& sign) {
    for (const auto& source : sources)
        for (const auto& range : source.ranges)
            list_of(out, source.xorb)
                .push_back(json::object{{"range", chunks_json(range.chunks)},
                                        {"url", sign(source.xorb, {range})},
                                        {"url_range", bytes_json(range.bytes)}});
}

json::object xorbs_json(const std::vector<xet::FetchSource>& sources, const SignUrl& sign) {
    json::object out;
    for (const auto& source : sources) {
        json::array ranges;
        for (const auto& range : source.ranges)
            ranges.push_back(json::object{{"chunks", chunks_json(range.chunks)}, {"bytes", bytes_json(range.bytes)}});
        list_of(out, source.xorb)
            .push_back(json::object{{"url", sign(source.xorb, source.ranges)}, {"ranges", std::move(ranges)}});
    }
    return out;
}

}  // namespace hf::local_hub

#include "local_hub/http/http_error.hpp"
#include "local_hub/http/ranges.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/routes/xet_json.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"
#include "local_hub/rules/xet_access.hpp"

#include <algorithm>

namespace hf::local_hub {
namespace {

constexpr std::string_view signed_ranges = "X-Xet-Signed-Range";
constexpr std::size_t max_batch = 256;

// As in a Range field, so that the two compare.
std::string ranges_text(const std::vector<xet::FetchRange>& ranges) {
    std::string out = "bytes=";
    for (const auto& range : ranges) {
        if (out.back() != '=') out += ',';
        out.append(std::to_string(range.bytes.begin)).append("-").append(std::to_string(range.bytes.end - 1));
    }
    return out;
}

SignUrl signer_of(const Hub& hub) {
    return [&hub](const xet::Hash& xorb, const std::vector<xet::FetchRange>& ranges) {
        return hub.lfs_endpoint + hub.signer.sign("GET", "/xorbs/" + to_text(xorb),
                                                  quoted_parameter(signed_ranges, ranges_text(ranges)),
                                                  hub.config.url_ttl);
    };
}

// The part of the file that is asked for; an end beyond it is cut.
ByteRange window_of(const Request& request, std::uint64_t size) {
    const auto field = request.find("Range");
    if (!field) return {0, size};
    const auto ranges = byte_ranges(*field);
    if (!ranges || ranges->size() != 1) throw bad_request("Invalid range: " + std::string(field->substr(0, 100)));
    const ByteRange range = ranges->front();
    if (range.begin >= size) throw HttpError(416, "Range not satisfiable");
    return {range.begin, std::min(range.end, size)};
}

xet::Reconstruction reconstruction_of(Call& call) {
    const Repo repo = cas_repo(call, CasAccess::read);
    const XetFile file = cas_file(call, repo, cas_hash(call.params.names.at(0)));
    return call.hub.xet.reconstruct(file, window_of(call.request, file.size));
}

json::object reconstruction_json(const xet::Reconstruction& found) {
    return {{"offset_into_first_range", found.skip}, {"terms", terms_json(found.terms)}};
}

Response reconstruction_v1(Call& call) {
    const auto found = reconstruction_of(call);
    json::object out = reconstruction_json(found);
    add_fetch_info(out["fetch_info"].emplace_object(), found.sources, signer_of(call.hub));
    return json_response(out);
}

Response reconstruction_v2(Call& call) {
    const auto found = reconstruction_of(call);
    json::object out = reconstruction_json(found);
    out["xorbs"] = xorbs_json(found.sources, signer_of(call.hub));
    return json_response(out);
}

Response reconstruction_batch(Call& call) {
    const Repo repo = cas_repo(call, CasAccess::read);
    const auto ids = call.request.query.all("file_id");
    if (ids.empty()) throw bad_request("\"file_id\" is required");
    if (ids.size() > max_batch) throw HttpError(413, "Too many files in one batch");
    json::object files, fetch_info;
    for (const auto& id : ids) {
        const auto hash = cas_hash(id);
        const XetFile file = cas_file(call, repo, hash);
        const auto found = call.hub.xet.reconstruct(file, {0, file.size});
        files[to_text(hash)] = terms_json(found.terms);
        add_fetch_info(fetch_info, found.sources, signer_of(call.hub));
    }
    return json_response(json::object{{"files", std::move(files)}, {"fetch_info", std::move(fetch_info)}});
}

void require_head(const Call& call) {
    if (call.request.method != "HEAD") throw HttpError(405, "Method not allowed");
}

Response file_head(Call& call) {
    const Repo repo = cas_repo(call, CasAccess::read);
    require_head(call);
    Response out;
    out.head_length = cas_file(call, repo, cas_hash(call.params.names.at(0))).size;
    return out;
}

Response xorb_head(Call& call) {
    cas_repo(call, CasAccess::read);
    require_head(call);
    const auto index = call.hub.xet.xorbs.index(cas_hash(call.params.names.at(1)));
    if (!index) throw not_found("Xorb not found");
    Response out;
    out.head_length = index->record_ends.back();
    return out;
}

// A client may ask for all ranges that were signed or for some of them, each as it was signed.
std::vector<ByteRange> granted_ranges(const Request& request) {
    const auto asked = byte_ranges(request.field("Range"));
    const auto granted = byte_ranges(request.query.get(signed_ranges));
    const auto is_granted = [&](const ByteRange& range) {
        return std::ranges::find(*granted, range) != granted->end();
    };
    if (!asked || !granted || asked->size() > granted->size() || !std::ranges::all_of(*asked, is_granted))
        throw forbidden("AccessDenied: the URL was not signed for this range");
    return *asked;
}

Response xorb_content(Call& call) {
    if (call.hub.config.strict_storage) refuse_token(call);
    call.hub.signer.check("GET", call.request.target);
    const auto ranges = granted_ranges(call.request);
    const auto file = call.hub.xet.xorbs.open(cas_hash(call.params.names.at(0)));
    if (!file) throw not_found("NoSuchKey: the object does not exist");
    Response out;
    serve_pieces(out, file, ranges);
    return out;
}

void add(Router& router, const char* name, const char* pattern, Route::Handler handler) {
    router.add({.name = name,
                .method = "GET",
                .pattern = pattern,
                .handler = handler,
                .bucket = Bucket::none,
                .json_errors = false,
                .lfs_origin = true,
                .checks_token = false,
                .takes_bearer = true});
}

}  // namespace

void add_xet_file_routes(Router& router) {
    add(router, "xet_reconstruction", "/v1/reconstructions/{name}", reconstruction_v1);
    add(router, "xet_reconstruction", "/v2/reconstructions/{name}", reconstruction_v2);
    add(router, "xet_reconstructions", "/v1/reconstructions", reconstruction_batch);
    add(router, "xet_file", "/v1/files/{name}", file_head);
    add(router, "xet_xorb", "/v1/xorbs/{name}/{name}", xorb_head);
    router.add({.name = "xet_content",
                .method = "GET",
                .pattern = "/xorbs/{name}",
                .handler = xorb_content,
                .bucket = Bucket::none,
                .json_errors = false,
                .lfs_origin = true,
                .checks_token = false});
}

}  // namespace hf::local_hub

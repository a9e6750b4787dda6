#include "async/on_strand.hpp"
#include "core/safe_path.hpp"
#include "engine/download/download_source.hpp"

#include <hf/api/safetensors.hpp>
#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/core/for_each_bounded.hpp>
#include <hf/core/repo.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/describe/class.hpp>

#include <fstream>
#include <iterator>
#include <set>

namespace hf {

namespace asio = boost::asio;

namespace {

// What `safetensors_first_range` gives.
constexpr std::size_t first_bytes = 100'001;
constexpr std::size_t length_bytes = 8;
// Shards read at once; the requests are small.
constexpr std::size_t parallel_files = 8;

/// FilesOptions that own their texts, and the repository.
class Files {
public:
    Files(const Session& session, std::string_view repo_id, const FilesOptions& options)
        : session(session),
          repo_id(repo_id),
          repo_type(options.repo_type),
          revision(options.revision),
          token(options.token) {}

    FilesOptions options() const {
        FilesOptions out;
        out.repo_type = repo_type;
        out.revision = revision;
        out.token = token.get();
        return out;
    }
    Url url(std::string_view filename) const {
        return Url::parse(hf_hub_url(session.endpoint(), repo_type, repo_id, revision, filename));
    }
    std::string name(std::string_view filename) const {
        return "'" + std::string(filename) + "' (repo '" + repo_id + "', revision '" +
               (revision.empty() ? std::string(default_revision) : revision) + "')";
    }

    Session session;
    std::string repo_id;
    std::string repo_type;
    std::string revision;
    OwnedToken token;
};

/// Up to `limit` bytes from `range`, which starts at `offset`. A server that ignores ranges sends the whole file, of
/// which no more is read than needed.
asio::awaitable<std::string> read_range(Files files, Url url, std::string range, std::size_t offset,
                                        std::size_t limit) {
    Request request = content_request(files.session, std::move(url), files.token.get());
    request.header("Range", std::move(range));
    std::optional<Stream> opened;
    try {
        Stream answer = co_await files.session.open(std::move(request));
        opened.emplace(std::move(answer));
    } catch (const HfHubHTTPError& error) {
        if (error.status() != 416) throw;
    }
    if (!opened) co_return std::string();  // no byte where the range begins
    Stream& stream = *opened;
    const std::size_t skip = stream.response.status == 206 ? 0 : offset;
    std::string out(skip + limit, '\0');
    std::size_t got = 0;
    while (got < out.size()) {
        const std::size_t more = co_await stream.response.body->read_some(asio::buffer(out) + got);
        if (more == 0) break;
        got += more;
    }
    out.resize(got);
    out.erase(0, skip);
    co_return out;
}

asio::awaitable<SafetensorsFileMetadata> parse_impl(Files files, std::string filename) {
    const std::string where = files.name(filename);
    const Url url = files.url(filename);
    std::string start = co_await read_range(files, url, std::string(safetensors_first_range), 0, first_bytes);
    const std::uint64_t size = safetensors_header_size(start, where);
    if (size + length_bytes <= first_bytes)
        co_return parse_safetensors_header(std::string_view(start).substr(length_bytes, size), where);
    const std::string range = "bytes=8-" + std::to_string(size + length_bytes - 1);
    const std::string header = co_await read_range(files, url, range, length_bytes, size);
    co_return parse_safetensors_header(header, where);
}

asio::awaitable<SafetensorsIndex> index_impl(Files files, DownloadsApi downloads) {
    HfHubDownloadOptions options;
    options.repo_type = files.repo_type;
    options.revision = files.revision;
    options.token = files.token.get();
    const std::string path = co_await downloads.hf_hub_download(files.repo_id, safetensors_index_file, options);
    std::ifstream in(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    co_return parse_safetensors_index(text, files.name(safetensors_index_file));
}

asio::awaitable<SafetensorsRepoMetadata> sharded_impl(Files files, DownloadsApi downloads) {
    SafetensorsIndex index = co_await index_impl(files, std::move(downloads));
    SafetensorsRepoMetadata out;
    out.sharded = true;
    out.metadata = std::move(index.metadata);
    out.weight_map = std::move(index.weight_map);
    std::set<std::string> distinct;
    for (const auto& [tensor, file] : out.weight_map) distinct.insert(file);
    // They become URLs that are asked with the token.
    for (const std::string& file : distinct) require_safe_path(file);
    const std::vector<std::string> names(distinct.begin(), distinct.end());
    const auto read_one = [&](std::size_t i) -> asio::awaitable<void> {
        SafetensorsFileMetadata file = co_await parse_impl(files, names[i]);
        out.files_metadata.emplace(names[i], std::move(file));
    };
    co_await for_each_bounded(names.size(), parallel_files, read_one);
    count_parameters(out, files.name(safetensors_index_file));
    co_return out;
}

asio::awaitable<SafetensorsRepoMetadata> repo_impl(Files files, FilesApi api, DownloadsApi downloads) {
    const bool single = co_await api.file_exists(files.repo_id, safetensors_single_file, files.options());
    if (single) {
        SafetensorsRepoMetadata out;
        SafetensorsFileMetadata file = co_await parse_impl(files, std::string(safetensors_single_file));
        for (const auto& [tensor, info] : file.tensors) out.weight_map.emplace(tensor, safetensors_single_file);
        out.files_metadata.emplace(safetensors_single_file, std::move(file));
        count_parameters(out, files.name(safetensors_single_file));
        co_return out;
    }
    const bool sharded = co_await api.file_exists(files.repo_id, safetensors_index_file, files.options());
    if (sharded) co_return co_await sharded_impl(files, std::move(downloads));
    ErrorInfo info;
    info.message = "'" + files.repo_id + "' is not a safetensors repo. Couldn't find '" +
                   std::string(safetensors_index_file) + "' or '" + std::string(safetensors_single_file) + "' files.";
    throw NotASafetensorsRepoError(std::move(info));
}

/// The Hub's answer, of which no member need be there.
struct WireShards {
    std::optional<json::object> index;
    json::object headers;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(WireShards, (), (index, headers))
constexpr bool hf_is_identity(std::type_identity<WireShards>, std::string_view member) { return member == "headers"; }

asio::awaitable<SafetensorsRepoMetadata> headers_impl(Session session, Request request, std::string where) {
    const WireShards answer = co_await session.call<WireShards>(std::move(request));
    SafetensorsRepoMetadata out;
    out.sharded = true;
    const json::value* metadata = answer.index ? answer.index->if_contains("metadata") : nullptr;
    if (metadata && metadata->is_object()) out.metadata = metadata->get_object();
    for (const auto& [file, header] : answer.headers) {
        const std::string name(file);
        auto parsed = parse_safetensors_header(json::serialize(header), "'" + name + "' of " + where);
        for (const auto& [tensor, info] : parsed.tensors) out.weight_map.emplace(tensor, name);
        out.files_metadata.emplace(name, std::move(parsed));
    }
    count_parameters(out, where);
    co_return out;
}

}  // namespace

asio::awaitable<SafetensorsRepoMetadata> SafetensorsApi::get_sharded_safetensors_metadata(
    std::string_view repo_id, GetShardedSafetensorsMetadataOptions options) const {
    const std::string_view file = options.filename.empty() ? safetensors_index_file : options.filename;
    require_no_dot_segments(file, "filename");
    Request request = get("/api/{}/safetensors-metadata/{}", Repo("model", repo_id), file);
    request.token(options.token).timeout(options.timeout);
    return headers_impl(session_, std::move(request),
                        "'" + std::string(file) + "' (repo '" + std::string(repo_id) + "')");
}

asio::awaitable<SafetensorsRepoMetadata> SafetensorsApi::get_safetensors_metadata(std::string_view repo_id,
                                                                                  FilesOptions options) const {
    validate_repo_id(repo_id);
    return on_strand(repo_impl(Files(session_, repo_id, options), files_, downloads_));
}

asio::awaitable<SafetensorsFileMetadata> SafetensorsApi::parse_safetensors_file_metadata(std::string_view repo_id,
                                                                                         std::string_view filename,
                                                                                         FilesOptions options) const {
    Files files(session_, repo_id, options);
    files.url(filename);  // wrong arguments are refused here and now
    return parse_impl(std::move(files), std::string(filename));
}

}  // namespace hf

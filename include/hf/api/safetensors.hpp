#pragma once

#include <hf/api/downloads.hpp>
#include <hf/api/files.hpp>
#include <hf/types/safetensors.hpp>

namespace hf {

struct GetShardedSafetensorsMetadataOptions {
    std::string_view filename{};  ///< of the index; empty: model.safetensors.index.json
    DurationArg timeout{};        ///< longest single wait
    TokenArg token{};
};

/// What tensors a model has, read from the headers of its safetensors files without fetching the tensors.
class SafetensorsApi {
public:
    SafetensorsApi(Session session, FilesApi files, DownloadsApi downloads)
        : session_(std::move(session)), files_(std::move(files)), downloads_(std::move(downloads)) {}

    /// Of all files of a model: `model.safetensors`, else the shards that `model.safetensors.index.json`
    /// names, a few at a time. Throws NotASafetensorsRepoError if there is neither (or no such repository),
    /// GatedRepoError, SafetensorsParsingError.
    boost::asio::awaitable<SafetensorsRepoMetadata> get_safetensors_metadata(std::string_view repo_id,
                                                                             FilesOptions options = {}) const;

    /// Of all shards that an index of the default branch names, by one request: the Hub reads the headers. Throws
    /// SafetensorsParsingError, EntryNotFoundError, RepositoryNotFoundError, GatedRepoError.
    boost::asio::awaitable<SafetensorsRepoMetadata> get_sharded_safetensors_metadata(
        std::string_view repo_id, GetShardedSafetensorsMetadataOptions options = {}) const;

    /// Of one file, by one request where the header is shorter than 100 kB, else two; no more is read of a server
    /// that ignores ranges. Throws SafetensorsParsingError, EntryNotFoundError, RevisionNotFoundError,
    /// RepositoryNotFoundError, GatedRepoError.
    boost::asio::awaitable<SafetensorsFileMetadata> parse_safetensors_file_metadata(std::string_view repo_id,
                                                                                    std::string_view filename,
                                                                                    FilesOptions options = {}) const;

private:
    Session session_;
    FilesApi files_;
    DownloadsApi downloads_;
};

}  // namespace hf

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Names and limits that hfhub shares with the reference client (`huggingface_hub` v0.20.3) and the Hub.
namespace hf {

inline constexpr std::string_view default_endpoint = "https://huggingface.co";
inline constexpr std::string_view staging_endpoint = "https://hub-ci.huggingface.co";
/// The paths of the inference endpoints' API start with "/v2".
inline constexpr std::string_view default_inference_endpoints = "https://api.endpoints.huggingface.cloud";
inline constexpr std::string_view default_inference_catalog = "https://endpoints.huggingface.co";
inline constexpr std::string_view default_datasets_server = "https://datasets-server.huggingface.co";
inline constexpr std::string_view default_revision = "main";

inline constexpr std::string_view repo_type_model = "model";
inline constexpr std::string_view repo_type_dataset = "dataset";
inline constexpr std::string_view repo_type_space = "space";
inline constexpr std::string_view repo_type_kernel = "kernel";  ///< for calls that say so
inline constexpr std::array<std::string_view, 3> repo_types = {repo_type_model, repo_type_dataset, repo_type_space};

inline constexpr std::array<std::string_view, 4> space_sdks = {"gradio", "streamlit", "docker", "static"};
inline constexpr std::array<std::string_view, 3> discussion_types = {"all", "discussion", "pull_request"};
inline constexpr std::array<std::string_view, 3> discussion_statuses = {"all", "open", "closed"};

inline constexpr std::chrono::seconds default_etag_timeout{10};
inline constexpr std::chrono::seconds default_download_timeout{10};
inline constexpr std::chrono::seconds default_request_timeout{10};

inline constexpr std::string_view safetensors_single_file = "model.safetensors";
inline constexpr std::string_view safetensors_index_file = "model.safetensors.index.json";
inline constexpr std::uint64_t safetensors_max_header_bytes = 25'000'000;
/// The first bytes of a safetensors file that are asked for; most headers fit.
inline constexpr std::string_view safetensors_first_range = "bytes=0-100000";

/// Files of a `local_dir` from this size on are links into the cache rather than copies.
inline constexpr std::uint64_t local_dir_auto_symlink_threshold = 5u << 20;

inline constexpr std::size_t preupload_chunk = 256;         ///< files per preupload request (limit of the Hub)
inline constexpr std::size_t preupload_sample_bytes = 512;  ///< bytes of each file sent with it
inline constexpr std::size_t lfs_batch_chunk = 256;         ///< objects per LFS batch request
inline constexpr std::size_t copy_lookup_chunk = 500;       ///< paths per paths-info request of a copy

inline constexpr std::size_t multi_commit_max_operations = 50;
inline constexpr std::uint64_t multi_commit_max_bytes = 2ull << 30;

}  // namespace hf

#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

#include <vector>

namespace hf {

/// A way to run a model that is known to work.
struct InferenceCatalogRecipe {
    std::string id;
    std::string accelerator;  ///< "gpu", "neuron", "cpu"
    std::string engine;       ///< "vllm", "llamacpp", …
    std::optional<std::string> gguf_file;
    std::optional<std::string> revision;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(InferenceCatalogRecipe, (), (id, accelerator, engine, gguf_file, revision))
constexpr std::string_view hf_wire_name(std::type_identity<InferenceCatalogRecipe>, std::string_view member) {
    if (member == "id") return "publicId";
    return member == "engine" ? "engineType" : "";
}

/// A model that can be deployed with one call.
struct InferenceCatalogModel {
    std::string repo_id;
    std::string name;
    std::string author;
    std::optional<std::string> license;
    std::optional<std::string> task;
    std::optional<Timestamp> created_at;
    std::vector<InferenceCatalogRecipe> recipes;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(InferenceCatalogModel, (), (repo_id, name, author, license, task, created_at, recipes))
constexpr std::string_view hf_wire_name(std::type_identity<InferenceCatalogModel>, std::string_view member) {
    if (member == "name") return "modelName";
    return member == "author" ? "authorName" : "";
}

/// A machine for inference endpoints.
struct InferenceEndpointHardware {
    std::string id;
    std::string vendor;       ///< "aws"
    std::string region;       ///< "us-east-1"
    std::string accelerator;  ///< "gpu", "cpu"
    std::string instance_type;
    std::string instance_size;
    std::string architecture;
    std::optional<std::int64_t> num_accelerators;
    std::optional<std::int64_t> num_cpus;
    std::optional<double> memory_gb;
    std::optional<double> gpu_memory_gb;
    std::optional<double> price_per_hour;          ///< US dollars
    std::string status;                            ///< "available", …
    std::optional<std::int64_t> max_accelerators;  ///< that the namespace may have
    std::optional<std::int64_t> used_accelerators;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(InferenceEndpointHardware, (),
                      (id, vendor, region, accelerator, instance_type, instance_size, architecture, num_accelerators,
                       num_cpus, memory_gb, gpu_memory_gb, price_per_hour, status, max_accelerators, used_accelerators))
constexpr std::string_view hf_wire_name(std::type_identity<InferenceEndpointHardware>, std::string_view member) {
    return member == "vendor" || member == "region" || member.ends_with("ed_accelerators") ||
                   member == "max_accelerators"
               ? "-"
               : "";
}

}  // namespace hf

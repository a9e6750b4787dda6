#pragma once

#include "repo_spec.hpp"

#include <CLI/App.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tool {

/// Which repositories of a list are for this process, where several share the work: each repository belongs to one
/// shard of N, by a hash of its type and id that is the same everywhere and always.
class Shard {
public:
    using Variables = std::function<const char*(const char*)>;

    /// Adds --shard, --shards and --shard-by.
    void add_options(CLI::App& app);
    /// Reads them, and with "auto" what Slurm or Kubernetes say of the task. Throws CLI::ValidationError.
    void resolve(const Variables& variables);

    bool given() const noexcept { return count_ > 1; }
    bool has(const RepoSpec& repo) const;
    /// "2/8 by id", to tell one from another; empty if there is but one.
    std::string text() const;

private:
    std::string shard_, by_ = "id";
    std::uint32_t of_ = 0;  // --shards
    std::uint32_t index_ = 0, count_ = 1;
};

}  // namespace tool

#include "shard.hpp"

#include <hf/core/hash.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace tool {
namespace {

constexpr std::uint32_t most = 1'000'000;

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return out;
}

[[noreturn]] void refuse(const std::string& why) { throw CLI::ValidationError("--shard", why); }

struct Place {
    std::uint32_t index, count;  // from 0
};

/// A task of a job array: Slurm numbers them from MIN to MAX in steps.
std::optional<Place> of_slurm(const Shard::Variables& variables) {
    if (!variables("SLURM_ARRAY_TASK_ID")) return std::nullopt;
    const auto value = [&](const char* name, std::uint32_t otherwise) {
        const char* text = variables(name);
        const auto out = text ? number(text) : otherwise;
        if (!out) refuse(std::string(name) + " is no number: '" + text + "'");
        return *out;
    };
    const std::uint32_t id = value("SLURM_ARRAY_TASK_ID", 0), min = value("SLURM_ARRAY_TASK_MIN", 0),
                        step = std::max(1u, value("SLURM_ARRAY_TASK_STEP", 1)),
                        count = value("SLURM_ARRAY_TASK_COUNT", 0);
    // An array such as 1,3,7 has no step, and its tasks no places.
    if (id < min || (id - min) % step != 0 || (id - min) / step >= count)
        refuse("the tasks of this Slurm array do not follow each other; name the place as K/N");
    return Place{(id - min) / step, count};
}

/// A pod of an Indexed Job, which is not told how many there are.
std::optional<Place> of_kubernetes(const Shard::Variables& variables, std::uint32_t count) {
    const char* text = variables("JOB_COMPLETION_INDEX");
    if (!text) return std::nullopt;
    const auto index = number(text);
    if (!index) refuse(std::string("JOB_COMPLETION_INDEX is no number: '") + text + "'");
    if (count == 0) refuse("auto needs --shards N in a Kubernetes Job: its completions");
    return Place{*index, count};
}

Place parse(const std::string& text) {
    const auto slash = text.find('/');
    const auto index = number(std::string_view(text).substr(0, slash));
    const auto count = slash == text.npos ? std::nullopt : number(std::string_view(text).substr(slash + 1));
    if (!index || !count) refuse("'" + text + "' is neither K/N, such as 1/8, nor auto");
    if (*index == 0) refuse("'" + text + "': the first is 1/" + std::to_string(*count));
    return {*index - 1, *count};
}

}  // namespace

void Shard::add_options(CLI::App& app) {
    app.add_option("--shard", shard_,
                   "K/N: only the K-th of N parts, from 1; auto: as Slurm (arrays) or Kubernetes (Indexed Jobs) say");
    app.add_option("--shards", of_, "N, for --shard auto where the environment does not tell")
        ->check(CLI::Range(1u, most));
    app.add_option("--shard-by", by_, "what decides: id (the default), or author, which keeps theirs together")
        ->check(CLI::IsMember({"id", "author"}));
}

void Shard::resolve(const Variables& variables) {
    if (shard_.empty()) {
        if (of_ > 0) refuse("--shards needs --shard auto");
        return;
    }
    std::optional<Place> place;
    if (shard_ != "auto")
        place = parse(shard_);
    else if (!(place = of_slurm(variables)))
        place = of_kubernetes(variables, of_);
    if (!place) refuse("auto: this is neither a Slurm array nor a Kubernetes Indexed Job; name the place as K/N");
    if (place->count > most) refuse("more than " + std::to_string(most) + " parts");
    if (place->index >= place->count) refuse(fmt::format("there is no part {} of {}", place->index + 1, place->count));
    index_ = place->index;
    count_ = place->count;
}

bool Shard::has(const RepoSpec& repo) const {
    if (!given()) return true;
    std::string name = repo.type + ":" + repo.id;
    if (by_ == "author") name = repo.id.substr(0, repo.id.find('/'));
    // The Hub does not tell upper from lower case.
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::string first = hf::sha256_hex(name).substr(0, 15);
    return std::stoull(first, nullptr, 16) % count_ == index_;
}

std::string Shard::text() const {
    return given() ? fmt::format("{}/{} by {}", index_ + 1, count_, by_) : std::string();
}

}  // namespace tool

#include "listing.hpp"

namespace tool {
namespace {

std::string wire_sort(const std::string& sort) {
    if (sort == "last_modified") return "lastModified";
    if (sort == "created_at") return "createdAt";
    if (sort == "trending") return "trendingScore";
    return sort;
}

}  // namespace

void ListFilter::add_options(CLI::App& app) {
    app.add_option("--author", author, "only those of this user or organisation");
    app.add_option("--search", search, "only those with this text in their name");
    add_list(app, "--filter", tags, "only those with this tag, such as text-generation or language:en (repeatable)");
    app.add_option("--sort", sort, "downloads, likes, last_modified, created_at or trending; highest first");
    app.add_option("--limit", limit, "stop after that many")->check(CLI::PositiveNumber);
}

std::vector<std::pair<std::string, std::string>> ListFilter::query() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& tag : tags) out.emplace_back("filter", tag);
    if (!author.empty()) out.emplace_back("author", author);
    if (!search.empty()) out.emplace_back("search", search);
    if (!sort.empty()) {
        out.emplace_back("sort", wire_sort(sort));
        out.emplace_back("direction", "-1");
    }
    return out;
}

hf::Request ListFilter::request(std::string_view repo_type) const {
    hf::Request request = hf::get("/api/{}s", repo_type);
    for (const auto& [name, value] : query()) request.query(name, value);
    return request;
}

std::string ListFilter::text(std::string_view repo_type) const {
    std::string out(repo_type);
    for (const auto& [name, value] : query()) out += " " + name + "=" + value;
    return out;
}

}  // namespace tool

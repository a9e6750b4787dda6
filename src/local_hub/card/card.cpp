#include "local_hub/card/card.hpp"

#include "local_hub/card/yaml.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace hf::local_hub {
namespace {

namespace json = boost::json;

// A member that may be a string or a list of strings.
std::vector<std::string> strings(const json::object& card, std::string_view name) {
    std::vector<std::string> out;
    const auto* value = card.if_contains(name);
    if (!value) return out;
    if (const auto* text = value->if_string()) out.emplace_back(*text);
    if (const auto* list = value->if_array())
        for (const auto& item : *list)
            if (const auto* text = item.if_string()) out.emplace_back(*text);
    return out;
}

class Tags {
public:
    void add(std::string tag) {
        if (!tag.empty() && std::ranges::find(tags_, tag) == tags_.end()) tags_.push_back(std::move(tag));
    }
    std::vector<std::string> take() { return std::move(tags_); }

private:
    std::vector<std::string> tags_;
};

bool any_file(const Listing& files, std::string_view ending) {
    return std::ranges::any_of(
        files.entries(), [&](const TreeEntry& entry) { return !entry.is_folder && entry.path.ends_with(ending); });
}

void model_tags(const json::object& card, const Listing& files, CardFacts& facts, Tags& tags) {
    tags.add(facts.library_name);
    if (any_file(files, ".safetensors")) tags.add("safetensors");
    if (files.find("pytorch_model.bin")) tags.add("pytorch");
    if (files.find("tf_model.h5")) tags.add("tf");
    if (any_file(files, ".onnx")) tags.add("onnx");
    if (any_file(files, ".gguf")) tags.add("gguf");
    tags.add(facts.pipeline_tag);
    for (auto& tag : strings(card, "tags")) tags.add(std::move(tag));
    for (auto& tag : strings(card, "language")) tags.add(std::move(tag));
    for (auto& tag : strings(card, "datasets")) tags.add("dataset:" + tag);
    for (auto& tag : strings(card, "base_model")) tags.add("base_model:" + tag);
}

void dataset_tags(const json::object& card, Tags& tags) {
    // Front matter member and namespace of its tags, as on the Hub.
    for (const std::string_view name : {"task_categories", "task_ids", "annotations_creators", "language_creators",
                                        "multilinguality", "source_datasets", "language", "size_categories"})
        for (const auto& value : strings(card, name)) tags.add(std::string(name) + ":" + value);
}

// A card that cannot be read says nothing; the repository is served all the same.
std::optional<json::object> members_of(std::string_view front) {
    try {
        json::value card = read_yaml(front);
        if (card.is_object()) return std::move(card.get_object());
    } catch (const YamlError&) {
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string_view> front_matter(std::string_view readme) {
    if (readme.starts_with("\xef\xbb\xbf")) readme.remove_prefix(3);
    const std::string_view open = readme.starts_with("---\r\n") ? "---\r\n" : "---\n";
    if (!readme.starts_with(open)) return std::nullopt;
    const auto body = readme.substr(open.size());
    if (body.starts_with("---")) return body.substr(0, 0);
    for (auto end = body.find("\n---"); end != body.npos; end = body.find("\n---", end + 1)) {
        const auto after = end + 4;
        if (after == body.size() || body[after] == '\n' || body[after] == '\r') return body.substr(0, end + 1);
    }
    return std::nullopt;
}

CardFacts read_card(GitRepo& git, const std::string& commit, const Repo& repo) {
    CardFacts facts;
    Tags tags;
    const auto files = git.listing(commit);
    json::object card;
    // A README of several megabytes is no card.
    constexpr std::uint64_t max_readme = 4u << 20;
    if (const auto* readme = files->find("README.md");
        readme && !readme->is_folder && !readme->lfs && readme->size <= max_readme) {
        const std::string text = git.blob(readme->oid);
        if (const auto front = front_matter(text)) {
            if (auto members = members_of(*front)) {
                card = std::move(*members);
                facts.card = json::serialize(card);
            }
        }
    }
    const auto single = [&](std::string_view name) {
        const auto all = strings(card, name);
        return all.empty() ? std::string() : all.front();
    };
    facts.sdk = repo.type == RepoType::space ? single("sdk") : std::string();
    if (repo.type == RepoType::model) {
        facts.pipeline_tag = single("pipeline_tag");
        facts.library_name = single("library_name");
        model_tags(card, *files, facts, tags);
    } else {
        if (repo.type == RepoType::dataset) dataset_tags(card, tags);
        if (repo.type == RepoType::space) tags.add(facts.sdk.empty() ? repo.sdk : facts.sdk);
        for (auto& tag : strings(card, "tags")) tags.add(std::move(tag));
    }
    for (const auto& license : strings(card, "license")) tags.add("license:" + license);
    tags.add("region:us");
    facts.tags = tags.take();
    return facts;
}

}  // namespace hf::local_hub

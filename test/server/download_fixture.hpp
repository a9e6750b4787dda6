#pragma once

#include "hub_fixture.hpp"

#include <hf/core/hash.hpp>

#include <map>
#include <thread>

namespace hf::test {

/// The files below `folder`, relative, sorted; folders are left out, and what clients of the Hub keep there.
inline std::vector<std::string> files_below(const std::filesystem::path& folder) {
    std::vector<std::string> out;
    if (!std::filesystem::exists(folder)) return out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        std::string name = entry.path().lexically_relative(folder).generic_string();
        const bool is_file = entry.is_symlink() || !entry.is_directory();
        if (is_file && !name.starts_with(".cache/huggingface/")) out.push_back(std::move(name));
    }
    std::ranges::sort(out);
    return out;
}

/// A Hub with the model "julien/m", and clients of it whose cache and HF_HOME are below `home`.
class DownloadFixture : private TemporaryFolder, public HubFixture {
public:
    using Files = std::map<std::string, std::string>;

    /// Files above 10,000 bytes are LFS.
    static LocalHubConfig config_in(const std::filesystem::path& root) {
        LocalHubConfig config(root / "hub");
        config.lfs_threshold = 10'000;
        config.xet = false;  // most of what is tested here is about LFS
        return config;
    }
    DownloadFixture() : DownloadFixture([](LocalHubConfig&) {}) {}
    explicit DownloadFixture(const std::function<void(LocalHubConfig&)>& adjust, std::string ca = {})
        : HubFixture(adjusted(config_in(path()), adjust), std::move(ca)), home(path() / "home") {
        run(api.create_repo("julien/m"));
    }

    using TemporaryFolder::path;
    std::filesystem::path repo_folder() const { return cache() / "models--julien--m"; }
    std::filesystem::path cache() const { return home / "hub"; }

    /// A client with nothing in memory, as in a new process.
    HfApi client(std::function<void(SessionConfig&)> adjust = nullptr) { return client(context, std::move(adjust)); }
    HfApi client(boost::asio::io_context& on, std::function<void(SessionConfig&)> adjust,
                 std::shared_ptr<Clock> clock = std::make_shared<HastyClock>()) {
        const Environment variables(
            [&](const std::string& name) -> std::optional<std::string> {
                if (name == "HF_HOME") return home.string();
                return std::nullopt;
            },
            home.string());
        SessionConfig config;
        config.endpoint = endpoint;
        config.token = token;
        config.environment = &variables;
        config.ca_pem = ca;
        if (adjust) adjust(config);
        Session session(on.get_executor(), config, nullptr, std::move(clock));
        session.on_request([this](const RequestEvent& event) {
            events.add(event);
            if (after) after(event);
        });
        return HfApi(std::move(session));
    }

    /// One commit that adds or replaces these files; gives its hash.
    std::string publish(const Files& files, std::string_view repo_id = "julien/m") {
        std::vector<CommitOperation> operations;
        for (const auto& [name, content] : files)
            operations.emplace_back(CommitOperationAdd(name, UploadContent::from_bytes(content)));
        return commit(std::move(operations), repo_id);
    }
    std::string remove(std::string_view name) {
        std::vector<CommitOperation> operations;
        operations.emplace_back(CommitOperationDelete(std::string(name)));
        return commit(std::move(operations), "julien/m");
    }
    std::string commit(std::vector<CommitOperation> operations, std::string_view repo_id) {
        CommitOptions options;
        options.commit_message = "Change";
        return run(api.create_commit(repo_id, std::move(operations), options)).oid;
    }
    /// Every file of `files`, and no other, is below `folder`.
    static bool holds(const std::filesystem::path& folder, const Files& files) {
        std::vector<std::string> names;
        for (const auto& [name, content] : files) names.push_back(name);
        if (files_below(folder) != names) return false;
        return std::ranges::all_of(files,
                                   [&](const auto& file) { return read_file(folder / file.first) == file.second; });
    }
    /// Every blob has the content that its name says.
    static bool blobs_are_sound(const std::filesystem::path& repo_folder) {
        for (const std::string& name : files_below(repo_folder / "blobs")) {
            const std::string content = read_file(repo_folder / "blobs" / name);
            if (name != (name.size() == 64 ? sha256_hex(content) : git_blob_sha1_hex(content))) return false;
        }
        return true;
    }

    std::filesystem::path home;

private:
    static LocalHubConfig adjusted(LocalHubConfig config, const std::function<void(LocalHubConfig&)>& adjust) {
        adjust(config);
        return config;
    }
};

}  // namespace hf::test

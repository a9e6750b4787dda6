#pragma once

#include "download_fixture.hpp"

namespace hf::test {

constexpr std::size_t mib = 1u << 20;

/// A Hub with Xet storage.
struct XetFixture : DownloadFixture {
    XetFixture() : DownloadFixture([](LocalHubConfig& config) { config.xet = true; }) {}

    /// Files that trees name by their Xet ids.
    std::string publish_in_xet(const Files& files) {
        const std::string commit = publish(files);
        hub.idle();
        count_anew();
        return commit;
    }
    std::string mirror(const HfApi& api, ProgressSink* progress = nullptr) {
        MirrorOptions options;
        options.progress = progress;
        run(api.mirror("julien/m", (path() / "mirror").string(), options));
        return read_file(path() / "mirror/model.bin");
    }
    HfApi with(std::function<void(TransferConfig&)> adjust) {
        HfApi out = client();
        TransferConfig config;
        adjust(config);
        out.configure_transfers(config);
        return out;
    }
    Fault fault(FaultKind kind, std::string route) const {
        Fault out(kind);
        out.route = std::move(route);
        return out;
    }
    /// Transfers of contents break off after 2 MiB, each of them.
    void break_contents() {
        Scenario scenario;
        for (const char* route : {"xet_content", "lfs_download"}) {
            Fault broken = fault(FaultKind::truncate, route);
            broken.at_byte = 2 * mib;
            broken.times = 0;
            scenario.faults.push_back(broken);
        }
        hub.set_scenario(std::move(scenario));
    }
    std::size_t from_store() { return requests("xet_content"); }
    std::size_t from_lfs() { return requests("lfs_download"); }
};

}  // namespace hf::test

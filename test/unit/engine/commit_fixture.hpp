#pragma once

#include "session_fixture.hpp"
#include "upload_double.hpp"

#include <hf/hf_api.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hf::test {

using net::Method;

[[noreturn]] inline void lose_connection() {
    ErrorInfo info;
    info.message = "connection reset by peer";
    throw ConnectionError(std::move(info));
}

struct CommitFixture : SessionFixture {
    std::shared_ptr<UploadDouble> hub = std::make_shared<UploadDouble>();
    std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
    HfApi api{session_on(hub, clock)};
    CommitOptions options;

    CommitFixture() {
        options.commit_message = "Title";
        TransferConfig transfers;
        transfers.xet = false;
        api.configure_transfers(transfers);
    }

    CommitInfo commit(std::vector<CommitOperation> operations) {
        return run(api.create_commit("julien/m", std::move(operations), options));
    }

    CommitOperationAdd lfs(const std::string& path, std::string content) {
        hub->lfs_paths.insert(path);
        return CommitOperationAdd(path, UploadContent::from_bytes(std::move(content)));
    }
    static CommitOperationAdd regular(const std::string& path, std::string content) {
        return CommitOperationAdd(path, UploadContent::from_bytes(std::move(content)));
    }
    /// The n-th (from 0) request like this is answered by `what`.
    void fail(Method method, std::string part, int n, std::function<Answer()> what) {
        hub->interfere = [=, left = n](const SeenRequest& request) mutable -> std::optional<Answer> {
            if (!request.is(method, part) || left-- != 0) return std::nullopt;
            return what();
        };
    }
};

inline std::string message_of(auto&& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.message();
    }
    return "nothing thrown";
}

inline bool mentions(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace hf::test

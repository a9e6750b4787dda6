#pragma once

#include "engine/engine.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/token_arg.hpp>
#include <hf/session/session.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hf {

class ProgressSink;

/// A transfer as its caller described it: made once, where the call enters the library, and handed on as it is. Owns
/// its texts; to be shared as a pointer to const.
class TransferCall {
public:
    TransferCall(Session session, Repo repo, std::string_view revision, TokenArg token)
        : session(std::move(session)),
          engine(TransferEngine::of(this->session)),
          recent_chunks(engine->recent_chunks()),
          repo(std::move(repo)),
          revision(revision.empty() ? default_revision : revision),
          token(token),
          worker(engine->config.worker) {}

    /// From the options of any call, by the names of their members. Throws HFValidationError.
    template <class Options>
    TransferCall(Session session, std::string_view repo_id, const Options& options)
        : TransferCall(std::move(session), Repo(options.repo_type, repo_id), revision_of(options), options.token) {
        if constexpr (requires { options.max_workers; }) at_once = options.max_workers;
        if constexpr (requires { options.num_threads; }) at_once = options.num_threads;
        if constexpr (requires { options.worker; }) {
            if (options.worker) worker = *options.worker;
        }
        if constexpr (requires { options.progress; }) progress = options.progress;
    }

    Session session;
    std::shared_ptr<TransferEngine> engine;
    std::shared_ptr<RecentChunks> recent_chunks;
    Repo repo;
    std::string revision;  ///< plain, never empty
    OwnedToken token;
    unsigned at_once = 0;                 ///< files or parts in flight; 0: what is usual for the kind of call
    boost::asio::any_io_executor worker;  ///< where content is hashed; empty: on the executor of the call
    ProgressSink* progress = nullptr;

private:
    template <class Options>
    static std::string_view revision_of(const Options& options) {
        if constexpr (requires { options.revision; }) return options.revision;
        return {};
    }
};

}  // namespace hf

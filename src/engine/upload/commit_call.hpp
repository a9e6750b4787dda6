#pragma once

#include "engine/transfer_call.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// A TransferCall that makes a commit, or what belongs to one.
class CommitCall : public TransferCall {
public:
    template <class Options>
    CommitCall(Session session, std::string_view repo_id, const Options& options)
        : TransferCall(std::move(session), repo_id, options) {
        if (at_once == 0) at_once = default_uploads;
        if constexpr (requires { options.commit_message; }) {
            const std::optional<std::string_view> text = options.commit_message;
            if (text) message = std::string(*text);
        }
        if constexpr (requires { options.commit_description; }) description = options.commit_description;
        if constexpr (requires { options.parent_commit; }) parent_commit = options.parent_commit;
        if constexpr (requires { options.create_pr; }) create_pr = options.create_pr;
    }

    static constexpr unsigned default_uploads = 8;

    std::optional<std::string> message;  ///< empty: that of the kind of call
    std::string description;
    std::string parent_commit;  ///< empty: whatever the revision is at
    bool create_pr = false;     ///< a pull request instead of a commit to `revision`
};

}  // namespace hf

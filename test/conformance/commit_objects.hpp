#pragma once

#include "arguments.hpp"
#include "render.hpp"
#include "world.hpp"

#include <hf/api/commits.hpp>

#include <istream>
#include <memory>

namespace hf::conformance {

/// A CommitOperationAdd that a case made, with the stream it was made of.
struct SavedAddition {
    CommitOperationAdd operation;
    std::shared_ptr<std::istream> stream;  ///< null for bytes and files
};

/// {"$bytes_text"}, {"$bytes_b64"}, {"$bytes_repeat"}, {"$fileobj_text"}, {"$path"}, or a text: a path.
template <>
struct Argument<UploadContent> {
    static UploadContent from(const json::value& data, ArgumentContext context);
};

template <>
struct Argument<CommitOperationAdd> {
    static CommitOperationAdd from(const json::value& data, ArgumentContext context);
};

template <>
struct Argument<CommitOperationDelete> {
    static CommitOperationDelete from(const json::value& data, ArgumentContext context);
};

template <>
struct Argument<CommitOperationCopy> {
    static CommitOperationCopy from(const json::value& data, ArgumentContext context);
};

template <>
struct Argument<CommitOperation> {
    static CommitOperation from(const json::value& data, ArgumentContext context);
};

template <>
struct Rendering<CommitOperationAdd> {
    static json::value render(const CommitOperationAdd& operation);
};

template <>
struct Rendering<CommitOperationDelete> {
    static json::value render(const CommitOperationDelete& operation);
};

template <>
struct Rendering<CommitOperationCopy> {
    static json::value render(const CommitOperationCopy& operation);
};

template <>
struct Rendering<CommitInfo> {
    static json::value render(const CommitInfo& commit) {
        json::object out = render_members(commit);
        out["$str"] = commit.url;
        return out;
    }
};

}  // namespace hf::conformance

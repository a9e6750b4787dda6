#include "commit_objects.hpp"
#include "core/base64.hpp"
#include "methods.hpp"

#include <iterator>

namespace hf::conformance {

namespace {

namespace asio = boost::asio;

json::value bytes(std::string_view content) { return {{"$bytes_b64", base64_encode(content)}}; }

/// The row of a constructor.
template <class T>
Method construct() {
    return [](Call& call) -> asio::awaitable<json::value> { co_return render(call.arguments.whole<T>()); };
}

asio::awaitable<json::value> b64content(Call& call) {
    const auto& addition = std::any_cast<const SavedAddition&>(*call.receiver);
    co_return bytes(addition.operation.b64content());
}

asio::awaitable<json::value> as_file(Call& call) {
    const auto& addition = std::any_cast<const SavedAddition&>(*call.receiver);
    json::object result;
    {
        const auto file = addition.operation.as_file();
        result["content"] = bytes(std::string(std::istreambuf_iterator<char>(*file), {}));
    }
    if (addition.stream) result["stream_position_afterwards"] = static_cast<std::int64_t>(addition.stream->tellg());
    co_return json::value(std::move(result));
}

}  // namespace

std::vector<MethodRow> commit_methods() {
    return {
        {"CommitOperationAdd", construct<CommitOperationAdd>()},
        {"CommitOperationAdd.as_file", as_file},
        {"CommitOperationAdd.b64content", b64content},
        {"CommitOperationCopy", construct<CommitOperationCopy>()},
        {"CommitOperationDelete", construct<CommitOperationDelete>()},
    };
}

}  // namespace hf::conformance

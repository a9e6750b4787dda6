#pragma once

#include "local_hub/data/file.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hf::local_hub {

namespace json = boost::json;
using Field = std::pair<std::string, std::string>;

/// Decoded query or form parameters in order of appearance.
class Query {
public:
    Query() = default;
    /// application/x-www-form-urlencoded text; '+' is a space.
    static Query parse(std::string_view text);

    /// The last value of that name, as the Hub takes it; "name[]" counts as "name".
    std::optional<std::string_view> find(std::string_view name) const;
    std::string_view get(std::string_view name, std::string_view otherwise = {}) const;
    std::vector<std::string> all(std::string_view name) const;
    bool flag(std::string_view name) const;  ///< "true", "True" or "1"
    auto begin() const { return values_.begin(); }
    auto end() const { return values_.end(); }

private:
    std::vector<Field> values_;
};

/// "name=value", percent-encoded for a query.
std::string quoted_parameter(std::string_view name, std::string_view value);

/// The head of a request; `body` is filled for routes that want it buffered.
class Request {
public:
    std::string method;
    std::string target;  ///< as sent
    std::string path;    ///< undecoded, without the query
    Query query;
    std::vector<Field> fields;
    std::string body;
    std::optional<std::uint64_t> content_length;
    std::string remote;       ///< address of the client
    bool lfs_origin = false;  ///< arrived at the second origin

    std::optional<std::string_view> find(std::string_view name) const;
    std::string_view field(std::string_view name) const;  ///< empty if absent
};

/// A piece of a file that is sent from the page cache.
class FileSlice {
public:
    FileSlice(std::shared_ptr<const File> file, std::uint64_t offset, std::uint64_t length)
        : file(std::move(file)), offset(offset), length(length) {}
    std::shared_ptr<const File> file;
    std::uint64_t offset, length;
};

/// A piece of a body: text, and a slice of a file behind it.
struct BodyPart {
    std::string text;
    std::optional<FileSlice> file;

    std::uint64_t size() const { return text.size() + (file ? file->length : 0); }
};

class Response {
public:
    explicit Response(unsigned status = 200) : status(status) {}

    unsigned status;
    std::vector<Field> fields;  ///< Content-Length and Connection are the server's business
    std::string body;
    std::shared_ptr<const std::string> shared_body;  ///< instead of `body`
    std::optional<FileSlice> file;                   ///< instead of `body`
    std::vector<BodyPart> parts;                     ///< instead of `body`
    std::optional<std::uint64_t> head_length;        ///< Content-Length of a HEAD answer that has no body at hand
    bool close = false;

    Response& set(std::string name, std::string value);
    std::string_view text() const { return shared_body ? std::string_view(*shared_body) : std::string_view(body); }
    bool in_memory() const { return !file && parts.empty(); }
    std::uint64_t body_size() const;
    /// Copies at most `size` bytes of the body from `position` on; 0: a file ended early.
    std::size_t read_body(char* to, std::size_t size, std::uint64_t position) const;
};

Response json_response(const json::value& value, unsigned status = 200);
Response json_text(std::string text, unsigned status = 200);
Response text_response(std::string text, unsigned status = 200);

}  // namespace hf::local_hub

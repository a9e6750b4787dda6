#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

struct z_stream_s;

namespace hf::net {

/// Undoes one Content-Encoding piece by piece. Pure.
class Inflater {
public:
    enum class Encoding { gzip, deflate };

    /// nullopt for what cannot be undone here, identity and several codings among it.
    static std::optional<Encoding> encoding_of(std::string_view content_encoding);

    explicit Inflater(Encoding encoding);

    class Progress {
    public:
        Progress(std::size_t consumed, std::size_t produced, bool valid)
            : consumed(consumed), produced(produced), valid(valid) {}
        std::size_t consumed, produced;
        bool valid;
    };
    /// Neither consumes nor produces anything only when it needs more input or has ended. Input that gives no
    /// output (empty members, padding behind the end) is not valid beyond 64 KiB.
    Progress step(std::string_view input, std::span<char> output);

    /// Whether the input could end here: after a whole stream, or before anything.
    bool complete() const noexcept { return !started_ || ended_; }

private:
    struct Free {
        void operator()(z_stream_s* stream) const noexcept;
    };

    Progress count(Progress progress);

    Encoding encoding_;
    std::unique_ptr<z_stream_s, Free> stream_;
    bool started_ = false, ended_ = false;
    std::size_t debt_ = 0;  // input that no output has paid for
};

}  // namespace hf::net

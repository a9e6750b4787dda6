#pragma once

#include <hf/net/transport.hpp>
#include <hf/session/session.hpp>

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hf::test {

/// Bytes from memory, `step` at a time, then perhaps a failure.
class TextSource final : public net::ByteSource {
public:
    TextSource(std::string text, std::size_t step, bool breaks) : text_(std::move(text)), step_(step), breaks_(breaks) {}

    boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer buffer) override {
        if (position_ == text_.size() && breaks_) {
            ErrorInfo info;
            info.message = "connection broke";
            throw ConnectionError(std::move(info));
        }
        const std::size_t n = std::min({buffer.size(), step_, text_.size() - position_});
        std::memcpy(buffer.data(), text_.data() + position_, n);
        position_ += n;
        co_return n;
    }

private:
    std::string text_;
    std::size_t step_;
    std::size_t position_ = 0;
    bool breaks_;
};

/// An answer to give. `breaks` makes the body end in a ConnectionError.
struct Answer {
    Answer(unsigned status, std::string body, std::vector<net::Fields::Field> fields = {})
        : status(status), body(std::move(body)), fields(std::move(fields)) {}

    Answer& with_step(std::size_t bytes) { return step = bytes, *this; }
    Answer& breaking() { return breaks = true, *this; }
    Answer& refusing() { return refuses = true, *this; }

    unsigned status;
    std::string body;
    std::vector<net::Fields::Field> fields;
    std::size_t step = 65536;
    bool breaks = false;
    bool refuses = false;  ///< no answer at all: ConnectionError
};

/// Gives its answers in order and keeps the requests.
class FakeTransport final : public net::Transport {
public:
    std::deque<Answer> answers;
    std::vector<net::Request> requests;

    boost::asio::awaitable<net::Response> send(net::Request request) override {
        requests.push_back(std::move(request));
        if (answers.empty()) throw std::runtime_error("unexpected request " + requests.back().url.to_string());
        Answer answer = std::move(answers.front());
        answers.pop_front();
        if (answer.refuses) {
            ErrorInfo info;
            info.message = "connection refused";
            throw ConnectionError(std::move(info));
        }
        net::Fields fields;
        for (auto& [name, value] : answer.fields) fields.add(name, value);
        const std::uint64_t size = answer.body.size();
        co_return net::Response(answer.status, std::move(fields), size,
                                std::make_unique<TextSource>(std::move(answer.body), answer.step, answer.breaks));
    }

    std::string target(std::size_t i) const { return requests.at(i).url.to_string(); }
    std::optional<std::string_view> field(std::size_t i, std::string_view name) const {
        return requests.at(i).fields.find(name);
    }
};

/// Time that passes only by sleeping; chance is always the upper bound.
class FakeClock final : public Clock {
public:
    std::vector<std::chrono::milliseconds> sleeps;

    std::chrono::steady_clock::time_point now() const override { return std::chrono::steady_clock::time_point(elapsed_); }
    std::chrono::system_clock::time_point system_now() const override {
        return std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000)) + elapsed_;
    }
    double random() override { return 1.0; }
    boost::asio::awaitable<void> sleep(std::chrono::milliseconds duration) override {
        sleeps.push_back(duration);
        elapsed_ += duration;
        co_return;
    }

private:
    std::chrono::milliseconds elapsed_{1'000'000};
};

}  // namespace hf::test

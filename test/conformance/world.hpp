#pragma once

#include "arguments.hpp"
#include "script.hpp"
#include "vector_file.hpp"

#include <hf/hf_api.hpp>
#include <hf/session/environment.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <any>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hf::conformance {

/// Time that passes only while something sleeps, and waits of the full length.
class FakeClock final : public Clock {
public:
    std::chrono::steady_clock::time_point now() const override { return start_ + slept_; }
    std::chrono::system_clock::time_point system_now() const override { return system_start_ + slept_; }
    double random() override { return 1 - 1e-9; }
    boost::asio::awaitable<void> sleep(std::chrono::milliseconds duration) override;

    const std::vector<std::chrono::milliseconds>& sleeps() const noexcept { return sleeps_; }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::chrono::system_clock::time_point system_start_ = std::chrono::system_clock::now();
    std::chrono::milliseconds slept_{0};
    std::vector<std::chrono::milliseconds> sleeps_;
};

/// Something that a step made and later ones refer to: `save_as`, `vars`.
struct SavedObject {
    std::string type;  ///< class in the reference: "InferenceEndpoint"
    std::any value;
    std::function<json::value()> show;  ///< its state, in the notation of the vectors
};

/// An object of `vars`.
template <>
struct Argument<SavedObject> {
    static SavedObject from(const json::value& data, ArgumentContext context);
};

/// Who answers the requests of a case; the URL is that of the server they came to.
using Responder = std::function<test::ScriptedAnswer(std::string_view url, const test::ReceivedRequest& request)>;

/// How the client is to go about it: with the reference's requests, or as it does by default.
enum class Mode { requests, outcome };

/// What a case is played in: a folder, servers, an environment, and a client.
class World {
public:
    /// Starts the servers.
    World(boost::asio::any_io_executor executor, std::filesystem::path folder, Mode mode, bool reference_routes);

    /// Makes the client that `call.client` and `call.env` of a case describe, placeholders replaced.
    void make_api(const json::object& data);
    /// Makes the objects of `call.vars`.
    void make_objects(const json::object& data);
    void answer_with(Responder responder) { responder_ = std::move(responder); }
    /// Closes servers and client, so that the executor runs out of work.
    void close();

    HfApi& api() { return *api_; }
    FakeClock& clock() { return *clock_; }
    Mode mode() const noexcept { return mode_; }
    const std::filesystem::path& folder() const noexcept { return folder_; }
    const Placeholders& placeholders() const noexcept { return placeholders_; }

    /// The object that a `$ref` names; throws std::runtime_error if there is none.
    SavedObject& saved(const std::string& name);
    void save(const std::string& name, SavedObject object) { objects_[name] = std::move(object); }

private:
    std::string start_server();

    boost::asio::any_io_executor executor_;
    std::filesystem::path folder_;
    Mode mode_;
    bool reference_routes_;
    Responder responder_;
    std::vector<std::unique_ptr<test::ScriptedServer>> servers_;
    Placeholders placeholders_;
    std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>();
    std::optional<HfApi> api_;
    std::map<std::string, SavedObject> objects_;
};

/// The environment of a case: `variables`, and nothing of this process.
Environment make_environment(const json::object& variables, const std::filesystem::path& folder);

}  // namespace hf::conformance

#pragma once

#include <hf/session/session.hpp>
#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

namespace hf {

/// What `InferenceEndpoint::status` can be. The service adds states, so that a status is a text.
struct InferenceEndpointStatus {
    static constexpr std::string_view pending = "pending";
    static constexpr std::string_view initializing = "initializing";
    static constexpr std::string_view updating = "updating";
    static constexpr std::string_view update_failed = "updateFailed";
    static constexpr std::string_view running = "running";
    static constexpr std::string_view paused = "paused";
    static constexpr std::string_view failed = "failed";
    static constexpr std::string_view scaled_to_zero = "scaledToZero";
};

/// Who may call an endpoint: anyone, holders of a token, or machines in the owner's network.
struct InferenceEndpointType {
    static constexpr std::string_view public_ = "public";
    static constexpr std::string_view protected_ = "protected";
    static constexpr std::string_view private_ = "private";
};

struct EndpointOptions {
    std::string_view namespace_{};  ///< user or organization; empty: the token's user
    TokenArg token{};
};

/// All but those with a default must be given.
struct CreateInferenceEndpointOptions {
    std::string_view repository{};     ///< model, "gpt2"
    std::string_view framework{};      ///< "pytorch", "custom", …
    std::string_view accelerator{};    ///< "cpu" or "gpu"
    std::string_view instance_size{};  ///< "medium"
    std::string_view instance_type{};  ///< "c6i"
    std::string_view region{};         ///< "us-east-1"
    std::string_view vendor{};         ///< "aws"
    TextArg account_id{};              ///< of a private endpoint
    std::int64_t min_replica = 0;
    std::int64_t max_replica = 1;
    TextArg revision{};
    TextArg task{};                              ///< "text-classification"
    const json::object* custom_image = nullptr;  ///< instead of the service's own; used only during the call
    std::string_view type = InferenceEndpointType::protected_;
    std::string_view namespace_{};
    TokenArg token{};
};

/// What is not given stays as it is.
struct UpdateInferenceEndpointOptions {
    TextArg accelerator{};
    TextArg instance_size{};
    TextArg instance_type{};
    std::optional<std::int64_t> min_replica{};
    std::optional<std::int64_t> max_replica{};
    TextArg repository{};
    TextArg framework{};
    TextArg revision{};
    TextArg task{};
    std::string_view namespace_{};
    TokenArg token{};
};

struct WaitOptions {
    DurationArg timeout{};          ///< after which no further look is taken; not given, or longer: a day
    DurationArg refresh_every = 5;  ///< between two looks; not given: 5 s
};

/// A model that the service runs for its owner. Its calls bring the object up to date; they use the token
/// of the call that gave it. One call at a time; the object must outlive it.
class InferenceEndpoint {
public:
    std::string name;
    std::string namespace_;
    std::string repository;
    std::string status;              ///< see InferenceEndpointStatus
    std::optional<std::string> url;  ///< where it answers, once it is deployed
    std::string framework;
    std::optional<std::string> revision;
    std::optional<std::string> task;
    std::optional<Timestamp> created_at;
    std::optional<Timestamp> updated_at;
    std::string type;  ///< see InferenceEndpointType
    json::object raw;  ///< the answer

    InferenceEndpoint() = default;
    /// Throws InvalidResponseError.
    InferenceEndpoint(json::object raw, std::string namespace_, Session session, OwnedToken token);

    /// Looks once. InferenceEndpoint is as the service has it then.
    boost::asio::awaitable<void> fetch();
    /// Returns when the endpoint runs and its health route answers (asked without a token; 401 and 403 are answers).
    /// Throws InferenceEndpointError if it has failed, or is paused or scaled to zero, so that waiting would not help;
    /// InferenceEndpointTimeoutError after `timeout`, at the latest after a day.
    boost::asio::awaitable<void> wait(WaitOptions options = {});

    /// Changes what is given; the service then deploys anew. BadRequestError for what it does not offer.
    boost::asio::awaitable<void> update(UpdateInferenceEndpointOptions options);

    /// Stops it and its cost until `resume`.
    boost::asio::awaitable<void> pause();

    /// Starts what was paused; it takes minutes, for which there is `wait`.
    boost::asio::awaitable<void> resume();

    /// Stops its machines; the next request of anybody starts them.
    boost::asio::awaitable<void> scale_to_zero();
    /// Deletes the endpoint at the service, for ever.
    boost::asio::awaitable<void> delete_();

private:
    void read(json::object raw);
    boost::asio::awaitable<void> refresh(Request request);
    boost::asio::awaitable<void> wait_impl(std::chrono::milliseconds timeout, std::chrono::milliseconds refresh_every);
    boost::asio::awaitable<bool> is_ready() const;
    void require_hope() const;
    const Session& session() const;

    std::optional<Session> session_;
    OwnedToken token_;
};
BOOST_DESCRIBE_STRUCT(InferenceEndpoint, (),
                      (name, namespace_, repository, status, url, framework, revision, task, created_at, updated_at,
                       type, raw))

/// Inference Endpoints, https://endpoints.huggingface.co. Without a namespace the token's user is asked for
/// first; an organization's token then gives HFValidationError (argument "namespace").
class InferenceEndpointsApi {
public:
    explicit InferenceEndpointsApi(Session session) : session_(std::move(session)) {}

    /// "*" as namespace lists those of the user, then those of each organization that lets the token in.
    AsyncGenerator<InferenceEndpoint> list_inference_endpoints(EndpointOptions options = {}) const;

    /// Deploys a model; it takes minutes, for which there is InferenceEndpoint::wait. Throws BadRequestError for what
    /// the service does not offer, HfHubHTTPError (409) where the name is taken.
    boost::asio::awaitable<InferenceEndpoint> create_inference_endpoint(std::string_view name,
                                                                        CreateInferenceEndpointOptions options) const;

    /// The endpoint of that name. HfHubHTTPError (404) where there is none.
    boost::asio::awaitable<InferenceEndpoint> get_inference_endpoint(std::string_view name,
                                                                     EndpointOptions options = {}) const;

    /// InferenceEndpoint::update by name; gives the endpoint as it is then.
    boost::asio::awaitable<InferenceEndpoint> update_inference_endpoint(std::string_view name,
                                                                        UpdateInferenceEndpointOptions options) const;

    /// Deletes the endpoint at the service, for ever. HfHubHTTPError (404) where there is none.
    boost::asio::awaitable<void> delete_inference_endpoint(std::string_view name, EndpointOptions options = {}) const;

    /// InferenceEndpoint::pause by name.
    boost::asio::awaitable<InferenceEndpoint> pause_inference_endpoint(std::string_view name,
                                                                       EndpointOptions options = {}) const;

    /// InferenceEndpoint::resume by name.
    boost::asio::awaitable<InferenceEndpoint> resume_inference_endpoint(std::string_view name,
                                                                        EndpointOptions options = {}) const;

    /// InferenceEndpoint::scale_to_zero by name.
    boost::asio::awaitable<InferenceEndpoint> scale_to_zero_inference_endpoint(std::string_view name,
                                                                               EndpointOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

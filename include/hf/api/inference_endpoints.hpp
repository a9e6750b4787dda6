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
    static constexpr std::string_view authenticated = "authenticated";
    static constexpr std::string_view private_ = "private";
    static constexpr std::string_view protected_ = "protected";  ///< its name before 2026
};

/// By what an endpoint gets more or fewer replicas.
struct InferenceEndpointScalingMetric {
    static constexpr std::string_view pending_requests = "pendingRequests";
    static constexpr std::string_view hardware_usage = "hardwareUsage";
};

struct EndpointOptions {
    std::string_view namespace_{};  ///< user or organization; empty: the token's user
    TokenArg token{};
};

/// All but those with a default must be given.
struct CreateInferenceEndpointOptions {
    std::string_view repository{};      ///< model, "gpt2"
    std::string_view framework{};       ///< "pytorch", "custom", …
    std::string_view accelerator{};     ///< "cpu" or "gpu"
    std::string_view instance_size{};   ///< "medium"
    std::string_view instance_type{};   ///< "c6i"
    std::string_view region{};          ///< "us-east-1"
    std::string_view vendor{};          ///< "aws"
    TextArg account_id{};               ///< not sent any more, see private_link_account_id
    TextArg private_link_account_id{};  ///< of AWS, for a private endpoint; needs the region of its entry point
    TextArg private_link_region{};
    std::optional<std::int64_t> min_replica{};  ///< 1 by default
    std::int64_t max_replica = 1;
    TextArg scaling_metric{};                             ///< see InferenceEndpointScalingMetric
    std::optional<double> scaling_threshold{};            ///< of the metric
    std::optional<std::int64_t> scale_to_zero_timeout{};  ///< minutes without a request
    TextArg revision{};
    TextArg task{};  ///< "text-classification"
    /// Instead of the service's own: by its engine, {"vLLM": {…}}, or a container with a "url". As the other objects
    /// it is used only during the call.
    const json::object* custom_image = nullptr;
    TextArg container_registry_username{};  ///< of a container, custom_image
    TextArg container_registry_password{};
    StringList container_command{};
    StringList container_args{};
    const json::object* env = nullptr;      ///< values by name
    const json::object* secrets = nullptr;  ///< likewise
    TextArg type{};                         ///< see InferenceEndpointType; authenticated by default
    TextArg domain{};                       ///< where it answers beside its own URL
    TextArg path{};
    std::optional<bool> cache_http_responses{};
    StringList tags{};
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
    std::optional<std::int64_t> scale_to_zero_timeout{};  ///< minutes without a request
    TextArg scaling_metric{};
    std::optional<double> scaling_threshold{};
    TextArg repository{};
    TextArg framework{};
    TextArg revision{};
    TextArg task{};
    const json::object* custom_image = nullptr;  ///< see CreateInferenceEndpointOptions
    StringList container_command{};
    StringList container_args{};
    /// Machines for one copy of the model, and copies. They are part of the image: without `custom_image` that of the
    /// endpoint is asked for first; HFValidationError where it has credentials, which nobody can read.
    std::optional<std::int64_t> tensor_parallel_size{};
    std::optional<std::int64_t> data_parallel_size{};
    const json::object* env = nullptr;
    const json::object* secrets = nullptr;
    TextArg domain{};
    TextArg path{};
    std::optional<bool> cache_http_responses{};
    StringList tags{};
    std::string_view namespace_{};
    TokenArg token{};
};

struct ResumeInferenceEndpointOptions {
    bool running_ok = true;  ///< one that runs already is as good; BadRequestError else
    std::string_view namespace_{};
    TokenArg token{};
};

struct CreateInferenceEndpointFromCatalogOptions {
    std::string_view repo_id{};    ///< a model of the catalog: its best recipe
    std::string_view recipe_id{};  ///< or this recipe
    TextArg name{};                ///< by default the service makes one up
    TextArg accelerator{};         ///< "cpu", "gpu", "neuron": narrows the recipes of a model, as the next
    TextArg gguf_file{};
    std::string_view namespace_{};
    TokenArg token{};
};

struct WaitOptions {
    DurationArg timeout{};          ///< after which no further look is taken; not given, or longer: a day
    DurationArg refresh_every = 5;  ///< between two looks; not given: 5 s
};

struct ResumeOptions {
    bool running_ok = true;  ///< one that runs already is as good; BadRequestError else
};

/// A model that the service runs for its owner. Its calls bring the object up to date; they use the token
/// of the call that gave it. One call at a time; the object must outlive it.
class InferenceEndpoint {
public:
    std::string name;
    std::string namespace_;
    std::string repository;
    std::string status;                       ///< see InferenceEndpointStatus
    std::optional<std::string> health_route;  ///< below `url`; answers with 200 when it can be used
    std::optional<std::string> url;           ///< where it answers, once it is deployed
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
    boost::asio::awaitable<void> resume(ResumeOptions options = {});

    /// Stops its machines; the next request of anybody starts them.
    boost::asio::awaitable<void> scale_to_zero();
    /// Deletes the endpoint at the service, for ever.
    boost::asio::awaitable<void> delete_();

private:
    void read(json::object raw);
    boost::asio::awaitable<void> refresh(Request request);
    boost::asio::awaitable<void> become(boost::asio::awaitable<InferenceEndpoint> other);
    boost::asio::awaitable<void> wait_impl(std::chrono::milliseconds timeout, std::chrono::milliseconds refresh_every);
    boost::asio::awaitable<bool> is_ready() const;
    void require_hope() const;
    [[noreturn]] void throw_not_deployed() const;
    const Session& session() const;

    std::optional<Session> session_;
    OwnedToken token_;
};
BOOST_DESCRIBE_STRUCT(InferenceEndpoint, (),
                      (name, namespace_, repository, status, health_route, url, framework, revision, task, created_at,
                       updated_at, type, raw))

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

    /// The same by the catalog's word, see list_inference_catalog. HFValidationError unless either a model or a recipe
    /// is named.
    boost::asio::awaitable<InferenceEndpoint> create_inference_endpoint_from_catalog(
        CreateInferenceEndpointFromCatalogOptions options) const;

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
    boost::asio::awaitable<InferenceEndpoint> resume_inference_endpoint(
        std::string_view name, ResumeInferenceEndpointOptions options = {}) const;

    /// InferenceEndpoint::scale_to_zero by name.
    boost::asio::awaitable<InferenceEndpoint> scale_to_zero_inference_endpoint(std::string_view name,
                                                                               EndpointOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf

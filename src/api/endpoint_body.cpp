#include "api/endpoint_body.hpp"

#include "api/shared_calls.hpp"

#include <utility>

namespace hf::detail {
namespace {

json::value or_null(std::optional<std::string_view> text) { return text ? json::value(*text) : json::value(); }
json::value or_null(std::optional<std::int64_t> number) { return number ? json::value(*number) : json::value(); }

/// Puts into a body what is given, below members that are made as they are needed.
class Body {
public:
    template <class T>
    Body& put(std::initializer_list<std::string_view> path, const std::optional<T>& value) {
        if (value) at(path) = *value;
        return *this;
    }
    Body& put(std::initializer_list<std::string_view> path, TextArg value) {
        return put(path, std::optional<std::string_view>(value));
    }
    Body& put(std::initializer_list<std::string_view> path, const json::object* value) {
        if (value) at(path) = *value;
        return *this;
    }
    Body& put(std::initializer_list<std::string_view> path, const StringList& values) {
        if (values.given()) at(path) = json::to_value(values.to_vector());
        return *this;
    }
    json::value& at(std::initializer_list<std::string_view> path) {
        json::object* place = &object_;
        json::value* found = nullptr;
        for (const std::string_view name : path) {
            if (found) place = found->is_object() ? &found->get_object() : &found->emplace_object();
            found = &(*place)[name];
        }
        return *found;
    }
    json::object take() { return std::move(object_); }

private:
    json::object object_;
};

/// A container by itself is a custom one.
json::object image_json(const json::object& image) {
    if (!image.contains("url")) return image;
    json::object out;
    out["custom"] = image;
    return out;
}

json::object image_json(const CreateInferenceEndpointOptions& o) {
    if (o.container_registry_password && !o.container_registry_username)
        throw_validation("container_registry_password", "container_registry_password needs a user name");
    json::object image;
    if (o.custom_image)
        image = image_json(*o.custom_image);
    else
        image["huggingface"] = json::object();
    if (!o.container_registry_username) return image;
    json::value* custom = image.if_contains("custom");
    if (!custom || !custom->is_object())
        throw_validation("container_registry_username", "Only a custom_image with a url can have credentials");
    json::object credentials;
    credentials["username"] = *o.container_registry_username;
    if (o.container_registry_password) credentials["password"] = *o.container_registry_password;
    custom->get_object()["credentials"] = std::move(credentials);
    return image;
}

/// What create and update have in common, as far as it is given.
template <class Options>
void put_common(Body& body, const Options& o) {
    if (o.scaling_threshold && !o.scaling_metric)
        throw_validation("scaling_threshold", "scaling_threshold needs a scaling_metric");
    if (o.scaling_metric) {
        json::object measure;
        measure[*o.scaling_metric] = o.scaling_threshold ? json::value(*o.scaling_threshold) : json::value();
        body.at({"compute", "scaling", "measure"}) = std::move(measure);
    }
    body.put({"model", "task"}, o.task)
        .put({"model", "command"}, o.container_command)
        .put({"model", "args"}, o.container_args)
        .put({"route", "domain"}, o.domain)
        .put({"route", "path"}, o.path)
        .put({"cacheHttpResponses"}, o.cache_http_responses)
        .put({"tags"}, o.tags);
}

std::string_view type_of(const Session& session, const CreateInferenceEndpointOptions& o) {
    if (session.reference_routes()) return o.type.value_or(InferenceEndpointType::protected_);
    if (o.type.value_or("") == InferenceEndpointType::protected_)
        throw_validation("type", "The type 'protected' is called 'authenticated' today");
    return o.type.value_or(InferenceEndpointType::authenticated);
}

/// What v0.20.3 sends, nulls included.
void put_reference_members(Body& body, const CreateInferenceEndpointOptions& o) {
    body.at({"accountId"}) = or_null(o.account_id);
    body.at({"model", "task"}) = or_null(o.task);
}

json::object reference_update(const UpdateInferenceEndpointOptions& o) {
    Body body;
    if (o.accelerator || o.instance_size || o.instance_type || o.min_replica || o.max_replica) {
        body.at({"compute", "accelerator"}) = or_null(o.accelerator);
        body.at({"compute", "instanceSize"}) = or_null(o.instance_size);
        body.at({"compute", "instanceType"}) = or_null(o.instance_type);
        body.at({"compute", "scaling", "maxReplica"}) = or_null(o.max_replica);
        body.at({"compute", "scaling", "minReplica"}) = or_null(o.min_replica);
    }
    if (o.repository || o.framework || o.revision || o.task) {
        body.at({"model", "framework"}) = or_null(o.framework);
        body.at({"model", "repository"}) = or_null(o.repository);
        body.at({"model", "revision"}) = or_null(o.revision);
        body.at({"model", "task"}) = or_null(o.task);
        body.at({"model", "image", "huggingface"}) = json::object();
    }
    return body.take();
}

}  // namespace

json::object create_endpoint_body(const Session& session, std::string_view name,
                                  const CreateInferenceEndpointOptions& o) {
    for (const auto& [argument, value] :
         {std::pair{"name", name}, std::pair{"repository", o.repository}, std::pair{"framework", o.framework},
          std::pair{"accelerator", o.accelerator}, std::pair{"instance_size", o.instance_size},
          std::pair{"instance_type", o.instance_type}, std::pair{"region", o.region}, std::pair{"vendor", o.vendor}})
        require(argument, value);
    if (o.private_link_account_id && !o.private_link_region)
        throw_validation("private_link_region", "private_link_account_id needs a private_link_region");
    const bool as_reference = session.reference_routes();
    Body body;
    body.at({"name"}) = name;
    body.at({"type"}) = type_of(session, o);
    body.at({"provider", "region"}) = o.region;
    body.at({"provider", "vendor"}) = o.vendor;
    body.at({"compute", "accelerator"}) = o.accelerator;
    body.at({"compute", "instanceSize"}) = o.instance_size;
    body.at({"compute", "instanceType"}) = o.instance_type;
    body.at({"compute", "scaling", "maxReplica"}) = o.max_replica;
    body.at({"compute", "scaling", "minReplica"}) = o.min_replica.value_or(as_reference ? 0 : 1);
    if (!as_reference || o.scale_to_zero_timeout)
        body.at({"compute", "scaling", "scaleToZeroTimeout"}) = or_null(o.scale_to_zero_timeout);
    body.at({"model", "framework"}) = o.framework;
    body.at({"model", "repository"}) = o.repository;
    body.at({"model", "revision"}) = or_null(o.revision);
    body.at({"model", "image"}) = image_json(o);
    put_common(body, o);
    if (o.env && !o.env->empty()) body.put({"model", "env"}, o.env);
    if (o.secrets && !o.secrets->empty()) body.put({"model", "secrets"}, o.secrets);
    if (o.private_link_account_id)
        body.put({"privateService", "accountId"}, o.private_link_account_id)
            .put({"privateService", "region"}, o.private_link_region);
    if (as_reference)
        put_reference_members(body, o);
    else if (o.account_id)
        session.warn("account_id is not sent: see private_link_account_id and private_link_region");
    return body.take();
}

json::object update_endpoint_body(const Session& session, const UpdateInferenceEndpointOptions& o) {
    if (session.reference_routes()) return reference_update(o);
    Body body;
    body.put({"compute", "accelerator"}, o.accelerator)
        .put({"compute", "instanceSize"}, o.instance_size)
        .put({"compute", "instanceType"}, o.instance_type)
        .put({"compute", "scaling", "maxReplica"}, o.max_replica)
        .put({"compute", "scaling", "minReplica"}, o.min_replica)
        .put({"compute", "scaling", "scaleToZeroTimeout"}, o.scale_to_zero_timeout)
        .put({"model", "repository"}, o.repository)
        .put({"model", "framework"}, o.framework)
        .put({"model", "revision"}, o.revision)
        .put({"model", "env"}, o.env)
        .put({"model", "secrets"}, o.secrets);
    if (o.custom_image) body.at({"model", "image"}) = image_json(*o.custom_image);
    put_common(body, o);
    return body.take();
}

void ParallelSizes::put_into(json::object& image) const {
    json::value* engine = image.empty() ? nullptr : &image.begin()->value();
    if (!engine || !engine->is_object())
        throw_validation(tensor ? "tensor_parallel_size" : "data_parallel_size", "The endpoint's image has no engine");
    json::object& settings = engine->get_object();
    if (tensor) settings["tensorParallelSize"] = *tensor;
    if (data) settings["dataParallelSize"] = *data;
}

}  // namespace hf::detail

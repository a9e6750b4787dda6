#include <hf/local_hub.hpp>

#include "local_hub/data/storage_error.hpp"
#include "local_hub/rules/import_folder.hpp"
#include "local_hub/server/http_server.hpp"

#include <hf/core/error.hpp>
#include <hf/core/url.hpp>

#include <boost/asio/io_context.hpp>

#include <sys/resource.h>

#include <optional>
#include <thread>

namespace hf {
namespace {

using namespace local_hub;
namespace asio = boost::asio;

void raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

LocalHubConfig checked(LocalHubConfig config) {
    if (config.xet_cas.empty()) return config;
    try {
        Url::parse(config.xet_cas);
    } catch (const HFValidationError& error) {
        throw_validation("xet_cas", error.message());
    }
    while (config.xet_cas.ends_with('/')) config.xet_cas.pop_back();
    return config;
}

// What a request is told as an answer, the caller is told in hfhub's own types.
template <class F>
auto translated(std::string_view argument, F f) {
    try {
        return f();
    } catch (const StorageError& error) {
        throw_validation(argument, error.what());
    } catch (const std::system_error& error) {
        throw_file_system("cannot use", argument, error.code());
    }
}

}  // namespace

struct LocalHub::Impl {
    explicit Impl(LocalHubConfig config) : context(std::make_shared<ServerContext>(checked(std::move(config)))) {}

    std::shared_ptr<ServerContext> context;
    std::optional<asio::io_context> own;  // only where the hub has a thread of its own
    std::thread thread;
    std::optional<HttpServer> server;

    std::string base_url(std::string host, std::uint16_t port) const {
        const std::string scheme = context->hub.config.certificate_pem.empty() ? "http" : "https";
        if (host.find(':') != host.npos) host = "[" + host + "]";
        return scheme + "://" + host + ":" + std::to_string(port);
    }

    void listen(asio::any_io_executor executor) {
        if (context->hub.config.raise_file_limit) raise_file_limit();
        server.emplace(std::move(executor), context);
        const auto& config = context->hub.config;
        const std::string& host = config.host.empty() ? config.address : config.host;
        const std::string& lfs_host = config.lfs_address.empty() ? host : config.lfs_address;
        context->hub.endpoint = base_url(host, server->port());
        context->hub.lfs_endpoint = base_url(config.lfs_host.empty() ? lfs_host : config.lfs_host, server->lfs_port());
        server->run();
    }

    const HttpServer& running() const {
        if (!server) throw_validation("start", "the hub was not started");
        return *server;
    }
};

LocalHub::LocalHub(LocalHubConfig config)
    : impl_(translated(config.root.string(), [&] { return std::make_shared<Impl>(std::move(config)); })) {}

LocalHub::~LocalHub() { stop(); }

void LocalHub::start() {
    impl_->own.emplace(1);
    impl_->listen(impl_->own->get_executor());
    impl_->thread = std::thread([context = &*impl_->own] { context->run(); });
}

void LocalHub::start(boost::asio::any_io_executor executor) { impl_->listen(std::move(executor)); }

void LocalHub::stop() {
    if (!impl_->server) return;
    impl_->server->stop();
    if (impl_->own) impl_->own->stop();
    if (impl_->thread.joinable()) impl_->thread.join();
    impl_->server.reset();
    impl_->own.reset();
}

std::string LocalHub::endpoint() const {
    impl_->running();
    return impl_->context->hub.endpoint;
}
std::string LocalHub::lfs_endpoint() const {
    impl_->running();
    return impl_->context->hub.lfs_endpoint;
}
std::uint16_t LocalHub::port() const { return impl_->running().port(); }
std::uint16_t LocalHub::lfs_port() const { return impl_->running().lfs_port(); }

const std::string& LocalHub::control_token() const { return impl_->context->hub.control_token; }

void LocalHub::add_user(std::string_view name, std::string_view token, TokenRole role,
                        const std::vector<LocalHubMembership>& organizations) {
    translated("name", [&] {
        Accounts& accounts = impl_->context->hub.accounts;
        accounts.ensure(name, false);
        for (const auto& membership : organizations) {
            accounts.ensure(membership.organization, true);
            accounts.set_role(membership.organization, name, membership.role);
        }
        if (!token.empty()) accounts.add_token(name, token, role == TokenRole::write ? "write" : "read", "local hub");
    });
}

void LocalHub::add_organization(std::string_view name) {
    translated("name", [&] { impl_->context->hub.accounts.ensure(name, true); });
}

std::string LocalHub::import_folder(std::string_view repo_type, std::string_view repo_id,
                                    const std::filesystem::path& folder, bool private_repo) {
    const auto type = parse_repo_type(repo_type);
    if (!type) throw_validation("repo_type", "not a repository type: '" + std::string(repo_type) + "'");
    return translated("repo_id", [&] {
        Hub& hub = impl_->context->hub;
        check_repo_name(name_of(repo_id));
        // Imports belong to somebody: the namespace becomes a user unless it exists.
        if (const auto owner = namespace_of(repo_id); !owner.empty() && !hub.accounts.find(owner))
            hub.accounts.ensure(owner, false);
        return local_hub::import_folder(hub, *type, repo_id, folder, private_repo);
    });
}

void LocalHub::set_scenario(Scenario scenario) {
    impl_->context->quotas.set_scenario(scenario);
    impl_->context->scenario.set(std::move(scenario));
}

Scenario LocalHub::scenario() const { return impl_->context->scenario.get(); }

LocalHubCounters LocalHub::counters() const {
    LocalHubCounters out = impl_->context->counters.get();
    out.faults_injected = impl_->context->scenario.injected();
    out.xet_pending = impl_->context->hub.identifier.pending();
    return out;
}

void LocalHub::idle() const { impl_->context->hub.identifier.wait_idle(); }

void LocalHub::reset_counters() { impl_->context->counters.reset(); }

}  // namespace hf

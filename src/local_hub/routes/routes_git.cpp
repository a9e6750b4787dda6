#include "local_hub/git/git_backend.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <map>
#include <mutex>

namespace hf::local_hub {
namespace {

// git and git-lfs offer their credentials only where Basic is asked for.
template <class F>
auto with_basic_challenge(F f) {
    try {
        return f();
    } catch (HttpError& error) {
        if (error.status == 401)
            error.fields = {{"WWW-Authenticate", "Basic realm=\"Authentication required\", charset=\"UTF-8\""}};
        throw;
    }
}

Repo repo_for(const Call& call, bool pushing) {
    return with_basic_challenge([&] {
        // Without a user git must be asked for one before it may be told "forbidden".
        if (pushing) require_user(call);
        Repo repo = pushing ? writable_repo(call) : readable_repo(call);
        if (!pushing) require_content_access(call, repo);
        return repo;
    });
}

std::unique_ptr<GitBackend> start(const Call& call, const Repo& repo, std::string_view service) {
    const Request& request = call.request;
    const auto query = request.target.find('?');
    CgiRequest told;
    told.path_info = "/" + repo.oid + ".git/" + std::string(service);
    told.method = request.method;
    if (query != std::string::npos) told.query = request.target.substr(query + 1);
    told.content_type = request.field("Content-Type");
    told.content_encoding = request.field("Content-Encoding");
    told.git_protocol = request.field("Git-Protocol");
    told.remote_address = request.remote;
    told.user = call.who->name();
    const auto folder = call.hub.config.root / "git";
    return std::make_unique<GitBackend>(folder, folder, told);
}

Response answer_of(CgiAnswer told) {
    Response out(told.status);
    out.fields = std::move(told.fields);
    out.file.emplace(std::move(told.file), told.offset, told.length);
    return out;
}

Response info_refs(Call& call) {
    const auto service = call.request.query.get("service");
    if (service != "git-upload-pack" && service != "git-receive-pack")
        throw forbidden("The dumb HTTP protocol is not supported");
    const Repo repo = repo_for(call, service == "git-receive-pack");
    return answer_of(start(call, repo, "info/refs")->finish());
}

class UploadPack : public BodySink {
public:
    explicit UploadPack(Call& call) : backend_(start(call, repo_for(call, false), "git-upload-pack")) {}
    void write(std::string_view chunk) override { backend_->write(chunk); }
    Response finish() override { return answer_of(backend_->finish()); }

private:
    std::unique_ptr<GitBackend> backend_;
};

using Refs = std::map<std::string, std::string>;

Refs refs_of(GitRepo& git) {
    Refs out;
    for (auto& ref : git.refs()) out.emplace(std::move(ref.name), std::move(ref.target));
    return out;
}

class ReceivePack : public BodySink {
public:
    explicit ReceivePack(Call& call)
        : call_(call), repo_(repo_for(call, true)), backend_(start(call, repo_, "git-receive-pack")) {}

    void write(std::string_view chunk) override { backend_->write(chunk); }

    Response finish() override {
        // git moves refs once it has read everything, so from here on no commit may come in between.
        const auto lock = call_.hub.git.write_lock(repo_.oid);
        const std::lock_guard writing(*lock);
        GitRepo git = call_.hub.git.open(repo_.oid);
        const Refs before = refs_of(git);
        Response answer = answer_of(backend_->finish());
        git.refresh();
        const Refs after = refs_of(git);
        try {
            for (const auto& [name, commit] : after)
                if (const auto old = before.find(name); old == before.end() || old->second != commit)
                    check(git, commit);
        } catch (...) {
            restore(git, before, after);
            throw;
        }
        if (before != after) call_.hub.after_head_moved(repo_);
        return answer;
    }

private:
    // What the Hub's own hook refuses: large plain files, and pointers to objects that were not uploaded.
    void check(GitRepo& git, const std::string& commit) {
        for (const auto& entry : git.listing(commit)->entries()) {
            if (entry.is_folder) continue;
            if (!entry.lfs && entry.size > call_.hub.config.lfs_threshold)
                throw forbidden("Your push was rejected because it contains files larger than " +
                                std::to_string(call_.hub.config.lfs_threshold) +
                                " bytes. Please use https://git-lfs.github.com/ to store large files: " + entry.path);
            if (entry.lfs && call_.hub.repos.linked_lfs(repo_.id, entry.lfs->sha256) != entry.lfs->size)
                throw forbidden(
                    "Your push was rejected because an LFS pointer pointed to a file that does not exist: " +
                    entry.path + " (" + entry.lfs->sha256 + ")");
        }
    }

    static void restore(GitRepo& git, const Refs& before, const Refs& after) {
        for (const auto& [name, commit] : after)
            if (!before.contains(name)) git.delete_ref(name);
        for (const auto& [name, commit] : before)
            if (const auto now = after.find(name); now == after.end() || now->second != commit)
                git.set_ref(name, commit);
    }

    Call& call_;
    Repo repo_;
    std::unique_ptr<GitBackend> backend_;
};

template <class T>
std::unique_ptr<BodySink> make_sink(Call& call) {
    return std::make_unique<T>(call);
}

}  // namespace

void add_git_routes(Router& router) {
    const auto route = [&](const char* name, const char* method, const char* pattern, Route::Handler handler,
                           Route::Sink sink) {
        router.add({.name = name,
                    .method = method,
                    .pattern = pattern,
                    .handler = handler,
                    .sink = sink,
                    .bucket = Bucket::pages,
                    .json_errors = false});
    };
    route("git_refs", "GET", "/{prefix}/{repo.git}/info/refs", info_refs, nullptr);
    route("git_refs", "GET", "/{prefix}/{repo}/info/refs", info_refs, nullptr);
    route("git_upload_pack", "POST", "/{prefix}/{repo.git}/git-upload-pack", nullptr, make_sink<UploadPack>);
    route("git_upload_pack", "POST", "/{prefix}/{repo}/git-upload-pack", nullptr, make_sink<UploadPack>);
    route("git_receive_pack", "POST", "/{prefix}/{repo.git}/git-receive-pack", nullptr, make_sink<ReceivePack>);
    route("git_receive_pack", "POST", "/{prefix}/{repo}/git-receive-pack", nullptr, make_sink<ReceivePack>);
}

}  // namespace hf::local_hub

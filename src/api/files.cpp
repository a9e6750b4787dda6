#include "api/shared_calls.hpp"
#include "session/kept_entries.hpp"

#include <hf/api/files.hpp>
#include <hf/core/repo.hpp>

#include <deque>

namespace hf {

static_assert(options_struct<ListRepoTreeOptions> && options_struct<FilesOptions> && options_struct<PathsInfoOptions> &&
              options_struct<ListFilesInfoOptions>);

namespace asio = boost::asio;

namespace {

Request tree_request(std::string_view repo_id, const ListRepoTreeOptions& options) {
    const Repo repo = Repo::of_any_type(options.repo_type, repo_id);
    const Segment revision = detail::revision_segment(options.revision);
    Request request = options.path_in_repo.empty()
                          ? get("/api/{}/tree/{}", repo, revision)
                          : get("/api/{}/tree/{}/{}", repo, revision, segment(options.path_in_repo));
    request.query("recursive", options.recursive).query("expand", options.expand).token(options.token);
    return request;
}

Request paths_request(const Session& session, std::string_view repo_id, const StringList& paths,
                      const PathsInfoOptions& options) {
    std::vector<std::pair<std::string, std::string>> form;
    for (std::size_t i = 0; i < paths.size(); ++i) form.emplace_back("paths", paths[i]);
    const bool as_reference = session.reference_routes();
    if (options.expand)
        form.emplace_back("expand", as_reference ? "True" : "true");
    else
        form.emplace_back("expand", as_reference ? "False" : "false");
    return post("/api/{}/paths-info/{}", Repo::of_any_type(options.repo_type, repo_id),
                detail::revision_segment(options.revision))
        .form(form)
        .idempotent(true)
        .token(options.token);
}

/// The path of a file; folders are left out, and there may be only so many.
class PathsOfFiles {
public:
    std::optional<std::string> operator()(RepoTreeEntry entry) {
        if (const RepoFile* file = entry.file()) return file->path;
        require_room_for_entry(folders_++);
        return std::nullopt;
    }

private:
    std::size_t folders_ = 0;
};

/// The files among some paths, then those below the folders among them.
class FilesBelow final : public ItemSource<RepoFile> {
public:
    FilesBelow(Session session, std::string_view repo_id, const ListFilesInfoOptions& options)
        : session_(std::move(session)),
          repo_id_(repo_id),
          revision_(options.revision),
          repo_type_(options.repo_type),
          token_(options.token),
          expand_(options.expand) {
        if (!options.paths.given()) {
            folders_.emplace_back();
        } else if (!options.paths.empty()) {
            PathsInfoOptions paths;
            paths.expand = options.expand;
            paths.revision = options.revision;
            paths.repo_type = options.repo_type;
            paths.token = options.token;
            question_ = paths_request(session_, repo_id, options.paths, paths);
        }
    }

    asio::awaitable<std::optional<RepoFile>> next() override {
        if (question_) {
            Request question = std::move(*question_);
            question_.reset();
            auto answer = co_await session_.call<std::vector<RepoTreeEntry>>(std::move(question));
            for (auto& entry : answer) {
                if (const RepoFile* file = entry.file())
                    files_.push_back(*file);
                else
                    folders_.push_back(entry.path());
            }
        }
        if (!files_.empty()) {
            std::optional<RepoFile> file(std::move(files_.front()));
            files_.pop_front();
            co_return file;
        }
        while (tree_ || !folders_.empty()) {
            if (!tree_) open_next_folder();
            while (auto entry = co_await tree_->next())
                if (const RepoFile* file = entry->file()) co_return std::optional<RepoFile>(*file);
            tree_.reset();
        }
        co_return std::nullopt;
    }

private:
    void open_next_folder() {
        ListRepoTreeOptions options;
        options.path_in_repo = folders_.front();
        options.recursive = true;
        options.expand = expand_;
        options.revision = revision_;
        options.repo_type = repo_type_;
        options.token = token_.get();
        tree_.emplace(FilesApi(session_).list_repo_tree(repo_id_, options));
        folders_.pop_front();
    }

    Session session_;
    std::string repo_id_;
    std::string revision_;
    std::string repo_type_;
    OwnedToken token_;
    bool expand_;
    std::optional<Request> question_;
    std::deque<RepoFile> files_;
    std::deque<std::string> folders_;
    std::optional<AsyncGenerator<RepoTreeEntry>> tree_;
};

asio::awaitable<bool> exists_impl(Session session, Request request) {
    try {
        co_await session.send(std::move(request));
        co_return true;
    } catch (const GatedRepoError&) {
        throw;
    } catch (const HfHubHTTPError& error) {
        if (!detail::is_missing(error)) throw;
    }
    co_return false;
}

}  // namespace

AsyncGenerator<RepoTreeEntry> FilesApi::list_repo_tree(std::string_view repo_id, ListRepoTreeOptions options) const {
    // An entry that cannot be read is a file that would be missed: never left out.
    return session_.list<RepoTreeEntry>(tree_request(repo_id, options), ListOptions{options.limit, options.cursor});
}

AsyncGenerator<std::string> FilesApi::list_repo_files(std::string_view repo_id, FilesOptions options) const {
    ListRepoTreeOptions tree;
    tree.recursive = true;
    tree.revision = options.revision;
    tree.repo_type = options.repo_type;
    tree.token = options.token;
    return list_repo_tree(repo_id, tree).filter_map(PathsOfFiles());
}

asio::awaitable<std::vector<RepoTreeEntry>> FilesApi::get_paths_info(std::string_view repo_id, StringList paths,
                                                                     PathsInfoOptions options) const {
    return session_.call<std::vector<RepoTreeEntry>>(paths_request(session_, repo_id, paths, options));
}

AsyncGenerator<RepoFile> FilesApi::list_files_info(std::string_view repo_id, ListFilesInfoOptions options) const {
    validate_repo_id(repo_id);
    return AsyncGenerator<RepoFile>(std::make_unique<FilesBelow>(session_, repo_id, options));
}

asio::awaitable<bool> FilesApi::file_exists(std::string_view repo_id, std::string_view filename,
                                            FilesOptions options) const {
    return exists_impl(session_, head("/{}/resolve/{}/{}", Repo(options.repo_type, repo_id).url_path(),
                                      detail::revision_segment(options.revision), filename)
                                     .token(options.token)
                                     .bucket(Bucket::resolvers)
                                     .decompress(false)
                                     .redirects(Request::Redirects::same_origin));
}

}  // namespace hf

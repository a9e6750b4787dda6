#pragma once

#include <hf/api/access_requests.hpp>
#include <hf/api/collections.hpp>
#include <hf/api/commits.hpp>
#include <hf/api/datasets.hpp>
#include <hf/api/discussions.hpp>
#include <hf/api/downloads.hpp>
#include <hf/api/files.hpp>
#include <hf/api/inference_catalog.hpp>
#include <hf/api/inference_endpoints.hpp>
#include <hf/api/jobs.hpp>
#include <hf/api/models.hpp>
#include <hf/api/papers.hpp>
#include <hf/api/refs.hpp>
#include <hf/api/repos.hpp>
#include <hf/api/safetensors.hpp>
#include <hf/api/space_runtime.hpp>
#include <hf/api/spaces.hpp>
#include <hf/api/users.hpp>
#include <hf/api/webhooks.hpp>
#include <hf/session/session.hpp>
#include <hf/workflow/multi_commits.hpp>
#include <hf/workflow/run_as_future.hpp>
#include <hf/workflow/snapshot_download.hpp>
#include <hf/workflow/upload_folder.hpp>

namespace hf {

/// The Hub: every call of the reference client's `HfApi`, under the same names. Inherits the resource
/// groups and adds nothing; a group also works alone, on the same session.
///
///     hf::HfApi api{executor, {.token = token}};
///     auto info = co_await api.model_info("openai-community/gpt2", {.revision = "main"});
///
/// Cheap to copy; copies share connections, quotas and settings. Owns no thread.
///
/// What holds for every call, and is not said again at each:
///
/// **Errors.** A call that gives an awaitable checks its arguments at once and throws HFValidationError, with the name
/// of the argument in `info().argument`, before anything is sent; a generator does so for what it can. Everything else
/// is thrown by `co_await`: the Hub's refusals as HfHubHTTPError or what derives from it (RepositoryNotFoundError,
/// GatedRepoError, RevisionNotFoundError, EntryNotFoundError, BadRequestError, DisabledRepoError), among them 401 and
/// 403 for a token that may not; ConnectionError, TimeoutError, TlsError and ProtocolError where no answer came;
/// InvalidResponseError for one that cannot be read, ResponseTooLargeError for one of more than
/// `SessionConfig::max_body`; HostNotAllowedError, OfflineModeIsEnabled, LocalTokenNotFoundError. Of a repository that
/// is private the Hub says what it says of one that is not there: RepositoryNotFoundError. What may be repeated has
/// been repeated by then, as SessionConfig::retry says. `as_result` is the form without exceptions.
///
/// **Absence.** An option that is not given, or an empty text, is not sent, and the Hub's default holds; an empty
/// `token` or `commit_message` is an error instead. Where nothing matches, lists are empty. What an answer does not
/// have is an empty member or `std::nullopt`; what it has beyond the members is in `extra` or `raw`.
///
/// **Lists.** Each call named list_* is an AsyncGenerator (but list_repo_refs, which is one answer): nothing is sent
/// before `next()`, which throws the errors of the pages. `collect()` gives a vector, of at most `max_collected` items.
///
/// **Cancellation.** Per operation, of any type: the call ends with system_error(operation_aborted), its connection is
/// closed, other calls are not touched. What the Hub has received by then it may have done: of a call that changes
/// something nothing is known after a cancellation. A list goes on with the next `next()` and loses no item.
///
/// **Times.** `timeout` bounds single waits, `deadline` a whole call; `Session::within` gives any call a deadline.
///
/// **Lifetimes and threads.** Options and texts are views that need to live until the call has returned its awaitable
/// or generator, which owns copies; pointers in options (sinks, workers) must outlive the call. Awaitables and
/// generators keep alive what they need, so an HfApi may be destroyed while calls are under way. A call runs on the
/// executor of the coroutine that awaits it; different calls may run on different threads of a pool at once. An
/// awaitable that is never awaited does nothing. `hf::async` makes of a call what takes any completion token.
class HfApi : public ModelsApi,
              public DatasetsApi,
              public SpacesApi,
              public ReposApi,
              public RefsApi,
              public FilesApi,
              public DiscussionsApi,
              public CollectionsApi,
              public AccessRequestsApi,
              public SpaceRuntimeApi,
              public InferenceEndpointsApi,
              public InferenceCatalogApi,
              public JobsApi,
              public PapersApi,
              public WebhooksApi,
              public UsersApi,
              public CommitsApi,
              public DownloadsApi,
              public SafetensorsApi,
              public SnapshotDownloadApi,
              public UploadFolderApi,
              public MultiCommitsApi,
              public RunAsFutureApi {
public:
    explicit HfApi(boost::asio::any_io_executor executor, SessionConfig config = SessionConfig())
        : HfApi(Session(std::move(executor), config)) {}
    explicit HfApi(Session session)
        : ModelsApi(session),
          DatasetsApi(session),
          SpacesApi(session),
          ReposApi(session),
          RefsApi(session),
          FilesApi(session),
          DiscussionsApi(session),
          CollectionsApi(session),
          AccessRequestsApi(session),
          SpaceRuntimeApi(session),
          InferenceEndpointsApi(session),
          InferenceCatalogApi(session),
          JobsApi(session),
          PapersApi(session),
          WebhooksApi(session),
          UsersApi(session),
          CommitsApi(session),
          DownloadsApi(session),
          SafetensorsApi(session, static_cast<const FilesApi&>(*this), static_cast<const DownloadsApi&>(*this)),
          SnapshotDownloadApi(session),
          UploadFolderApi(session),
          MultiCommitsApi(session),
          RunAsFutureApi(session.executor()),
          session_(std::move(session)) {}

    const Session& session() const noexcept { return session_; }
    Session& session() noexcept { return session_; }

private:
    Session session_;
};

}  // namespace hf

#pragma once

#include <hf/api/access_requests.hpp>
#include <hf/api/collections.hpp>
#include <hf/api/commits.hpp>
#include <hf/api/datasets.hpp>
#include <hf/api/discussions.hpp>
#include <hf/api/downloads.hpp>
#include <hf/api/files.hpp>
#include <hf/api/inference_endpoints.hpp>
#include <hf/api/models.hpp>
#include <hf/api/refs.hpp>
#include <hf/api/repos.hpp>
#include <hf/api/safetensors.hpp>
#include <hf/api/space_runtime.hpp>
#include <hf/api/spaces.hpp>
#include <hf/api/users.hpp>
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
/// Cheap to copy; copies share connections, quotas and settings. Owns no thread. Awaitables and
/// generators keep what they need alive, so an HfApi may be destroyed while calls are under way.
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
          UsersApi(session),
          CommitsApi(session),
          DownloadsApi(session),
          SafetensorsApi(session, static_cast<const FilesApi&>(*this), static_cast<const DownloadsApi&>(*this)),
          SnapshotDownloadApi(static_cast<const DownloadsApi&>(*this)),
          UploadFolderApi(session, static_cast<const CommitsApi&>(*this)),
          MultiCommitsApi(session, static_cast<const CommitsApi&>(*this)),
          RunAsFutureApi(session.executor()),
          session_(std::move(session)) {}

    const Session& session() const noexcept { return session_; }
    Session& session() noexcept { return session_; }

private:
    Session session_;
};

}  // namespace hf

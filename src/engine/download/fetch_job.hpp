#pragma once

#include "engine/download/download_source.hpp"
#include "engine/files/content_id.hpp"
#include "engine/files/partial_store.hpp"
#include "xet/hash.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace hf {

/// What to fetch, and how.
class FetchJob {
public:
    FetchJob(std::string name, ContentId content, std::shared_ptr<DownloadSource> source,
             std::shared_ptr<PartialStore> store)
        : name(std::move(name)), content(std::move(content)), source(std::move(source)), store(std::move(store)) {}

    std::string name;  ///< path in the repository, for messages and progress
    ContentId content;
    std::shared_ptr<DownloadSource> source;
    std::shared_ptr<PartialStore> store;
    std::optional<xet::Hash> xet;  ///< its id in Xet storage, if it is there
    bool again = false;            ///< fetch it even if it is in the cache
    std::string incomplete;        ///< the reference's partial to start from, if there is no better; may be empty
    File older;                    ///< that may have some of the content; may be none
};

}  // namespace hf

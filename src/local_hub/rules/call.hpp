#pragma once

#include "local_hub/data/accounts.hpp"
#include "local_hub/data/repos.hpp"
#include "local_hub/http/message.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hf::local_hub {

class Hub;

/// What a route's pattern captured, decoded.
struct Params {
    RepoType type = RepoType::model;
    std::string repo;
    std::size_t repo_begin = 0, repo_end = 0;  ///< of the repository's id in the undecoded path
    std::string revision;
    std::string path;
    std::vector<std::string> names;  ///< of {name} in order
};

/// One request on its way through a handler. Lives until the answer is complete.
struct Call {
    Hub& hub;
    const Request& request;
    const Params& params;
    PrincipalPtr who;  ///< never null
};

/// Takes the body of a request as it arrives. Members run on worker threads, one at a time.
class BodySink {
public:
    virtual ~BodySink() = default;
    virtual void write(std::string_view chunk) = 0;
    virtual Response finish() = 0;  ///< the body is complete
};

}  // namespace hf::local_hub

#include "types/raw.hpp"

#include <hf/types/job.hpp>

namespace hf {
namespace {

template <class Job>
void take_ports(Job& job) {
    using Ports = std::optional<std::vector<std::int64_t>>;
    job.expose = json::take<Ports>(job.extra, {"expose", "ports"});
    job.expose_public = json::take<Ports>(job.extra, {"expose", "portsPublic"});
}

}  // namespace

void hf_decoded(JobInfo& job) { take_ports(job); }
void hf_decoded(JobSpec& job) { take_ports(job); }

void JobInfo::locate(std::string_view of_endpoint) {
    endpoint = of_endpoint;
    url = endpoint + "/jobs/" + owner.name + "/" + id;
}

}  // namespace hf

#pragma once

#include "local_hub/http/json_body.hpp"
#include "local_hub/rules/call.hpp"
#include "local_hub/rules/hub.hpp"

namespace hf::local_hub {

/// Reads the NDJSON of a commit line by line as it arrives: contents go to disk at once, so that a
/// commit may be larger than memory.
class CommitSink : public BodySink {
public:
    explicit CommitSink(Call& call);
    void write(std::string_view chunk) override;
    Response finish() override;

private:
    void line(std::string_view text);
    void header(const json::object& value);
    void file(const json::object& value);
    void lfs_file(const json::object& value);
    void deleted(const json::object& value, bool folder);
    void copied(const json::object& value);
    bool exists(const std::string& path, bool folder) const;
    void add_missing_lfs_rules();
    std::string message() const;

    Call& call_;
    Repo repo_;
    bool create_pr_;
    Hub::CommitTarget target_;
    GitRepo git_;
    CommitBuilder builder_;
    ListingPtr base_;
    std::uint64_t received_ = 0;
    std::string pending_;  ///< a line whose end has not come yet
    bool has_header_ = false;
    std::string summary_, description_;
    std::vector<std::string> lfs_paths_;
    std::string gitattributes_;  ///< as this commit sets it
    bool sets_gitattributes_ = false;
};

}  // namespace hf::local_hub

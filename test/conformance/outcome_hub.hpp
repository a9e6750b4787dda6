#pragma once

#include "script.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hf::conformance {

/// Answers the requests of a snapshot however a client makes them: what the case's exchanges answer by method
/// and path, in any order and number; tree listings, LFS batches and GETs where the reference sent a HEAD first
/// from the same facts. For "outcome mode", in which requests are not compared.
class OutcomeHub {
public:
    /// `data` is a case with placeholders replaced; requests without `host` go to the server `endpoint`.
    OutcomeHub(const json::object& data, std::string endpoint);

    test::ScriptedAnswer answer(std::string_view url, const test::ReceivedRequest& request);

    /// The first request that the facts do not answer.
    const Difference& unanswered() const noexcept { return unanswered_; }

private:
    struct Exchange {
        std::string method, host, path;
        json::object response;
        std::size_t given = 0;
    };
    struct File {
        std::string name, etag, location;
        std::uint64_t size = 0;

        bool is_lfs() const { return etag.size() == 64; }
    };

    void learn_files(const json::object& data);
    File describe_file(const std::string& name, const std::string& commit, const json::object& data) const;
    Exchange* find(std::string_view method, std::string_view host, std::string_view path);
    const Exchange* find_head(std::string_view name) const;
    test::ScriptedAnswer tree() const;
    test::ScriptedAnswer batch(const test::ReceivedRequest& request) const;

    std::vector<Exchange> exchanges_;
    std::vector<File> files_;
    Difference unanswered_;
};

}  // namespace hf::conformance

#include "failure.hpp"

#include "text.hpp"

#include <fmt/core.h>
#include <boost/asio/error.hpp>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace tool {
namespace {

namespace fs = std::filesystem;

bool is_closed(const hf::Error& error) {
    const auto& code = error.code();
    return code == hf::Errc::repository_not_found || code == hf::Errc::gated_repo || code == hf::Errc::disabled_repo;
}

int code_of(const hf::Error& error, const Context::Subject& subject) {
    const auto& code = error.code();
    if (code == hf::Errc::too_many_deletions) return deletions;
    if (code == hf::Errc::incomplete_snapshot) return network;
    if (subject.mirrored && is_closed(error)) return gone;
    if (code == hf::Errc::validation) return error.info().argument == "token" ? access : usage;
    if (code == hf::Errc::token_not_found || code == hf::Errc::gated_repo) return access;
    if (code == hf::Errc::local_entry_not_found && error.status() == 0) return error.info().cause ? network : not_found;
    if (code == hf::ErrorCondition::not_found && code != hf::Errc::local_entry_not_found) return not_found;
    if (code == hf::Errc::file_system) return disk;
    if (code == hf::Errc::protocol || code == hf::Errc::invalid_response || code == hf::Errc::integrity ||
        code == hf::Errc::unsafe_path || code == hf::Errc::too_large || code == hf::Errc::host_not_allowed)
        return content;
    if (code == hf::ErrorCondition::network || code == hf::Errc::offline) return network;
    if (error.status() == 401 || error.status() == 403) return access;
    return error.status() != 0 ? refused : failure;
}

constexpr std::string_view token_advice =
    "set HF_TOKEN to a token from https://huggingface.co/settings/tokens, or name a file that holds one with "
    "HF_TOKEN_PATH or --token-file";

// The free space where `path` is or would be.
std::string space_text(fs::path path, std::uint64_t missing) {
    std::error_code error;
    while (!path.empty() && !fs::exists(path, error) && path != path.parent_path()) path = path.parent_path();
    const fs::space_info space = fs::space(path.empty() ? fs::path(".") : path, error);
    if (error) return {};
    std::string out = fmt::format("{} of {} are free in {}", human_bytes(space.available), human_bytes(space.capacity),
                                  path.string());
    if (missing > 0) out += fmt::format(", {} are still to come", human_bytes(missing));
    return out;
}

std::string disk_advice(const hf::ErrorInfo& info, const Context::Subject& subject) {
    const int number = info.cause.value();
    if (number == ENOSPC || number == EDQUOT)
        return space_text(info.argument, subject.missing_bytes) + "; make room and run the same command again";
    if (number == EFBIG) return "raise the limit of file sizes (ulimit -f) and run the same command again";
    if (number == EACCES || number == EPERM || number == EROFS || number == ENOTDIR)
        return "choose a folder that you may write to";
    if (number == EMFILE) return "raise the limit of open files (ulimit -n) or lower --jobs";
    return {};
}

std::string access_advice(const hf::Error& error, const Context::Subject& subject) {
    if (error.message().find("/settings/tokens") != std::string::npos) return {};
    if (subject.with_token)
        return fmt::format("the token was refused: it is wrong, expired or was deleted; {}", token_advice);
    return (subject.page.empty() ? std::string() : subject.page + " does not exist or is private: ") +
           std::string(token_advice);
}

std::string role_advice(const hf::ErrorInfo& info, const Context::Subject& subject) {
    if (info.method != "GET" && info.method != "HEAD")
        return "the token must be allowed to do this: a write token of an account with that role";
    if (subject.with_token) return "this token, or this address, is not allowed to read it";
    return fmt::format("reading it is not allowed to everybody: {}", token_advice);
}

std::string advice(const hf::Error& error, const Context::Subject& subject) {
    const auto& code = error.code();
    const hf::ErrorInfo& info = error.info();
    if (!info.failures.empty()) {
        const std::string more = code == hf::Errc::file_system ? disk_advice(info, subject) : std::string();
        return "all others are in place; " + (more.empty() ? "run the same command again for the rest" : more);
    }
    if (code == hf::Errc::too_many_deletions)
        return info.argument == "max_delete"
                   ? "if it is right, allow it with --max-delete; without --delete nothing is deleted"
                   : "what the server lists cannot be right: try again later, or without --delete";
    if (code == hf::Errc::incomplete_snapshot) return "run the same command again with the Hub in reach";
    if (code == hf::Errc::token_not_found) return std::string(token_advice);
    if (code == hf::Errc::gated_repo)
        return "ask for access at " + (subject.page.empty() ? "the repository's page" : subject.page) +
               " and use a token of the account that got it";
    if (info.status == 401) return access_advice(error, subject);
    if (code == hf::Errc::repository_not_found)
        return fmt::format("check the spelling and --repo-type; if it is private, {}", token_advice);
    if (code == hf::Errc::revision_not_found) return "check --revision: a branch, a tag or a commit";
    if (code == hf::Errc::entry_not_found) return "hfhub ls shows what is there";
    if (code == hf::Errc::file_system) return disk_advice(info, subject);
    if (code == hf::Errc::tls)
        return "if the certificate is one of your own, name its authority with --ca-file or SSL_CERT_FILE";
    if (code == hf::Errc::offline) return "unset HF_HUB_OFFLINE to use the network";
    if (code == hf::ErrorCondition::network || (code == hf::Errc::local_entry_not_found && info.status == 0))
        return "check the network, and HF_ENDPOINT or --endpoint";
    if (code == hf::Errc::unsafe_path) return "nothing of the repository was written";
    if (code == hf::Errc::integrity) return "nothing of it was kept; run the same command again";
    if (info.status == 403) return role_advice(info, subject);
    if (info.status == 412) return "somebody else committed meanwhile; run the same command again";
    if (info.status == 429)
        return info.retry_after ? fmt::format("try again in {} s", info.retry_after->count() / 1000 + 1)
                                : "try again later";
    if (info.status >= 500) return "the Hub is in trouble; run the same command again later";
    return {};
}

}  // namespace

Failure explain(std::exception_ptr thrown, const Context::Subject& subject) {
    try {
        std::rethrow_exception(thrown);
    } catch (const hf::Error& error) {
        std::string line = error.message();
        if (const std::string hint = advice(error, subject); !hint.empty()) line += "; " + hint;
        return Failure{code_of(error, subject), printable(line), error.info().failures};
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted)
            return Failure{interrupted, "interrupted; run the same command again to go on from here"};
        return Failure{failure, printable(error.what())};
    } catch (const std::bad_alloc&) {
        return Failure{failure, "out of memory"};
    } catch (const std::exception& error) {
        return Failure{failure, printable(error.what())};
    }
}

hf::json::object Failure::json() const {
    hf::json::object out{{"error", line}, {"code", code}};
    if (files.empty()) return out;
    hf::json::array list;
    for (const auto& file : files) list.push_back(hf::json::object{{"path", file.path}, {"error", file.message}});
    out["failures"] = std::move(list);
    return out;
}

void complain(std::string_view line) { fmt::print(stderr, "hfhub: {}\n", printable(line)); }

void list_files(const Failure& failure) {
    for (const auto& file : failure.files)
        fmt::print(stderr, "  {}: {}\n", printable(file.path), printable(file.message));
}

int report(const Failure& failure, const Globals& globals) {
    complain(failure.line);
    list_files(failure);
    if (!globals.json) return failure.code;
    try {
        print_json(failure.json());
        flush_output();
    } catch (const hf::FileSystemError&) {
        // Standard output may be what failed.
    }
    return failure.code;
}

}  // namespace tool

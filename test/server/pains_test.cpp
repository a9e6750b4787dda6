// What users of other clients complained about: killed and competing processes, locks, disks.
#include "download_fixture.hpp"

#include "engine/files/file.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <thread>

#include <spawn.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace hf;
using hf::test::files_below;
using hf::test::noise;
using hf::test::read_file;
namespace fs = std::filesystem;

namespace {

/// Another process that fetches the snapshot of julien/m: this program, running the case `child/fetching_process`.
class FetchingProcess {
public:
    FetchingProcess(const std::string& endpoint, const fs::path& home, bool lock_files) {
        std::vector<std::string> variables{"HFHUB_TEST_ENDPOINT=" + endpoint, "HFHUB_TEST_HOME=" + home.string(),
                                           std::string("HFHUB_TEST_LOCKS=") + (lock_files ? "1" : "0"),
                                           "PATH=/usr/bin:/bin"};
        std::vector<std::string> arguments{"fetcher", "--run_test=child/fetching_process", "--log_level=nothing",
                                           "--report_level=no", "--color_output=no"};
        std::vector<char*> environment, words;
        for (std::string& text : variables) environment.push_back(text.data());
        for (std::string& text : arguments) words.push_back(text.data());
        environment.push_back(nullptr);
        words.push_back(nullptr);
        if (::posix_spawn(&pid_, "/proc/self/exe", nullptr, nullptr, words.data(), environment.data()) != 0)
            throw std::runtime_error("cannot start another process");
    }
    FetchingProcess(FetchingProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
    ~FetchingProcess() {
        if (pid_ > 0) {
            kill();
            wait();
        }
    }
    void kill() const { ::kill(pid_, SIGKILL); }
    /// Its exit code, or minus the signal that ended it.
    int wait() {
        int status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

private:
    pid_t pid_ = -1;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(child)

BOOST_AUTO_TEST_CASE(fetching_process, *boost::unit_test::disabled()) {
    const std::string endpoint = ::getenv("HFHUB_TEST_ENDPOINT");
    const std::string home = ::getenv("HFHUB_TEST_HOME");
    const Environment variables(
        [&](const std::string& name) { return name == "HF_HOME" ? std::optional<std::string>(home) : std::nullopt; },
        home);
    SessionConfig config;
    config.endpoint = endpoint;
    config.environment = &variables;
    boost::asio::io_context context;
    HfApi api(Session(context.get_executor(), config));
    TransferConfig transfers;
    transfers.lock_files = std::string(::getenv("HFHUB_TEST_LOCKS")) == "1";
    transfers.parts_above = 4u << 20;
    transfers.part_size = 1u << 20;
    api.configure_transfers(transfers);
    auto future = boost::asio::co_spawn(context, api.snapshot_download("julien/m"), boost::asio::use_future);
    context.run();
    BOOST_TEST(!future.get().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pains)

BOOST_FIXTURE_TEST_CASE(killed_in_the_middle_of_a_large_file_and_resumed, test::DownloadFixture) {
    const std::size_t size = 24u << 20;
    const Files files{{"large.bin", noise(size, 1)}};
    const std::string commit = publish(files);
    Scenario slow;
    slow.total_bytes_per_second = 12u << 20;
    slow.cap_lfs_only = true;
    hub.set_scenario(slow);
    count_anew();
    FetchingProcess killed(endpoint, home, true);
    for (int i = 0; i < 3'000 && hub.counters().bytes_sent < size / 2; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    killed.kill();
    BOOST_TEST(killed.wait() == -SIGKILL);
    BOOST_TEST(
        !fs::exists(repo_folder() / "blobs" / sha256_hex(files.at("large.bin"))));  // nothing is published by halves
    const auto before = hub.counters().bytes_sent;
    BOOST_TEST(before >= size / 2);
    hub.set_scenario(Scenario());
    BOOST_TEST(FetchingProcess(endpoint, home, true).wait() == 0);
    BOOST_TEST((read_file(repo_folder() / "snapshots" / commit / "large.bin") == files.at("large.bin")));
    BOOST_TEST(blobs_are_sound(repo_folder()));
    // What the kernel held of the sockets of eight streams, and a journal step of each, are lost.
    BOOST_TEST(hub.counters().bytes_sent < size + (10u << 20));
}

BOOST_FIXTURE_TEST_CASE(writers_without_locks_killed_again_and_again, test::DownloadFixture) {
    Files files{{"config.json", "{}"}, {"small.bin", noise(200'000, 1)}, {"large.bin", noise(9u << 20, 2)}};
    const std::string commit = publish(files);
    files[".gitattributes"] = content("julien/m", ".gitattributes");
    Scenario slow;
    slow.total_bytes_per_second = 40u << 20;
    hub.set_scenario(slow);
    std::mt19937 random(7);
    int hit = 0;
    for (int round = 0; round < 5; ++round) {
        std::vector<FetchingProcess> writers;
        for (int i = 0; i < 3; ++i) writers.emplace_back(endpoint, home, i == 0 && round % 2 == 0);
        for (std::size_t i : {1u, 2u}) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 300));
            writers[i].kill();
        }
        BOOST_TEST(writers[0].wait() == 0);
        for (std::size_t i : {1u, 2u}) hit += writers[i].wait() == -SIGKILL;
        BOOST_TEST(holds(repo_folder() / "snapshots" / commit, files));
        for (const std::string& name : files_below(repo_folder() / "blobs"))
            BOOST_TEST((name.size() == 64 || name.size() == 40), name);
        BOOST_TEST(blobs_are_sound(repo_folder()));
        fs::remove_all(home / "hub/models--julien--m/snapshots");
        if (round % 2) fs::remove_all(repo_folder() / "blobs");
    }
    BOOST_TEST(hit >= 3);  // of ten; the others were already done
}

BOOST_FIXTURE_TEST_CASE(a_lock_that_is_never_released, test::DownloadFixture) {
    const std::string bytes = noise(2'000'000, 1);
    publish({{"large.bin", bytes}});
    const fs::path lock = cache() / ".locks/models--julien--m" / (sha256_hex(bytes) + ".lock");
    fs::create_directories(lock.parent_path());
    const File held = File::open(lock.string(), O_RDWR | O_CREAT);
    BOOST_REQUIRE(::flock(held.fd(), LOCK_EX) == 0);
    HfApi api = client();
    TransferConfig transfers;
    transfers.lock_wait = std::chrono::milliseconds(300);
    api.configure_transfers(transfers);
    BOOST_TEST((read_file(run(api.hf_hub_download("julien/m", "large.bin"))) == bytes));
}

BOOST_FIXTURE_TEST_CASE(the_length_of_a_redirect_is_no_size, test::DownloadFixture) {
    const std::string bytes = noise(300'000, 1);
    publish({{"large.bin", bytes}});
    Fault fault(FaultKind::headers);
    fault.route = "resolve";
    fault.times = 0;
    fault.fields = {{"X-Linked-Size", ""}};
    break_down(fault);
    HfApi api = client();
    BOOST_TEST((read_file(run(api.hf_hub_download("julien/m", "large.bin"))) == bytes));
    BOOST_TEST(hub.counters().faults_injected > 0u);
    BOOST_TEST(blobs_are_sound(repo_folder()));
}

BOOST_FIXTURE_TEST_CASE(a_full_disk_is_told_with_the_numbers_and_before_the_first_byte, test::DownloadFixture) {
    struct statvfs disk {};
    BOOST_REQUIRE(::statvfs(path().c_str(), &disk) == 0);
    const std::uint64_t needed = (static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize) * 2 + (1u << 30);
    BOOST_CHECK_EXCEPTION(
        require_space((path() / "not/yet/there").string(), needed), FileSystemError, [&](const FileSystemError& error) {
            const std::string text = error.what();
            return text.find(std::to_string(needed) + " bytes are needed") != text.npos &&
                   text.find(" are free") != text.npos && error.info().cause == std::errc::no_space_on_device;
        });
}

BOOST_FIXTURE_TEST_CASE(files_of_one_call_are_of_one_commit, test::DownloadFixture) {
    const std::string first = publish({{"a.txt", "one"}, {"b.txt", "one"}});
    fs::create_directories(path() / "next");
    for (const char* name : {"a.txt", "b.txt"}) std::ofstream(path() / "next" / name) << "two";
    // The branch moves as soon as the client knows its head, and again when it has the first file.
    std::string second, third;
    after = [&](const RequestEvent& event) {
        if (event.path == "/api/models/julien/m/revision/main" && second.empty())
            second = hub.import_folder("model", "julien/m", path() / "next");
        if (event.path.find("/resolve/") != event.path.npos && third.empty()) {
            std::ofstream(path() / "next/a.txt") << "three";
            third = hub.import_folder("model", "julien/m", path() / "next");
        }
    };
    const fs::path folder = run(client().snapshot_download("julien/m"));
    BOOST_TEST((!second.empty() && second != first && !third.empty() && third != second));
    BOOST_TEST(folder.filename() == first);
    for (const char* name : {"a.txt", "b.txt"}) BOOST_TEST(read_file(folder / name) == "one");
}

BOOST_AUTO_TEST_SUITE_END()

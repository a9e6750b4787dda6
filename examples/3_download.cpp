// A whole repository into a folder, with progress, a deadline and typed errors. Run it again after an
// interruption: it goes on where it stopped.
//
//     ./3_download rajpurkar/squad dataset squad 600

#include <hf/hf_api.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <iostream>
#include <string>

/// Told about once a second; one may also read counters() at any time, from any thread.
class Printer : public hf::ProgressSink {
public:
    Printer() : ProgressSink(std::chrono::seconds(1)) {}

private:
    void on_progress(const hf::ProgressCounters& now, std::string_view file) override {
        std::cerr << now.files_done << '/' << now.files_total << " files, " << now.bytes_done / 1'000'000 << " MB  "
                  << file << '\n';
    }
};

boost::asio::awaitable<void> download(hf::HfApi api, std::string repo_id, std::string repo_type, std::string folder) {
    Printer progress;
    const hf::MirrorResult done =
        co_await api.mirror(repo_id, folder, {.repo_type = repo_type, .max_workers = 16, .progress = &progress});
    std::cout << folder << " holds " << done.files << " files of commit " << done.commit_hash << "; fetched "
              << done.fetched << '\n';
}

int main(int argc, char** argv) {
    if (argc < 5) {
        std::cerr << "usage: 3_download REPO TYPE FOLDER SECONDS\n";
        return 2;
    }
    boost::asio::io_context context;
    hf::HfApi api(context.get_executor());

    // Every call can be cancelled, here by a timer. What was fetched by then is kept.
    boost::asio::cancellation_signal stop;
    boost::asio::steady_timer deadline(context, std::chrono::seconds(std::stoi(argv[4])));
    deadline.async_wait([&](boost::system::error_code error) {
        if (!error) stop.emit(boost::asio::cancellation_type::terminal);
    });

    int code = 0;
    boost::asio::co_spawn(context, download(api, argv[1], argv[2], argv[3]),
                          boost::asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr failure) {
                              deadline.cancel();
                              if (!failure) return;
                              code = 1;
                              try {
                                  std::rethrow_exception(failure);
                              } catch (const hf::GatedRepoError& error) {
                                  std::cerr << "ask for access first: " << error.what() << '\n';
                              } catch (const hf::Error& error) {  // the base of all: code, status, request id, ...
                                  std::cerr << error.what() << " [" << error.code().message() << "]\n";
                              } catch (const boost::system::system_error& error) {
                                  std::cerr << "the deadline has passed (" << error.what() << ")\n";
                              }
                          }));
    context.run();
    return code;
}

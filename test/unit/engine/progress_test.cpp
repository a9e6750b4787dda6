#include <hf/transfer/progress.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(progress)

BOOST_AUTO_TEST_CASE(progress_counts_and_tells_at_most_once_per_interval) {
    class Sink final : public hf::ProgressSink {
    public:
        Sink() : ProgressSink(std::chrono::hours(1)) {}
        std::vector<std::string> files;
        std::vector<hf::ProgressCounters> seen;

    private:
        void on_progress(const hf::ProgressCounters& counters, std::string_view file) override {
            files.emplace_back(file);
            seen.push_back(counters);
        }
    } sink;
    sink.expect(2, 100);
    sink.received(10, "a");  // the first event is told at once
    sink.received(20, "a");
    sink.file_done("a");
    BOOST_TEST(sink.files.size() == 1u);
    BOOST_TEST(sink.files[0] == "a");
    sink.file_done("b", 70, true);
    sink.set_state(hf::ProgressSink::State::done);  // changes of state are always told
    sink.set_state(hf::ProgressSink::State::done);
    BOOST_TEST(sink.seen.size() == 2u);
    const hf::ProgressCounters end = sink.counters();
    BOOST_TEST(end.files_done == 2u);
    BOOST_TEST(end.files_skipped == 1u);
    BOOST_TEST(end.bytes_done == 100u);
    BOOST_TEST(end.bytes_received == 30u);
    sink.resumed(-10);
    BOOST_TEST(sink.counters().bytes_done == 90u);
}

BOOST_AUTO_TEST_SUITE_END()

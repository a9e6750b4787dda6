#define BOOST_TEST_MODULE hfhub
#include <boost/test/unit_test.hpp>

#if defined(__SANITIZE_THREAD__)
// The counter of std::exception_ptr lies in libstdc++.so, which is not instrumented: an exception that a future
// carries to another thread looks unsynchronised. Nor is OpenSSL: what it counts and frees itself is its own business,
// nor the C library, which guards its time zone by a lock of its own.
// Asio's counters of shared executors order the last release by std::atomic_thread_fence, which the sanitizer does not
// know (g++ -Wtsan says so): the release of one thread and the delete of another look like a race.
extern "C" const char* __tsan_default_suppressions() {
    return "race:std::__exception_ptr::exception_ptr::_M_release\n"
           "race:boost::asio::detail::ref_count_down\n"
           "race:tzset_internal\n"
           "race:libcrypto.so\n"
           "race:libssl.so\n";
}
#endif

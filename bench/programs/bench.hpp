#pragma once

#include <hf/hf_api.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace bench {

/// The arguments of a program: `--name value` pairs.
class Arguments {
public:
    /// Throws std::invalid_argument for a name without a value.
    Arguments(int argc, char** argv, int first);

    std::string text(const std::string& name, std::string_view otherwise = {}) const;
    std::uint64_t number(const std::string& name, std::uint64_t otherwise) const;

private:
    std::map<std::string, std::string> values_;
};

/// Figures that a program prints when it ends, as one line of JSON.
using Figures = std::map<std::string, double>;

/// Seconds since the object was made.
class Watch {
public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

double cpu_seconds();   ///< user and system time of this process so far
double resident_mib();  ///< resident memory now

/// The client that all programs measure: as a user gets it, plus what `--endpoint`, `--token`,
/// `--connections` and `--ca` say.
hf::HfApi make_api(boost::asio::io_context& context, const Arguments& arguments);

/// Runs `job` on one thread until it is done; rethrows what it throws. With `--turns 1` the figures of the turns are
/// added, as "turn_...", and as "idle_..." those of an idle io_context beside it.
void run(boost::asio::io_context& context, boost::asio::awaitable<void> job, const Arguments& arguments,
         Figures& figures);

using Program = std::function<Figures(const Arguments&)>;
/// A main function: runs the program that the first argument names, and prints its figures and "cpu".
int run_program(const char* executable, const std::map<std::string, Program>& programs, int argc, char** argv);

Figures model_info(const Arguments&);
Figures list_models(const Arguments&);
Figures cancel(const Arguments&);
Figures hash(const Arguments&);
Figures mirror(const Arguments&);
Figures snapshot(const Arguments&);
Figures upload(const Arguments&);

}  // namespace bench

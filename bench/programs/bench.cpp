#include "bench.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <sys/resource.h>
#include <unistd.h>

namespace bench {

Arguments::Arguments(int argc, char** argv, int first) {
    for (int i = first; i < argc; i += 2) {
        const std::string_view name = argv[i];
        if (!name.starts_with("--") || i + 1 == argc)
            throw std::invalid_argument("expected --name value at " + std::string(name));
        values_[std::string(name.substr(2))] = argv[i + 1];
    }
}

std::string Arguments::text(const std::string& name, std::string_view otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string(otherwise) : found->second;
}

std::uint64_t Arguments::number(const std::string& name, std::uint64_t otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : std::stoull(found->second);
}

double cpu_seconds() {
    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_mib() {
    std::ifstream statm("/proc/self/statm");
    double total = 0, resident = 0;
    statm >> total >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

hf::HfApi make_api(boost::asio::io_context& context, const Arguments& arguments) {
    const std::string endpoint = arguments.text("endpoint");
    const std::string token = arguments.text("token");
    const std::string ca = arguments.text("ca");
    hf::SessionConfig config;
    config.endpoint = endpoint;
    if (!token.empty()) config.token = std::string_view(token);
    config.ca_file = ca;
    config.max_connections = static_cast<unsigned>(arguments.number("connections", config.max_connections));
    return hf::HfApi(context.get_executor(), config);
}

int run_program(const char* executable, const std::map<std::string, Program>& programs, int argc, char** argv) {
    const auto program = programs.find(argc > 1 ? argv[1] : "");
    if (program == programs.end()) {
        std::cerr << "usage: " << executable << " PROGRAM [--name value]...\nprograms:";
        for (const auto& [name, call] : programs) std::cerr << ' ' << name;
        std::cerr << '\n';
        return 2;
    }
    try {
        Figures figures = program->second(Arguments(argc, argv, 2));
        figures["cpu"] = cpu_seconds();
        std::string separator = "{";
        for (const auto& [name, value] : figures) {
            std::printf("%s\"%s\": %.9g", separator.c_str(), name.c_str(), value);
            separator = ", ";
        }
        std::puts("}");
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}

}  // namespace bench

// hfhub_bench PROGRAM [--name value]...: does one thing with the public API and prints its figures as JSON.
#include "bench.hpp"

#include <cstdio>
#include <exception>
#include <iostream>

namespace {

const std::map<std::string, bench::Program> programs{
    {"cancel", bench::cancel},           {"hash", bench::hash},
    {"list_models", bench::list_models}, {"mirror", bench::mirror},
    {"model_info", bench::model_info},   {"snapshot", bench::snapshot},
    {"upload", bench::upload},
};

}  // namespace

int main(int argc, char** argv) {
    const auto program = programs.find(argc > 1 ? argv[1] : "");
    if (program == programs.end()) {
        std::cerr << "usage: hfhub_bench PROGRAM [--name value]...\nprograms:";
        for (const auto& [name, call] : programs) std::cerr << ' ' << name;
        std::cerr << '\n';
        return 2;
    }
    try {
        bench::Figures figures = program->second(bench::Arguments(argc, argv, 2));
        figures["cpu"] = bench::cpu_seconds();
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

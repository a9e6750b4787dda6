// hfhub_bench PROGRAM [--name value]...: does one thing with the public API and prints its figures as JSON.
#include "bench.hpp"

int main(int argc, char** argv) {
    return bench::run_program("hfhub_bench",
                              {{"cancel", bench::cancel},
                               {"hash", bench::hash},
                               {"list_models", bench::list_models},
                               {"mirror", bench::mirror},
                               {"model_info", bench::model_info},
                               {"snapshot", bench::snapshot},
                               {"upload", bench::upload}},
                              argc, argv);
}

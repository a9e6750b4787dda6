#include "bench.hpp"

namespace bench {

namespace {

boost::asio::awaitable<void> walk(const hf::HfApi& api, std::uint64_t limit, std::uint64_t warm, bool full,
                                  Figures& figures) {
    const Watch watch;
    const double cpu_before = cpu_seconds();
    hf::ListModelsOptions options;
    options.limit = static_cast<std::int64_t>(limit);
    if (full) options.full = true;
    hf::AsyncGenerator<hf::ModelInfo> models = api.list_models(options);
    std::uint64_t count = 0;
    while (const auto model = co_await models.next()) {
        if (count == 0) figures["first_item"] = watch.seconds();
        ++count;
        // What the first items cost in memory is not what a longer list costs.
        if (count == warm) {
            figures["resident_warm"] = resident_mib();
            figures["seconds_warm"] = watch.seconds();
            figures["cpu_warm"] = cpu_seconds();
        }
    }
    figures["items"] = static_cast<double>(count);
    figures["seconds"] = watch.seconds();
    figures["cpu_calls"] = cpu_seconds() - cpu_before;
    figures["resident_end"] = resident_mib();
}

}  // namespace

Figures list_models(const Arguments& arguments) {
    boost::asio::io_context context(1);
    const hf::HfApi api = make_api(context, arguments);
    Figures figures;
    run(context,
        walk(api, arguments.number("limit", 10'000), arguments.number("warm", 0), arguments.number("full", 0) != 0,
             figures),
        arguments, figures);
    return figures;
}

}  // namespace bench

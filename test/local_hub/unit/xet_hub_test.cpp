// Settings of a whole hub that concern Xet.
#include <hf/local_hub.hpp>

#include "temporary_folder.hpp"
#include "xet_samples.hpp"

#include <hf/core/error.hpp>

namespace {

using namespace hf::test;

struct Fixture {
    TemporaryFolder folder;
    hf::LocalHubConfig config{folder.path() / "hub"};

    void import(hf::LocalHub& hub) {
        folder.write("files/a.bin", noise(1, 300'000));
        folder.write("files/b.bin", noise(2, 300'000));
        hub.import_folder("model", "julien/m", folder.path() / "files");
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(xet_hub, Fixture)

BOOST_AUTO_TEST_CASE(a_hub_is_idle_when_all_objects_have_their_ids) {
    hf::LocalHub hub(config);
    import(hub);
    hub.idle();
    BOOST_TEST(hub.counters().xet_pending == 0u);
    std::size_t xorbs = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "hub/xet/xorbs"))
        xorbs += entry.is_regular_file();
    BOOST_TEST(xorbs == 2u);
}

BOOST_AUTO_TEST_CASE(a_hub_without_xet_makes_none_and_the_next_start_with_it_does) {
    config.xet = false;
    {
        hf::LocalHub hub(config);
        import(hub);
        hub.idle();
        BOOST_TEST(hub.counters().xet_pending == 0u);
        BOOST_TEST(!std::filesystem::exists(folder.path() / "hub/xet/xorbs"));
    }
    config.xet = true;
    hf::LocalHub hub(config);
    hub.idle();
    BOOST_TEST(std::filesystem::exists(folder.path() / "hub/xet/xorbs"));
}

BOOST_AUTO_TEST_CASE(the_url_of_a_foreign_cas_must_be_one) {
    for (const char* url : {"cas.example", "ftp://cas.example", "http://", "https://cas example"}) {
        config.xet_cas = url;
        BOOST_CHECK_EXCEPTION(hf::LocalHub{config}, hf::HFValidationError,
                              [](const auto& error) { return error.info().argument == "xet_cas"; });
    }
}

BOOST_AUTO_TEST_SUITE_END()

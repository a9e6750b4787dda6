#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(error)

using hf::Errc;
using hf::ErrorCondition;

BOOST_AUTO_TEST_CASE(types_carry_their_code_and_can_be_caught_as_their_bases) {
    try {
        hf::ErrorInfo info;
        info.message = "ask for access";
        info.status = 403;
        throw hf::GatedRepoError(info);
    } catch (const hf::RepositoryNotFoundError& e) {
        BOOST_TEST(e.code() == hf::make_error_code(Errc::gated_repo));
        BOOST_TEST(e.status() == 403u);
        BOOST_TEST(std::string(e.what()) == "ask for access");
    }
    BOOST_CHECK_THROW(throw hf::DisabledRepoError(hf::ErrorInfo()), hf::HfHubHTTPError);
    BOOST_CHECK_THROW(throw hf::LocalEntryNotFoundError(hf::ErrorInfo()), hf::EntryNotFoundError);
    BOOST_CHECK_THROW(throw hf::TimeoutError(hf::ErrorInfo()), hf::ConnectionError);
    BOOST_CHECK_THROW(throw hf::HFValidationError(hf::ErrorInfo()), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(conditions_are_the_categories_of_the_reference_client) {
    const auto is = [](Errc code, ErrorCondition condition) { return hf::make_error_code(code) == condition; };
    BOOST_TEST(is(Errc::validation, ErrorCondition::value_error));
    BOOST_TEST(is(Errc::bad_request, ErrorCondition::value_error));
    BOOST_TEST(is(Errc::bad_request, ErrorCondition::os_error));
    BOOST_TEST(is(Errc::local_entry_not_found, ErrorCondition::file_not_found));
    BOOST_TEST(is(Errc::local_entry_not_found, ErrorCondition::value_error));
    BOOST_TEST(is(Errc::offline, ErrorCondition::connection_error));
    BOOST_TEST(is(Errc::gated_repo, ErrorCondition::not_found));
    BOOST_TEST(is(Errc::timeout, ErrorCondition::timeout));
    BOOST_TEST(!is(Errc::http_error, ErrorCondition::not_found));
    BOOST_TEST(!is(Errc::validation, ErrorCondition::os_error));
    BOOST_TEST(!is(Errc::offline, ErrorCondition::network));
}

BOOST_AUTO_TEST_CASE(a_copy_shares_what_is_known) {
    hf::ErrorInfo info;
    info.request_id = "r-1";
    const hf::EntryNotFoundError first(info);
    const hf::Error second = first;
    BOOST_TEST(&first.info() == &second.info());
    BOOST_TEST(second.info().request_id == "r-1");
}

BOOST_AUTO_TEST_CASE(helpers_name_the_culprit) {
    BOOST_CHECK_EXCEPTION(hf::throw_validation("repo_id", "bad"), hf::HFValidationError,
                          [](const hf::Error& e) { return e.info().argument == "repo_id" && e.message() == "bad"; });
    const auto full = boost::system::errc::make_error_code(boost::system::errc::no_space_on_device);
    BOOST_CHECK_EXCEPTION(hf::throw_file_system("cannot write", "/x/y", full), hf::FileSystemError,
                          [&](const hf::Error& e) {
                              return e.info().argument == "/x/y" && e.info().cause == full &&
                                     e.message().starts_with("cannot write /x/y: ");
                          });
}

BOOST_AUTO_TEST_SUITE_END()

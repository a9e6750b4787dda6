// Xorbs that come by grants.
#include "local_hub/xet/grants.hpp"

#include "temporary_folder.hpp"
#include "xet/crc64nvme.hpp"
#include "xet_samples.hpp"

namespace {

using namespace hf::test;
using namespace hf::local_hub;
namespace xet = hf::xet;

struct Fixture {
    TemporaryFolder folder;
    XorbStore store{folder.path() / "xet"};
    Grants grants{store, folder.path() / "granted"};
    xet::SerializedXorb xorb = xorb_of({std::string(5000, 'a'), noise(1, 9000)});

    Grant issue() const { return grants.issue(xorb.hash, xorb.body.size(), xet::crc64nvme(xorb.body)); }
    void upload(const Grant& grant, xet::Bytes body) const {
        Grants::Incoming incoming(grants, grant);
        for (std::size_t at = 0; at < body.size(); at += 1000) {
            const auto piece = body.subspan(at, std::min<std::size_t>(1000, body.size() - at));
            incoming.write(piece.data(), piece.size());
        }
        incoming.finish();
    }
    std::size_t waiting() const {
        const std::filesystem::directory_iterator granted(folder.path() / "granted"), end;
        const std::filesystem::directory_iterator incoming(folder.path() / "xet/incoming");
        return static_cast<std::size_t>(std::distance(granted, end) + std::distance(incoming, end));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(xet_grants, Fixture)

BOOST_AUTO_TEST_CASE(what_was_uploaded_is_stored_once_it_is_committed) {
    const Grant grant = issue();
    BOOST_TEST(!grants.commit(xorb.hash, grant.id), "nothing was uploaded");
    upload(grant, xorb.body);
    BOOST_TEST(!store.contains(xorb.hash));
    BOOST_TEST(grants.commit(xorb.hash, grant.id));
    BOOST_TEST((*store.index(xorb.hash) == xorb.footer()));
    BOOST_TEST(waiting() == 0u);
    BOOST_TEST(grants.commit(xorb.hash, grant.id), "the answer was lost and the client asks again");
}

BOOST_AUTO_TEST_CASE(a_grant_is_for_one_upload) {
    const Grant grant = issue();
    upload(grant, xorb.body);
    try {
        upload(grant, xorb.body);
        BOOST_ERROR("not refused");
    } catch (const StorageError& error) {
        BOOST_TEST((error.refusal == Refusal::moved));
    }
    BOOST_TEST(issue().id != grant.id);
}

BOOST_AUTO_TEST_CASE(another_length_or_checksum_than_announced_is_refused) {
    auto longer = xorb.body;
    longer.push_back(std::byte{0});
    check_refused([&] { upload(issue(), longer); }, "were announced, got");
    check_refused([&] { upload(issue(), xet::Bytes(xorb.body).first(100)); }, "were announced, got 100");
    auto flipped = xorb.body;
    flipped[50] ^= std::byte{1};
    check_refused([&] { upload(issue(), flipped); }, "BadDigest");
    BOOST_TEST(waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(bytes_of_another_xorb_are_refused_and_gone) {
    const auto other = xorb_of({"something else"});
    const Grant grant = grants.issue(xorb.hash, other.body.size(), xet::crc64nvme(other.body));
    upload(grant, other.body);
    check_refused([&] { grants.commit(xorb.hash, grant.id); }, "The hash of the xorb is");
    BOOST_TEST(!grants.commit(xorb.hash, grant.id));
    BOOST_TEST(waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(ids_that_were_not_made_here_are_unknown) {
    upload(issue(), xorb.body);
    for (const char* id : {"", ".", "..", "../../x", "0123456789abcdef0123456789abcdef"})
        BOOST_TEST(!grants.commit(xorb.hash, id), id);
}

BOOST_AUTO_TEST_CASE(lengths_that_no_xorb_has_get_no_grant) {
    check_refused([&] { grants.issue(xorb.hash, 0, 0); }, "0 bytes");
    check_refused([&] { grants.issue(xorb.hash, max_xorb_body + 1, 0); }, "cannot have");
    BOOST_CHECK_NO_THROW(grants.issue(xorb.hash, max_xorb_body, 0));
}

BOOST_AUTO_TEST_CASE(what_nobody_commits_goes) {
    upload(issue(), xorb.body);
    grants.drop_abandoned(std::chrono::hours(1));
    BOOST_TEST(waiting() == 1u);
    grants.drop_abandoned(std::chrono::seconds(0));
    BOOST_TEST(waiting() == 0u);

    const Grant grant = issue();
    upload(grant, xorb.body);
    Grants next_start(store, folder.path() / "granted");
    BOOST_TEST(!next_start.commit(xorb.hash, grant.id));
}

BOOST_AUTO_TEST_SUITE_END()

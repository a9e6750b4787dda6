"""Tokens for the CAS: who gets them, and what they are good for.

    python3 xet_tokens_test.py PATH_TO_hfhub_test_hub FOLDER_OF_fixtures/xet [case...]
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from hub_process import Hub, run_cases  # noqa: E402
from xet_cas import PROGRAM, SMALL_ID, SMALL_XORB_HASH, Cas, small, token  # noqa: E402


def case_a_token_comes_as_json_and_as_headers():
    with Hub(PROGRAM, "xet_token_ttl=60") as hub:
        for kind, create in (("models", {}), ("datasets", {"type": "dataset"}), ("spaces", {"type": "space", "sdk": "static"})):
            repo = hub.create(f"julien/{kind}", **create)
            for access in ("read", "write"):
                answer = hub.expect(200, "GET", f"/api/{kind}/{repo}/xet-{access}-token/main")
                said = answer.json()
                assert set(said) == {"accessToken", "exp", "casUrl"} and said["casUrl"] == hub.lfs_endpoint, said
                assert answer.headers["X-Xet-Access-Token"] == said["accessToken"]
                assert answer.headers["X-Xet-Token-Expiration"] == str(said["exp"])
                assert answer.headers["X-Xet-Cas-Url"] == said["casUrl"]
                assert 50 <= said["exp"] - time.time() <= 60


def case_who_gets_a_token():
    with Hub(PROGRAM) as hub:
        hub.create("julien/open")
        hub.create("julien/closed", private=True)
        hub.create("acme/gated")
        hub.expect(200, "PUT", "/api/models/acme/gated/settings", {"gated": "manual"})
        rows = [
            ("open", "read", "main", None, 200), ("open", "read", "main", "hf_bob", 200),
            ("open", "read", "nothing", "hf_write", 404), ("open", "read", "main", "hf_wrong", 401),
            ("open", "write", "main", None, 401), ("open", "write", "main", "hf_bob", 403),
            ("open", "write", "main", "hf_read", 403), ("open", "write", "nothing", "hf_write", 404),
            ("closed", "read", "main", None, 401), ("closed", "read", "main", "hf_bob", 404),
            ("closed", "read", "main", "hf_read", 200), ("closed", "write", "main", "hf_bob", 404),
            ("open", "write", "None?create_pr=1", "hf_bob", 200), ("open", "write", "None?create_pr=1", "hf_read", 403),
            ("open", "write", "None?create_pr=1", None, 401), ("closed", "write", "None?create_pr=1", "hf_bob", 404),
        ]
        for repo, access, revision, who, status in rows:
            hub.expect(status, "GET", f"/api/models/julien/{repo}/xet-{access}-token/{revision}", token=who)
        for who, status in ((None, 401), ("hf_bob", 403), ("hf_write", 200)):
            hub.expect(status, "GET", "/api/models/acme/gated/xet-read-token/main", token=who)
        hub.expect(404, "GET", "/api/models/julien/none/xet-read-token/main")


def case_a_revision_is_one_component_of_the_path():
    with Hub(PROGRAM) as hub:
        repo = hub.create("julien/m")
        hub.expect(201, "POST", f"/api/models/{repo}/branch/feat%2Fa", {})
        for revision in ("feat%2Fa", "refs%2Fheads%2Ffeat%2Fa"):
            for access in ("read", "write"):
                hub.expect(200, "GET", f"/api/models/{repo}/xet-{access}-token/{revision}")
        pull = hub.expect(200, "POST", f"/api/models/{repo}/discussions", {"title": "A pull request", "pullRequest": True},
                          token="hf_bob").json()["num"]
        hub.expect(200, "GET", f"/api/models/{repo}/xet-write-token/refs%2Fpr%2F{pull}", token="hf_bob")


def case_the_cas_wants_a_token_of_the_hub():
    with Hub(PROGRAM, "xet_token_ttl=1") as hub:
        hub.create("julien/m")
        requests = [("GET", f"/v2/reconstructions/{SMALL_ID}"), ("GET", f"/v1/reconstructions/{SMALL_ID}"),
                    ("GET", f"/v1/reconstructions?file_id={SMALL_ID}"), ("HEAD", f"/v1/files/{SMALL_ID}"),
                    ("HEAD", f"/v1/xorbs/default/{SMALL_XORB_HASH}"), ("GET", f"/v1/chunks/default/{SMALL_ID}"),
                    ("POST", f"/v1/xorbs/default/{SMALL_XORB_HASH}"), ("POST", "/v1/shards"), ("POST", "/v2/shards"),
                    ("POST", f"/v1/xorb-grants/default/{SMALL_XORB_HASH}"),
                    ("POST", f"/v1/xorb-commits/default/{SMALL_XORB_HASH}/grant/x"),
                    ("POST", "/v1/telemetry")]
        good = token(hub, "julien/m")
        for method, path in requests:
            content = b"" if method == "POST" else None
            for headers in ({}, {"Authorization": "Bearer hf_write"}, {"Authorization": f"Basic {good}"},
                            {"Authorization": f"Bearer {good}x"}, {"Authorization": "Bearer "}):
                answer = hub.ask(method, hub.lfs_endpoint + path, content, headers=headers)
                assert answer.status == 401, (method, path, headers, answer)
        reader = Cas(hub, "julien/m", "read")
        for path in (f"/v1/xorbs/default/{SMALL_XORB_HASH}", "/v1/shards", "/v2/shards",
                     f"/v1/xorb-grants/default/{SMALL_XORB_HASH}", f"/v1/xorb-commits/default/{SMALL_XORB_HASH}/grant/x"):
            reader.expect(403, "POST", path, b"")
        time.sleep(1.1)
        reader.expect(401, "POST", "/v1/telemetry", b"{}")


def case_a_token_ends_with_its_repository():
    with Hub(PROGRAM) as hub:
        cas = small(hub)
        hub.expect(200, "DELETE", "/api/repos/delete", {"name": "m", "organization": "julien"})
        cas.expect(403, "GET", f"/v2/reconstructions/{SMALL_ID}")


def case_tokens_of_the_cas_are_no_mistakes_of_clients():
    with Hub(PROGRAM, "strict_storage=1") as hub:
        cas = small(hub)
        hub.control("DELETE", "counters")
        cas.expect(200, "GET", f"/v2/reconstructions/{SMALL_ID}")
        assert hub.counters()["storage_authorizations"] == 0
        info = cas.expect(200, "GET", f"/v1/reconstructions/{SMALL_ID}").json()["fetch_info"][SMALL_XORB_HASH][0]
        cas.expect(400, "GET", info["url"].removeprefix(hub.lfs_endpoint), Range="bytes=0-25")
        hub.expect(206, "GET", info["url"], headers={"Range": "bytes=0-25"})
        assert hub.counters()["storage_authorizations"] == 1


def case_a_hub_without_xet():
    with Hub(PROGRAM, "xet=0") as hub:
        repo = hub.create("julien/m")
        hub.expect(404, "GET", f"/api/models/{repo}/xet-read-token/main")
        hub.expect(404, "GET", f"/api/models/{repo}/xet-write-token/main")
        assert hub.ask("GET", hub.lfs_endpoint + f"/v2/reconstructions/{SMALL_ID}").status == 404


def case_a_foreign_cas_is_named_instead():
    with Hub(PROGRAM, "xet_cas=https://cas.example/base/") as hub:
        repo = hub.create("julien/m")
        answer = hub.expect(200, "GET", f"/api/models/{repo}/xet-write-token/main")
        assert answer.json()["casUrl"] == answer.headers["X-Xet-Cas-Url"] == "https://cas.example/base"
        headers = {"Authorization": "Bearer " + answer.json()["accessToken"]}
        assert hub.ask("GET", hub.lfs_endpoint + f"/v2/reconstructions/{SMALL_ID}", headers=headers).status == 404


run_cases("xet tokens", globals(), sys.argv[3:])

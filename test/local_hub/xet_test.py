"""The CAS as its clients see it: tokens, uploads, reconstructions, signed ranges, and the LFS bridge.

    python3 xet_test.py PATH_TO_hfhub_test_hub FOLDER_OF_fixtures/xet [case...]
"""

import hashlib
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from hub_process import Hub, run_cases  # noqa: E402

PROGRAM = sys.argv[1]
EXCHANGES = json.loads((Path(sys.argv[2]) / "exchanges_1_8.json").read_text())["exchanges"]


def recorded(step, request):
    return next(e for e in EXCHANGES if e["step"] == step and e["request"].startswith(request))


def body(step, request):
    return bytes.fromhex(recorded(step, request)["body"]["hex"])


# What the reference sent for the file "hello xet\n".
TINY = b"hello xet\n"
TINY_XORB = body("tiny upload", "PUT /simulation/xorb-uploads/")
TINY_XORB_HASH = recorded("tiny upload", "POST /v1/xorb-grants/")["request"].rsplit("/", 1)[1]
TINY_SHARD = body("tiny upload", "POST /v2/shards")
# Four chunks, of which the file takes 0 to 1 and 2 to 4.
SMALL_XORB = body("small case, made by hand", "PUT /simulation/xorb-uploads/")
SMALL_XORB_HASH = recorded("small case, made by hand", "POST /v1/xorb-grants/")["request"].rsplit("/", 1)[1]
SMALL_SHARD = body("small case, made by hand", "POST /v2/shards")
SMALL_ID = recorded("small case, range 20-30", "GET /v2/reconstructions/")["request"].rsplit("/", 1)[1]
SMALL = b"alpha-alpha-alpha-" + b"gamma-gamma-gamma-" + b"delta-delta-delta-"


def token(hub, repo, access="read", revision="main", who="hf_write", kind="models"):
    return hub.expect(200, "GET", f"/api/{kind}/{repo}/xet-{access}-token/{revision}", token=who).json()["accessToken"]


class Cas:
    """The CAS with the token of one repository."""

    def __init__(self, hub, repo, access="write", **named):
        self.hub, self.token = hub, token(hub, repo, access, **named)

    def ask(self, method, path, content=None, **headers):
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        return self.hub.ask(method, self.hub.lfs_endpoint + path, content, headers=headers)

    def expect(self, status, method, path, content=None, **headers):
        answer = self.ask(method, path, content, **headers)
        assert answer.status == status, f"{method} {path}: expected {status}, got {answer}"
        return answer

    def upload(self, xorb_hash, xorb, shard, version="v2"):
        self.expect(200, "POST", f"/v1/xorbs/default/{xorb_hash}", xorb)
        return self.expect(200, "POST", f"/{version}/shards", shard)


def small(hub, repo="julien/m"):
    hub.create(repo)
    cas = Cas(hub, repo)
    cas.upload(SMALL_XORB_HASH, SMALL_XORB, SMALL_SHARD)
    return cas


def fetched(hub, reconstruction):
    """The bytes of a version 1 or 2, put together by the rules alone: chunks are stored uncompressed here."""
    ranges = {}
    for xorb, sources in (reconstruction.get("xorbs") or reconstruction["fetch_info"]).items():
        for source in sources:
            for piece in source.get("ranges") or [{"chunks": source["range"], "bytes": source["url_range"]}]:
                answer = hub.expect(206, "GET", source["url"], headers={
                    "Range": f"bytes={piece['bytes']['start']}-{piece['bytes']['end']}"})
                data, at = answer.body, 0
                for chunk in range(piece["chunks"]["start"], piece["chunks"]["end"]):
                    size = int.from_bytes(data[at + 1:at + 4], "little")
                    ranges[xorb, chunk] = data[at + 8:at + 8 + size]
                    at += 8 + size
                assert at == len(data)
    out = b""
    for term in reconstruction["terms"]:
        content = b"".join(ranges[term["hash"], i] for i in range(term["range"]["start"], term["range"]["end"]))
        assert len(content) == term["unpacked_length"]
        out += content
    return out[reconstruction["offset_into_first_range"]:]


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


def case_an_upload_is_committed_and_read_both_ways():
    with Hub(PROGRAM) as hub:
        repo = hub.create("julien/m")
        cas = Cas(hub, repo)
        first = cas.expect(200, "POST", f"/v1/xorbs/default/{TINY_XORB_HASH}", TINY_XORB).json()
        again = cas.expect(200, "POST", f"/v1/xorbs/default/{TINY_XORB_HASH}", TINY_XORB).json()
        assert (first, again) == ({"was_inserted": True}, {"was_inserted": False})
        assert cas.expect(200, "HEAD", f"/v1/xorbs/default/{TINY_XORB_HASH}").headers["Content-Length"] == str(len(TINY_XORB))
        answer = cas.expect(200, "POST", "/v2/shards", TINY_SHARD)
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        assert answer.body.decode() == recorded("tiny upload", "POST /v2/shards")["answer"]["text"]
        assert cas.expect(200, "POST", "/v1/shards", TINY_SHARD).json() == {"result": 1}

        oid = hashlib.sha256(TINY).hexdigest()
        line = "lfsFile", {"path": "a.bin", "algo": "sha256", "oid": oid, "size": len(TINY)}
        assert hub.commit(repo, [line]).status == 200
        [entry] = [e for e in hub.expect(200, "GET", f"/api/models/{repo}/tree/main").json() if e["path"] == "a.bin"]
        assert list(entry) == ["type", "oid", "size", "lfs", "xetHash", "path"] and len(entry["xetHash"]) == 64, entry
        [entry] = hub.expect(200, "POST", f"/api/models/{repo}/paths-info/main", {"paths": ["a.bin"]}).json()
        file_id = entry["xetHash"]

        for method in ("HEAD", "GET"):
            answer = hub.expect(302, method, f"/{repo}/resolve/main/a.bin")
            commit = answer.headers["X-Repo-Commit"]
            assert answer.headers["X-Xet-Hash"] == file_id and answer.headers["X-Linked-Size"] == str(len(TINY))
            assert answer.headers["Link"] == (
                f'<{hub.endpoint}/api/models/{repo}/xet-read-token/{commit}>; rel="xet-auth", '
                f'<{hub.lfs_endpoint}/v1/reconstructions/{file_id}>; rel="xet-reconstruction-info"'), answer
        info = hub.expect(200, "GET", f"/{repo}/resolve/main/a.bin", headers={
            "Accept": "application/vnd.xet-fileinfo+json, */*", "Range": "bytes=0-0"})
        assert info.headers["Content-Type"] == "application/vnd.xet-fileinfo+json"
        assert info.headers["Link"] == answer.headers["Link"] and info.headers["X-Linked-Size"] == str(len(TINY))
        assert info.json()["hash"] == file_id and info.json()["size"] == len(TINY), info
        assert hub.expect(200, "GET", answer.headers["Location"]).body == TINY
        part = hub.expect(206, "GET", answer.headers["Location"], headers={"Range": "bytes=6-8"})
        assert part.body == b"xet"
        objects = hub.expect(200, "POST", f"/{repo}.git/info/lfs/objects/batch",
                             {"operation": "download", "objects": [{"oid": oid, "size": len(TINY)}]}).json()["objects"]
        assert hub.expect(200, "GET", objects[0]["actions"]["download"]["href"]).body == TINY
        reader = Cas(hub, repo, "read", revision=commit)
        assert reader.expect(200, "HEAD", f"/v1/files/{file_id}").headers["Content-Length"] == str(len(TINY))
        assert fetched(hub, reader.expect(200, "GET", f"/v2/reconstructions/{file_id}").json()) == TINY


def case_a_commit_wants_what_its_own_repository_got():
    with Hub(PROGRAM) as hub:
        small(hub)
        other = hub.create("julien/other")
        line = "lfsFile", {"path": "a", "algo": "sha256", "oid": hashlib.sha256(SMALL).hexdigest(), "size": len(SMALL)}
        assert hub.commit(other, [line]).status == 400
        Cas(hub, other, "read").expect(404, "GET", f"/v2/reconstructions/{SMALL_ID}")
        Cas(hub, other).expect(200, "POST", "/v2/shards", SMALL_SHARD)
        assert hub.commit(other, [line]).status == 200
        assert fetched(hub, Cas(hub, other, "read").expect(200, "GET", f"/v2/reconstructions/{SMALL_ID}").json()) == SMALL


def case_reconstructions_are_as_recorded():
    with Hub(PROGRAM) as hub:
        cas = small(hub)
        for step, version, headers in (("small case, single ranges (default)", "v2", {"Range": "bytes=0-53"}),
                                       ("small case, range 20-30", "v2", {"Range": "bytes=20-30"}),
                                       ("small case, v1 asked by hand", "v1", {})):
            expected = json.loads(recorded(step, f"GET /{version}/reconstructions/")["answer"]["text"])
            answer = cas.expect(200, "GET", f"/{version}/reconstructions/{SMALL_ID}", **headers).json()
            assert set(answer) == set(expected)
            assert answer["terms"] == expected["terms"]
            assert answer["offset_into_first_range"] == expected["offset_into_first_range"]

            def without_urls(sources):
                return {xorb: [{k: v for k, v in source.items() if k != "url"} for source in of]
                        for xorb, of in sources.items()}
            member = "xorbs" if version == "v2" else "fetch_info"
            assert without_urls(answer[member]) == without_urls(expected[member]), answer
        upper = cas.expect(200, "GET", f"/v2/reconstructions/{SMALL_ID.upper()}").json()
        assert fetched(hub, upper) == SMALL
        batch = cas.expect(200, "GET", f"/v1/reconstructions?file_id={SMALL_ID}&file_id={SMALL_ID}").json()
        assert set(batch) == {"files", "fetch_info"} and list(batch["files"]) == [SMALL_ID]
        assert fetched(hub, {**batch, "terms": batch["files"][SMALL_ID], "offset_into_first_range": 0}) == SMALL


def case_every_window_gives_its_bytes():
    with Hub(PROGRAM) as hub:
        cas = small(hub)
        for version in ("v1", "v2"):
            for first in range(0, len(SMALL), 5):
                for last in range(first, len(SMALL) + 3, 7):
                    answer = cas.expect(200, "GET", f"/{version}/reconstructions/{SMALL_ID}", Range=f"bytes={first}-{last}")
                    got = fetched(hub, answer.json())
                    assert got[:last - first + 1] == SMALL[first:last + 1], (version, first, last)
        for text, status in (("bytes=54-63", 416), ("bytes=1000-", 416), ("bytes=5-3", 400), ("bytes=-5", 400),
                             ("bytes=0-1,2-3", 400), ("pages=1-2", 400), ("bytes=5-", 200)):
            cas.expect(status, "GET", f"/v2/reconstructions/{SMALL_ID}", Range=text)


def case_unknown_files_and_ids_that_are_none():
    with Hub(PROGRAM) as hub:
        cas = small(hub)
        absent = "ab" * 32
        for method, path in (("GET", "/v1/reconstructions/{}"), ("GET", "/v2/reconstructions/{}"),
                             ("GET", "/v1/reconstructions?file_id={}"), ("HEAD", "/v1/files/{}"),
                             ("HEAD", "/v1/xorbs/default/{}"), ("GET", "/v1/chunks/default/{}")):
            cas.expect(404, method, path.format(absent))
            for bad in ("ab", "x" * 64, "ab" * 33, "..%2F" * 12 + "abcd"):
                cas.expect(400, method, path.format(bad))
        cas.expect(405, "GET", f"/v1/files/{SMALL_ID}")
        cas.expect(405, "GET", f"/v1/xorbs/default/{SMALL_XORB_HASH}")
        cas.expect(404, "GET", "/v9/anything")
        cas.expect(404, "POST", f"/v1/xorb-grants/default", b"{}")


def case_a_signed_url_is_good_for_its_ranges_alone():
    with Hub(PROGRAM) as hub:
        cas = small(hub)
        answer = cas.expect(200, "GET", f"/v2/reconstructions/{SMALL_ID}").json()
        [source] = answer["xorbs"][SMALL_XORB_HASH]
        assert [piece["bytes"] for piece in source["ranges"]] == [{"start": 0, "end": 25}, {"start": 49, "end": 100}]
        url = source["url"]
        assert cas.token not in url
        for text, status in (("bytes=0-25", 206), ("bytes=49-100", 206), ("bytes=0-24", 403), ("bytes=0-100", 403),
                             ("bytes=26-48", 403), ("bytes=0-", 403), ("bytes=-10", 403), ("bytes=0-25,0-25,0-25", 403),
                             ("bytes=0-25,26-48", 403)):
            hub.expect(status, "GET", url, headers={"Range": text})
        hub.expect(403, "GET", url)
        hub.expect(403, "GET", url[:-1] + ("A" if url[-1] != "A" else "B"), headers={"Range": "bytes=0-25"})
        hub.expect(403, "GET", url.replace("49-100", "0-100"), headers={"Range": "bytes=0-100"})
        one = hub.expect(206, "GET", url, headers={"Range": "bytes=49-100"})
        assert one.body == SMALL_XORB[49:101] and one.headers["Content-Range"].startswith("bytes 49-100/")
        both = hub.expect(206, "GET", url, headers={"Range": "bytes=0-25,49-100"})
        boundary = both.headers["Content-Type"].split("boundary=")[1].encode()
        expected = bytes.fromhex(recorded("small case, multi-range on", "GET /v1/fetch_term")["answer"]["hex"])
        total = both.body.split(b"/", 2)[2].split(b"\r\n")[0]
        expected = expected.replace(b"xet_multipart_boundary", boundary).replace(b"/357", b"/" + total)
        assert both.body == expected, (both.body, expected)


def case_a_signed_url_expires():
    with Hub(PROGRAM, "url_ttl=1") as hub:
        cas = small(hub)
        answer = cas.expect(200, "GET", f"/v1/reconstructions/{SMALL_ID}").json()
        info = answer["fetch_info"][SMALL_XORB_HASH][0]
        wanted = {"Range": f"bytes={info['url_range']['start']}-{info['url_range']['end']}"}
        hub.expect(206, "GET", info["url"], headers=wanted)
        time.sleep(2.1)
        hub.expect(403, "GET", info["url"], headers=wanted)
        cas.expect(200, "GET", f"/v1/reconstructions/{SMALL_ID}")


def case_bad_uploads_are_refused_and_leave_nothing():
    with Hub(PROGRAM) as hub:
        hub.create("julien/m")
        cas = Cas(hub, "julien/m")
        name = f"/v1/xorbs/default/{SMALL_XORB_HASH}"
        bad_scheme = SMALL_XORB[:4] + b"\x07" + SMALL_XORB[5:]
        flipped = SMALL_XORB[:-1] + b"?"
        for xorb in (b"", b"XETBLOB", SMALL_XORB[:-1], SMALL_XORB + b"XETB", bad_scheme, flipped, bytes(1000)):
            cas.expect(400, "POST", name, xorb)
        cas.expect(400, "POST", f"/v1/xorbs/default/{'12' * 32}", SMALL_XORB)
        cas.expect(400, "POST", "/v1/xorbs/default/12", SMALL_XORB)
        cas.expect(404, "HEAD", name)
        for route in ("/v1/shards", "/v2/shards"):
            answer = cas.expect(400, "POST", route, SMALL_SHARD)
            assert b"was not uploaded" in answer.body, answer
        cas.expect(200, "POST", name, SMALL_XORB)
        lying = SMALL_SHARD.replace(SMALL_SHARD[-100:-90], bytes(10))
        for shard in (b"", SMALL_SHARD[:-1], SMALL_SHARD + b"x", b"X" + SMALL_SHARD[1:], lying):
            cas.expect(400, "POST", "/v2/shards", shard)
        cas.expect(404, "GET", f"/v2/reconstructions/{SMALL_ID}")
        assert not list(hub.root.glob("xet/incoming/*")) and not list(hub.root.glob("lfs/incoming/*"))
        assert not list(hub.root.glob("lfs/objects/*/*/*"))


def case_a_xorb_comes_by_grant():
    with Hub(PROGRAM) as hub:
        hub.create("julien/m")
        cas = Cas(hub, "julien/m")
        path = f"/v1/xorb-grants/default/{SMALL_XORB_HASH}"
        wanted = recorded("small case, made by hand", "POST /v1/xorb-grants/")["body"]["text"].encode()
        grant = cas.expect(201, "POST", path, wanted).json()
        assert set(grant) == {"id", "method", "url", "headers"} and cas.token not in grant["url"], grant
        commit = f"/v1/xorb-commits/default/{SMALL_XORB_HASH}/grant/"
        cas.expect(404, "POST", commit + grant["id"], b"")
        put = lambda url, body, **more: hub.ask(grant["method"], url, body, headers={**grant["headers"], **more})  # noqa: E731
        assert put(grant["url"], SMALL_XORB[:-1]).status == 400
        assert put(grant["url"], SMALL_XORB[:-1] + b"?").status == 400
        assert put(grant["url"], SMALL_XORB, Authorization="Bearer " + cas.token).status == 400
        assert put(grant["url"].replace("length=101", "length=100"), SMALL_XORB[:-1]).status == 403
        assert put(grant["url"], SMALL_XORB).status == 200
        assert put(grant["url"], SMALL_XORB).status == 412
        cas.expect(404, "HEAD", f"/v1/xorbs/default/{SMALL_XORB_HASH}")
        for bad in ("..%2F..", "x", grant["id"][:-1]):
            cas.expect(404, "POST", commit + bad, b"")
        cas.expect(200, "POST", commit + grant["id"], b"")
        cas.expect(200, "HEAD", f"/v1/xorbs/default/{SMALL_XORB_HASH}")
        assert cas.expect(200, "POST", path, wanted).body == b""
        for bad in ({}, {"length": 101}, {"length": -1}, {"length": 101, "checksum": {"algo": "sha256", "value": "1"}},
                    {"length": 101, "checksum": {"algo": "crc64nvme", "value": 1}},
                    {"length": 101, "checksum": {"algo": "crc64nvme", "value": "-1"}},
                    {"length": 1 << 30, "checksum": {"algo": "crc64nvme", "value": "1"}}):
            cas.expect(400, "POST", f"/v1/xorb-grants/default/{'ab' * 32}", json.dumps(bad).encode())
        other = f"/v1/xorb-grants/default/{'12' * 32}"
        grant = cas.expect(201, "POST", other, wanted).json()
        assert put(grant["url"], SMALL_XORB).status == 200
        answer = cas.expect(400, "POST", f"/v1/xorb-commits/default/{'12' * 32}/grant/{grant['id']}", b"")
        assert SMALL_XORB_HASH.encode() in answer.body


def case_a_chunk_leads_to_its_xorb_under_a_key():
    with Hub(PROGRAM) as hub:
        cas = small(hub)
        chunk = cas.expect(200, "GET", f"/v2/reconstructions/{SMALL_ID}").json()["terms"][0]
        assert chunk["range"] == {"start": 0, "end": 1}
        # The first chunk's hash is what the first entry of the xorb section lists.
        at = SMALL_SHARD.index(b"\xff" * 32) + 48 + 48
        words = [SMALL_SHARD[at + i:at + i + 8][::-1].hex() for i in range(0, 32, 8)]
        for prefix in ("default", "default-merkledb"):
            answer = cas.expect(200, "GET", f"/v1/chunks/{prefix}/{''.join(words)}").body
            assert answer[:32] == SMALL_SHARD[:32] and answer[40:48] == (200).to_bytes(8, "little")
            footer = answer[-200:]
            created, expires = (int.from_bytes(footer[i:i + 8], "little") for i in (104, 112))
            assert footer[72:104] != bytes(32) and expires - created == 7 * 24 * 3600 and abs(created - time.time()) < 60
            assert SMALL_SHARD[at:at + 32] not in answer, "the hash itself is not told"
        cas.expect(404, "GET", f"/v1/chunks/default/{SMALL_ID}")


def case_what_came_by_lfs_gets_an_id():
    with Hub(PROGRAM, "multipart_threshold=300000", "part_size=100000") as hub:
        repo = hub.create("julien/m")
        contents = {"small.bin": b"small" * 100, "parts.bin": hashlib.sha512(b"x").digest() * 10_000}
        for path, content in contents.items():
            oid = hashlib.sha256(content).hexdigest()
            answer = hub.expect(200, "POST", f"/{repo}.git/info/lfs/objects/batch",
                                {"operation": "upload", "transfers": ["basic", "multipart"],
                                 "objects": [{"oid": oid, "size": len(content)}]}).json()
            upload = answer["objects"][0]["actions"]["upload"]
            if answer["transfer"] == "basic":
                hub.expect(200, "PUT", upload["href"], content)
            else:
                size = int(upload["header"].pop("chunk_size"))
                parts = [{"partNumber": i + 1,
                          "etag": hub.expect(200, "PUT", url, content[i * size:(i + 1) * size]).headers["ETag"]}
                         for i, (_, url) in enumerate(sorted(upload["header"].items()))]
                hub.expect(200, "POST", upload["href"], {"oid": oid, "parts": parts})
            line = "lfsFile", {"path": path, "algo": "sha256", "oid": oid, "size": len(content)}
            assert hub.commit(repo, [line]).status == 200
        for _ in range(1000):
            if hub.counters()["xet_pending"] == 0:
                break
            time.sleep(0.01)
        cas = Cas(hub, repo, "read")
        entries = {e["path"]: e for e in hub.expect(200, "GET", f"/api/models/{repo}/tree/main?expand=true").json()}
        for path, content in contents.items():
            cas.expect(200, "GET", f"/v2/reconstructions/{entries[path]['xetHash']}")
            assert int(cas.expect(200, "HEAD", f"/v1/files/{entries[path]['xetHash']}").headers["Content-Length"]) == len(content)


def case_faults_are_injected_where_they_are_wanted():
    with Hub(PROGRAM) as hub:
        cas = small(hub)
        info = cas.expect(200, "GET", f"/v1/reconstructions/{SMALL_ID}").json()["fetch_info"][SMALL_XORB_HASH][0]
        ask = lambda: hub.ask("GET", info["url"], headers={"Range": "bytes=0-25"})  # noqa: E731
        for fault, status in (({"kind": "status", "status": 403}, 403), ({"kind": "status", "status": 503}, 503),
                              ({"kind": "status", "status": 416}, 416), ({"kind": "corrupt", "at_byte": 20}, 206)):
            hub.control("PUT", "scenario", {"faults": [{"route": "xet_content", **fault}]})
            answer = ask()
            assert answer.status == status and answer.body != SMALL_XORB[:26], answer
            assert ask().body == SMALL_XORB[:26]
        message = json.dumps({"type": "error", "message": "later", "retryable": True}) + "\n"
        hub.control("PUT", "scenario", {"faults": [{"route": "xet_upload_shard", "kind": "status", "status": 200, "body": message}]})
        assert cas.expect(200, "POST", "/v2/shards", SMALL_SHARD).body.decode() == message


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


def case_everything_is_still_there_after_a_kill():
    with Hub(PROGRAM) as hub:
        cas = small(hub)
        line = "lfsFile", {"path": "a", "algo": "sha256", "oid": hashlib.sha256(SMALL).hexdigest(), "size": len(SMALL)}
        assert hub.commit("julien/m", [line]).status == 200
        hub.kill()
        hub.start()
        assert fetched(hub, cas.expect(200, "GET", f"/v2/reconstructions/{SMALL_ID}").json()) == SMALL
        entries = hub.expect(200, "GET", "/api/models/julien/m/tree/main").json()
        assert [e["xetHash"] for e in entries if "xetHash" in e] == [SMALL_ID]


run_cases("xet", globals(), sys.argv[3:])

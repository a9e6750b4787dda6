"""What comes by Xet and by LFS is had by either.

    python3 xet_uploads_test.py PATH_TO_hfhub_test_hub FOLDER_OF_fixtures/xet [case...]
"""

import hashlib
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from hub_process import Hub, run_cases  # noqa: E402
from xet_cas import PROGRAM, SMALL, SMALL_ID, SMALL_SHARD, SMALL_XORB, SMALL_XORB_HASH, TINY, TINY_SHARD, TINY_XORB, TINY_XORB_HASH, Cas, fetched, recorded, small  # noqa: E402


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


def case_an_lfs_batch_offers_xet_to_who_speaks_it():
    def batch(hub, *transfers, **members):
        return hub.expect(200, "POST", "/datasets/julien/d.git/info/lfs/objects/batch",
                          {"operation": "upload", "transfers": list(transfers), **members,
                           "objects": [{"oid": hashlib.sha256(SMALL).hexdigest(), "size": len(SMALL)}]}).json()

    with Hub(PROGRAM) as hub:
        hub.create("julien/d", type="dataset")
        assert batch(hub, "basic", "multipart")["transfer"] == "basic"
        answer = batch(hub, "basic", "xet", ref={"name": "feat/a"})
        actions = answer["objects"][0]["actions"]
        assert answer["transfer"] == "xet" and list(actions) == ["upload"], answer
        assert actions["upload"]["href"] == hub.endpoint + "/api/datasets/julien/d/xet-write-token/feat%2Fa"
        header = actions["upload"]["header"]
        assert set(header) == {"X-Xet-Cas-Url", "X-Xet-Access-Token", "X-Xet-Token-Expiration"}
        hub.expect(200, "GET", batch(hub, "xet")["objects"][0]["actions"]["upload"]["href"])
        authorized = {"Authorization": "Bearer " + header["X-Xet-Access-Token"]}
        hub.expect(200, "POST", f"{header['X-Xet-Cas-Url']}/v1/xorbs/default/{SMALL_XORB_HASH}", SMALL_XORB, headers=authorized)
        hub.expect(200, "POST", f"{header['X-Xet-Cas-Url']}/v1/shards", SMALL_SHARD, headers=authorized)
        assert "actions" not in batch(hub, "xet")["objects"][0], "it is there"
    with Hub(PROGRAM, "xet=0") as hub:
        hub.create("julien/d", type="dataset")
        assert batch(hub, "basic", "xet")["transfer"] == "basic"


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


run_cases("xet uploads", globals(), sys.argv[3:])

"""Reconstructions and the signed ranges of xorbs.

    python3 xet_files_test.py PATH_TO_hfhub_test_hub FOLDER_OF_fixtures/xet [case...]
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from hub_process import Hub, run_cases  # noqa: E402
from xet_cas import PROGRAM, SMALL, SMALL_ID, SMALL_SHARD, SMALL_XORB, SMALL_XORB_HASH, fetched, recorded, small  # noqa: E402


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


run_cases("xet files", globals(), sys.argv[3:])

"""A client of the CAS of a hub, and what the reference was recorded to send. For programs whose arguments are the hub's
and the folder of fixtures/xet."""

import json
import sys
from pathlib import Path

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

"""Wrong hashes, sizes, parts, signatures and tokens at the LFS storage: refused in the Hub's own format; the Hub stays up.

    python3 bad_storage_test.py PATH_TO_hfhub_test_hub [case...]
"""

import hashlib
import random
import sys
from pathlib import Path

# It knows where hub_process is.
from refusals import HUB, refused, unchanged, upload, lfs
from hub_process import Hub, run_cases


def case_wrong_hashes_and_sizes():
    repo, content = HUB.create("julien/hashes"), random.Random(1).randbytes(5000)

    def run():
        refused(upload(repo, content, oid="0" * 64), 400, "SHA-256")
        refused(upload(repo, content, sent=content[:-1]), 400, "4999")
        refused(upload(repo, content, sent=content + b"x"), 400, "5001")
        refused(upload(repo, content, size=4000), 400)
        assert upload(repo, content).status == 200
        for path in ("size", "again"):
            refused(HUB.commit(repo, [lfs(path, content, size=len(content) + 1)]), 400, "size")
        refused(HUB.commit(repo, [lfs("a", content, oid="xyz")]), 400)
        refused(HUB.commit(repo, [lfs("a", content, algo="md5")]), 400)
        verify = f"/{repo}.git/info/lfs/objects/verify"
        refused(HUB.ask("POST", verify, {"oid": lfs("a", content)[1]["oid"], "size": 1}), 400)
        refused(HUB.ask("POST", verify, {"oid": "1" * 64, "size": 1}), 404)

    unchanged(repo, run)


def case_wrong_parts():
    repo, content = HUB.create("julien/parts"), random.Random(2).randbytes(350_000)
    oid = hashlib.sha256(content).hexdigest()
    actions = upload(repo, content, transfers=("basic", "multipart"))
    complete, header = actions["upload"]["href"], actions["upload"]["header"]
    parts = [header[name] for name in sorted(name for name in header if name.isdigit())]
    assert len(parts) == 4, header

    def pieces(numbers, etags):
        return {"oid": oid, "parts": [{"partNumber": n, "etag": etags[n]} for n in numbers]}

    def run():
        refused(HUB.ask("PUT", parts[0], content[:99_999]), 400)
        refused(HUB.ask("PUT", parts[0], content[:100_001]), 400)
        refused(HUB.ask("PUT", parts[3], content[300_000:] + b"x"), 400)
        refused(HUB.ask("PUT", parts[0].replace("/1?", "/2?"), content[:100_000]), 403)
        etags = {i + 1: HUB.expect(200, "PUT", url, content[i * 100_000:(i + 1) * 100_000]).headers["ETag"]
                 for i, url in enumerate(parts)}
        refused(HUB.ask("POST", complete, pieces([1, 2, 3], etags), token=None), 400)
        refused(HUB.ask("POST", complete, pieces([2, 1, 3, 4], etags), token=None), 400)
        refused(HUB.ask("POST", complete, pieces([1, 2, 3, 4], {**etags, 2: '"x"'}), token=None), 400)
        refused(HUB.ask("POST", complete, {**pieces([1, 2, 3, 4], etags), "oid": "0" * 64}, token=None), 400)
        etags[2] = HUB.expect(200, "PUT", parts[1], bytes(100_000)).headers["ETag"]
        refused(HUB.ask("POST", complete, pieces([1, 2, 3, 4], etags), token=None), 400, "SHA-256")
        refused(HUB.commit(repo, [lfs("w.bin", content)]), 400)

    unchanged(repo, run)
    # A part that is sent again with the right content mends the upload.
    again = upload(repo, content, transfers=("basic", "multipart"))
    header = again["upload"]["header"]
    etags = {i + 1: HUB.expect(200, "PUT", header[name], content[i * 100_000:(i + 1) * 100_000]).headers["ETag"]
             for i, name in enumerate(sorted(name for name in header if name.isdigit()))}
    HUB.expect(200, "POST", again["upload"]["href"], pieces([1, 2, 3, 4], etags), token=None)
    assert HUB.commit(repo, [lfs("w.bin", content)]).status == 200


def case_signed_urls():
    repo, content = HUB.create("julien/signed"), b"signed content"
    assert upload(repo, content).status == 200 and HUB.commit(repo, [lfs("w.bin", content)]).status == 200
    url = HUB.expect(302, "GET", f"/{repo}/resolve/main/w.bin").headers["Location"]
    assert HUB.expect(200, "GET", url).body == content
    refused(HUB.ask("GET", url.replace("Signature=", "Signature=0")), 403)
    refused(HUB.ask("GET", url.split("?")[0]), 403)
    refused(HUB.ask("PUT", url, content), 403)
    refused(HUB.ask("GET", HUB.lfs_endpoint + "/api/whoami-v2"), 404)


def case_tokens_sent_to_the_storage():
    """Downloads give what was asked for all the same, and are counted; uploads do not, nor does a strict storage."""
    token = {"Authorization": "Bearer hf_write"}
    for strict, status in ((False, 200), (True, 400)):
        with Hub(sys.argv[1], f"strict_storage={int(strict)}") as hub:
            repo, content = hub.create("julien/private", private=True), b"signed content"
            oid = hashlib.sha256(content).hexdigest()
            batch = hub.expect(200, "POST", f"/{repo}.git/info/lfs/objects/batch",
                               {"operation": "upload", "objects": [{"oid": oid, "size": len(content)}]}).json()
            place = batch["objects"][0]["actions"]["upload"]["href"]
            refused(hub.ask("PUT", place, content, headers=token), 400, "authorization")
            hub.expect(200, "PUT", place, content)
            assert hub.commit(repo, [lfs("w.bin", content)]).status == 200
            url = hub.expect(302, "GET", f"/{repo}/resolve/main/w.bin").headers["Location"]
            hub.control("DELETE", "counters")
            assert hub.expect(200, "GET", url).body == content
            assert hub.counters()["storage_authorizations"] == 0
            for scheme in ("Bearer hf_write", "Bearer hf_nonsense", "Basic dTpw", ""):
                answer = hub.ask("GET", url, headers={"Authorization": scheme})
                assert answer.status == status and (strict or answer.body == content), answer
                answer = hub.ask("HEAD", url, headers={"Authorization": scheme})
                assert answer.status == status, answer
            assert hub.counters()["storage_authorizations"] == 8, hub.counters()
            refused(hub.ask("GET", url.split("?")[0], headers=token), 400 if strict else 403)


def case_the_storage_has_a_host_of_its_own():
    for options, host in ((["lfs_host=localhost"], "localhost"), (["lfs_address=127.0.0.2"], "127.0.0.2"),
                          (["lfs_address=127.0.0.2", "lfs_host=localhost"], "localhost")):
        with Hub(sys.argv[1], *options) as hub:
            assert hub.lfs_endpoint.startswith(f"http://{host}:") and hub.endpoint.startswith("http://127.0.0.1:")
            if "lfs_host=localhost" in options and len(options) == 2:
                continue  # that name leads elsewhere
            batch = hub.expect(200, "POST", f"/{hub.create('julien/m')}.git/info/lfs/objects/batch", {
                "operation": "upload", "objects": [{"oid": hashlib.sha256(b"x").hexdigest(), "size": 1}]}).json()
            place = batch["objects"][0]["actions"]["upload"]["href"]
            assert place.startswith(hub.lfs_endpoint)
            hub.expect(200, "PUT", place, b"x")


def case_large_batches():
    """However much is to be uploaded, the answer stays small; the parts grow."""
    repo = HUB.create("julien/batches")
    size = 400 << 30
    for count in (1, 300, 1000):
        objects = [{"oid": hashlib.sha256(b"%d" % i).hexdigest(), "size": size} for i in range(count)]
        answer = HUB.expect(200, "POST", f"/{repo}.git/info/lfs/objects/batch",
                            {"operation": "upload", "transfers": ["basic", "multipart"], "objects": objects})
        assert len(answer.body) < 16 << 20, len(answer.body)
        parts = 0
        for item in answer.json()["objects"]:
            header = item["actions"]["upload"]["header"]
            part_size = int(header.pop("chunk_size"))
            assert len(header) == -(-size // part_size), (len(header), part_size)
            parts += len(header)
        assert parts <= 20_000, parts
    status = Path(f"/proc/{HUB.process.pid}/status").read_text()
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024
    assert peak < 256 or b"__asan_init" in Path(sys.argv[1]).read_bytes(), f"{peak} MiB"


def case_absent_objects():
    repo, other = HUB.create("julien/absent"), HUB.create("acme/absent")
    content = b"known in another repository"

    def run():
        refused(HUB.commit(repo, [("a.txt", b"a"), lfs("w.bin", b"never uploaded")]), 400, "does not exist")
        # An object of another repository is none of this one: who knows only its hash must not get its content.
        assert upload(other, content).status == 200
        refused(HUB.commit(repo, [lfs("stolen", content)]), 400, "does not exist")

    unchanged(repo, run)


def case_the_hub_stops():
    HUB.stop()


run_cases("bad storage", globals(), set(sys.argv[2:]) | {"the_hub_stops"} if sys.argv[2:] else ())

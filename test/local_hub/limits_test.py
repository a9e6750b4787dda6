"""A full disk and little memory.

    python3 limits_test.py PATH_TO_hfhub_test_hub [case...]
"""

import base64
import hashlib
import http.client
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from hub_process import Hub, run_cases  # noqa: E402

PROGRAM = sys.argv[1]
MEGABYTE = 1 << 20
MEMORY = 128 * MEGABYTE  # of the hub's data and stacks; mapped files do not count
LARGE = 200 * MEGABYTE


def batch_url(hub, repo, oid, size):
    answer = hub.ask("POST", f"/{repo}.git/info/lfs/objects/batch",
                     {"operation": "upload", "objects": [{"oid": oid, "size": size}]})
    return answer.json()["objects"][0]["actions"]["upload"]["href"] if answer.status == 200 else answer


def put(hub, repo, content):
    url = batch_url(hub, repo, hashlib.sha256(content).hexdigest(), len(content))
    return hub.ask("PUT", url, content) if isinstance(url, str) else url


def lfs(path, content):
    return "lfsFile", {"path": path, "algo": "sha256", "oid": hashlib.sha256(content).hexdigest(), "size": len(content)}


def is_full(answer):
    assert answer.status == 507 and answer.headers["X-Error-Message"] and answer.headers["X-Request-Id"], answer
    assert b"torage" in answer.body, answer
    return True


def fill(hub, repo, name, make_room):
    """Fills the disk by uploads, by commits and by both API calls that only touch the database; then makes room."""
    kept = {}
    for i in range(200):
        content = random.Random(i).randbytes(MEGABYTE)
        answer = put(hub, repo, content)
        if answer.status == 200:
            answer = hub.commit(repo, [lfs(f"{name}/{i}", content)])
        if answer.status != 200:
            assert is_full(answer)
            break
        kept[f"{name}/{i}"] = content
    else:
        raise AssertionError("the disk did not fill")
    refused = 0
    for i in range(200):
        content = random.Random(1000 + i).randbytes(20_000)
        answer = hub.commit(repo, [(f"{name}/small-{i}", content)])
        if answer.status == 200:
            kept[f"{name}/small-{i}"] = content
        else:
            refused += is_full(answer)
            if refused == 5:
                break
    assert refused == 5, "commits were not refused"
    check(hub, repo, kept)
    make_room()
    content = random.Random(5000).randbytes(100_000)
    assert put(hub, repo, content).status == 200
    assert hub.commit(repo, [lfs(f"{name}/after", content), (f"{name}/after.txt", b"room again")]).status == 200
    check(hub, repo, {**kept, f"{name}/after": content, f"{name}/after.txt": b"room again"})


def check(hub, repo, kept):
    """Everything that was acknowledged is there, and nothing else."""
    info = hub.expect(200, "GET", f"/api/models/{repo}").json()
    assert {f["rfilename"] for f in info["siblings"]} == {".gitattributes", *kept}
    for path, content in kept.items():
        answer = hub.ask("GET", f"/{repo}/resolve/main/{path}")
        if answer.status == 302:
            answer = hub.ask("GET", answer.headers["Location"])
        assert answer.status == 200 and answer.body == content, (path, answer)
    assert hub.alive()


def case_disk_full():
    """On a small file system of its own where the test may mount one."""
    folder = Path(tempfile.mkdtemp(prefix="hub-full-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        shutil.rmtree(folder)
        return disk_full_by_limit()
    try:
        ballast = folder / "ballast"
        ballast.write_bytes(bytes(4 * MEGABYTE))
        hub = Hub(PROGRAM, root=folder / "hub")
        repo = hub.create("julien/full")
        fill(hub, repo, "one", ballast.unlink)
        hub.stop()
        hub.start()
        assert len(hub.expect(200, "GET", f"/api/models/{repo}").json()["siblings"]) > 10
        hub.stop()
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        shutil.rmtree(folder, ignore_errors=True)


def disk_full_by_limit():
    """Without the right to mount: files that may not grow beyond a limit."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8 * MEGABYTE, 8 * MEGABYTE))

    with Hub(PROGRAM, limit=limit) as hub:
        repo = hub.create("julien/full")
        assert put(hub, repo, b"small").status == 200
        assert is_full(put(hub, repo, bytes(9 * MEGABYTE)))
        assert is_full(hub.commit(repo, [(f"f{i}", random.randbytes(9 * MEGABYTE)) for i in range(3)]))
        assert hub.commit(repo, [lfs("a", b"small")]).status == 200
        check(hub, repo, {"a": b"small"})


def pieces(size, seed):
    """The same noise for the same seed, a megabyte at a time."""
    block = bytearray(random.Random(seed).randbytes(MEGABYTE))
    for start in range(0, size, MEGABYTE):
        block[:8] = start.to_bytes(8, "little")
        yield bytes(block[:min(MEGABYTE, size - start)])


def stream(url, method, body, headers):
    """A request whose body is an iterable; the answer's status and text."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=300)
    connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def limited_hub():
    """A hub that cannot have more memory than the limit. Sanitizers want terabytes of addresses: there its peak is
    measured instead."""
    if b"__asan_init" in Path(PROGRAM).read_bytes() or b"__tsan_init" in Path(PROGRAM).read_bytes():
        return Hub(PROGRAM, environment={**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=8"})
    return Hub(PROGRAM, limit=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)))


def case_upload_larger_than_memory():
    with limited_hub() as hub:
        repo, size = hub.create("julien/large"), LARGE + 12_345
        digest = hashlib.sha256()
        for piece in pieces(size, 1):
            digest.update(piece)
        url = batch_url(hub, repo, digest.hexdigest(), size)
        status, text = stream(url, "PUT", pieces(size, 1), {"Content-Length": str(size)})
        assert status == 200, text
        pointer = {"path": "large.bin", "algo": "sha256", "oid": digest.hexdigest(), "size": size}
        assert hub.commit(repo, [("lfsFile", pointer)]).status == 200
        location = hub.expect(302, "GET", f"/{repo}/resolve/main/large.bin").headers["Location"]
        parts = urlsplit(location)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=300)
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer, back = connection.getresponse(), hashlib.sha256()
        while piece := answer.read(MEGABYTE):
            back.update(piece)
        assert back.hexdigest() == digest.hexdigest()
        check_peak(hub, size)


def case_commit_larger_than_memory():
    """Many regular files in one commit, 9 MB each."""
    count, size = 20, 9_000_000
    content = random.Random(2).randbytes(size - 8)

    def lines():
        yield b'{"key":"header","value":{"summary":"large"}}\n'
        for i in range(count):
            data = base64.b64encode(i.to_bytes(8, "little") + content)
            yield b'{"key":"file","value":{"path":"f%d","encoding":"base64","content":"%s"}}\n' % (i, data)

    with limited_hub() as hub:
        repo = hub.create("julien/large")
        length = sum(map(len, lines()))
        assert length > MEMORY
        status, text = stream(f"{hub.endpoint}/api/models/{repo}/commit/main", "POST", lines(),
                              {"Content-Length": str(length), "Authorization": "Bearer hf_write"})
        assert status == 200, text
        assert hub.expect(200, "GET", f"/api/models/{repo}").json()["sha"] == json.loads(text)["commitOid"]
        answer = hub.expect(200, "GET", f"/{repo}/resolve/main/f{count - 1}")
        assert answer.body == (count - 1).to_bytes(8, "little") + content
        check_peak(hub, length)


def check_peak(hub, size):
    status = Path(f"/proc/{hub.process.pid}/status").read_text()
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024
    print(f"peak memory of the hub: {peak // MEGABYTE} MB for {size // MEGABYTE} MB")
    assert peak < size, "the hub held all of it"


run_cases("limits", globals(), set(sys.argv[2:]))

"""curl and aria2c against the embedded Hub: resolve with redirects, ranges, resumption, many connections.

    python3 fetchers.py PATH_TO_hfhub_test_hub curl|aria2c [case...]
"""

import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from hub_process import Hub, run_cases  # noqa: E402

WORK = Path(tempfile.mkdtemp(prefix="hub-fetch-"))
HUB = Hub(sys.argv[1])
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": str(WORK), "LANG": "C"}
LARGE = random.Random(1).randbytes(8 << 20)
SMALL = "".join(f"line {i}\n" for i in range(200)).encode()
REPO = HUB.create("julien/files", private=True)
URL = f"{HUB.endpoint}/{REPO}/resolve/main/"
TOKEN = "Authorization: Bearer hf_write"


def populate():
    oid = hashlib.sha256(LARGE).hexdigest()
    batch = HUB.expect(200, "POST", f"/{REPO}.git/info/lfs/objects/batch",
                       {"operation": "upload", "transfers": ["basic"], "objects": [{"oid": oid, "size": len(LARGE)}]}).json()
    HUB.expect(200, "PUT", batch["objects"][0]["actions"]["upload"]["href"], LARGE)
    pointer = {"path": "large.bin", "algo": "sha256", "oid": oid, "size": len(LARGE)}
    assert HUB.commit(REPO, [("small.txt", SMALL), ("lfsFile", pointer)]).status == 200


def run(*arguments, fails=False):
    done = subprocess.run([*map(str, arguments)], cwd=WORK, env=ENVIRONMENT, capture_output=True, timeout=120)
    assert (done.returncode != 0) == fails, f"{arguments}: {done.returncode} {(done.stdout + done.stderr).decode()[-800:]}"
    return done.stdout


def curl(*arguments, **named):
    return run("curl", "-sS", "--noproxy", "*", *arguments, **named)


def heads(text):
    """The header blocks of a curl -I or -i answer, as dictionaries with lower-case names."""
    out = []
    for block in text.decode().split("\r\n\r\n"):
        if not block.startswith("HTTP/"):
            continue
        lines = block.split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines[1:])
        out.append({"status": int(lines[0].split()[1]), **{name.lower(): value for name, value in fields.items()}})
    return out


def curl_follows_redirects():
    assert curl("-L", "-H", TOKEN, URL + "large.bin") == LARGE
    assert curl("-L", "-H", TOKEN, URL + "small.txt") == SMALL


def curl_heads():
    first, second = heads(curl("-I", "-L", "-H", TOKEN, URL + "large.bin"))
    assert first["status"] == 302 and first["x-linked-size"] == str(len(LARGE)), first
    assert first["x-linked-etag"] == f'"{hashlib.sha256(LARGE).hexdigest()}"' and first["x-repo-commit"]
    assert second["status"] == 200 and second["content-length"] == str(len(LARGE)) and second["accept-ranges"] == "bytes"
    [plain] = heads(curl("-I", "-H", TOKEN, URL + "small.txt"))
    blob = hashlib.sha1(b"blob %d\0" % len(SMALL) + SMALL).hexdigest()
    assert plain["status"] == 200 and plain["etag"] == f'"{blob}"' and plain["content-length"] == str(len(SMALL))


def curl_ranges():
    for name, data in (("large.bin", LARGE), ("small.txt", SMALL)):
        for asked, expected in (("0-0", data[:1]), ("100-199", data[100:200]), ("1000-", data[1000:]), ("-50", data[-50:]),
                                (f"100-{len(data) * 2}", data[100:])):
            answer = curl("-L", "-H", TOKEN, "-r", asked, "-D", "head", URL + name)
            assert answer == expected, (name, asked, len(answer))
            head = heads((WORK / "head").read_bytes())[-1]
            start = data.find(expected) if asked != "-50" else len(data) - 50
            assert head["status"] == 206, head
            assert head["content-range"] == f"bytes {start}-{start + len(expected) - 1}/{len(data)}", head
        [*_, head] = heads(curl("-L", "-H", TOKEN, "-r", f"{len(data)}-", "-o", "/dev/null", "-D", "-", URL + name))
        assert head["status"] == 416 and head["content-range"] == f"bytes */{len(data)}", head
    answer = curl("-L", "-H", TOKEN, "-r", "0-9,100-109", URL + "large.bin")
    assert LARGE[:10] in answer and LARGE[100:110] in answer


def curl_conditions():
    etag = heads(curl("-I", "-H", TOKEN, URL + "small.txt"))[0]["etag"]
    [head] = heads(curl("-I", "-H", TOKEN, "-H", f"If-None-Match: {etag}", URL + "small.txt"))
    assert head["status"] == 304 and head["etag"] == etag, head
    assert curl("-H", TOKEN, "-H", f"If-Range: {etag}", "-r", "5-9", URL + "small.txt") == SMALL[5:10]
    assert curl("-H", TOKEN, "-H", 'If-Range: "other"', "-r", "5-9", URL + "small.txt") == SMALL


def curl_resumes():
    (WORK / "part").write_bytes(LARGE[:3_000_001])
    curl("-L", "-H", TOKEN, "-C", "-", "-o", "part", URL + "large.bin")
    assert (WORK / "part").read_bytes() == LARGE


def curl_is_refused():
    [head] = heads(curl("-I", URL + "small.txt"))
    assert head["status"] == 401 and "x-error-code" not in head and head["x-error-message"], head
    [head] = heads(curl("-I", "-H", "Authorization: Bearer hf_bob", URL + "small.txt"))
    assert head["status"] == 404 and head["x-error-code"] == "RepoNotFound", head
    [head] = heads(curl("-I", "-H", TOKEN, URL + "nothing"))
    assert head["status"] == 404 and head["x-error-code"] == "EntryNotFound" and head["x-repo-commit"], head
    assert curl("-f", URL + "small.txt", fails=True) == b""


def curl_uploads():
    body = b'{"key":"header","value":{"summary":"by curl"}}\n{"key":"file","value":{"path":"c","content":"by curl"}}\n'
    (WORK / "commit.ndjson").write_bytes(body)
    curl("-f", "-H", TOKEN, "-H", "Content-Type: application/x-ndjson", "-H", "Transfer-Encoding: chunked",
         "--data-binary", "@commit.ndjson", f"{HUB.endpoint}/api/models/{REPO}/commit/main")
    assert curl("-H", TOKEN, URL + "c") == b"by curl"


def aria2c(*arguments, **named):
    return run("aria2c", "--allow-overwrite=true", "--auto-file-renaming=false", "--console-log-level=warn", "--no-conf",
               "--no-proxy=127.0.0.1", "-d", WORK, *arguments, **named)


def location(name):
    return HUB.expect(302, "GET", f"/{REPO}/resolve/main/{name}").headers["Location"]


def aria2c_takes_parts():
    HUB.control("DELETE", "counters")
    aria2c("-x", "8", "-s", "8", "-k", "1M", "-o", "parts", location("large.bin"))
    assert (WORK / "parts").read_bytes() == LARGE
    assert HUB.counters()["connections_accepted"] >= 8, HUB.counters()


def aria2c_follows_redirects():
    HUB.control("DELETE", "counters")
    aria2c("--header", TOKEN, "-x", "4", "-s", "4", "-k", "1M", "-o", "whole", URL + "large.bin")
    assert (WORK / "whole").read_bytes() == LARGE
    # It sends the header to the second origin as well, as it warns.
    assert HUB.counters()["storage_authorizations"] > 0, HUB.counters()
    aria2c("--header", TOKEN, "-o", "text", URL + "small.txt")
    assert (WORK / "text").read_bytes() == SMALL


def aria2c_resumes_after_resets():
    HUB.control("PUT", "scenario", {"faults": [
        {"kind": "reset", "route": "lfs_download", "at_byte": 700_000, "times": 3},
        {"kind": "truncate", "route": "lfs_download", "at_byte": 300_000, "skip": 3, "times": 2}]})
    try:
        aria2c("-x", "4", "-s", "4", "-k", "1M", "-m", "20", "--retry-wait=0", "-o", "resumed", location("large.bin"))
        assert (WORK / "resumed").read_bytes() == LARGE
        assert HUB.counters()["faults_injected"] >= 4
    finally:
        HUB.control("PUT", "scenario", {})


def aria2c_checks_digests():
    digest = hashlib.sha256(LARGE).hexdigest()
    aria2c(f"--checksum=sha-256={digest}", "-o", "checked", location("large.bin"))
    HUB.control("PUT", "scenario", {"faults": [{"kind": "corrupt", "route": "lfs_download", "at_byte": 1000}]})
    aria2c(f"--checksum=sha-256={digest}", "-o", "corrupt", location("large.bin"), fails=True)


def main():
    program = sys.argv[2]
    populate()
    cases = {f"case_{name}": f for name, f in globals().items() if name.startswith(program + "_")}

    def case_the_hub_stops():
        HUB.stop()
        shutil.rmtree(WORK)

    only = set(sys.argv[3:]) | {"the_hub_stops"} if sys.argv[3:] else ()
    run_cases(program, {**cases, "case_the_hub_stops": case_the_hub_stops}, only)


main()

"""hfhub against the official test server of Xet storage, local_cas_server of the crate xet-client, each side's files
read by the other. A Hub of a few routes stands before it: it names files by the ids that the official library gives.

    HFHUB_TOOL=PATH_TO_hfhub python3 official_cas.py PATH_TO_local_cas_server [case...]

Needs hf_xet 1.8.0. That server checks xorbs, not shards: those are judged by what hf_xet reads back.
"""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import hf_xet

TOOL, SERVER = os.environ["HFHUB_TOOL"], sys.argv[1]
WORK = Path(tempfile.mkdtemp(prefix="hfhub-cas."))
RANDOM = random.Random(2026)
WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa".split()
FILES = {
    "one.bin": b"x",
    "8k.bin": RANDOM.randbytes(8192),
    "text.bin": " ".join(RANDOM.choices(WORDS, k=900_000)).encode()[:5_000_000],
    "floats.bin": b"".join(RANDOM.randbytes(2) + b"\x80\x3f" for _ in range(1_000_000)),
    "zeros.bin": bytes(5_000_000),
    "large.bin": RANDOM.randbytes(70_000_000),
}


class Hub(BaseHTTPRequestHandler):
    """What an upload and a mirror ask for. `files` is the repository: name -> (size, SHA-256). Small files, which hfhub
    does not ask Xet storage for, come from `contents`."""

    protocol_version = "HTTP/1.1"
    cas, files, ids, contents, lfs = "", {}, {}, {}, 0

    def answer(self, value, status=200):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = urllib.parse.urlparse(self.path).path
        if "/xet-" in path and "-token/" in path:
            return self.answer({"casUrl": self.cas, "accessToken": "t", "exp": int(time.time()) + 3600})
        if "/tree/" in path:
            return self.answer([{"type": "file", "path": name, "size": size, "oid": "0" * 40, "xetHash": self.ids[name],
                                 "lfs": {"oid": sha, "size": size, "pointerSize": 130}} for name, (size, sha) in self.files.items()])
        if "/resolve/" in path:
            return self.resolve(path.rsplit("/", 1)[1])
        siblings = [{"rfilename": name} for name in self.files]
        return self.answer({"id": "me/x", "sha": "1" * 40, "siblings": siblings})

    def resolve(self, name):
        content = self.contents.get(name, b"")
        if not 0 < len(content) < 1 << 20:
            return self.answer({"error": "it is in Xet storage"}, 404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urllib.parse.urlparse(self.path).path
        if "/preupload/" in path:
            return self.answer({"files": [{"path": f["path"], "uploadMode": "lfs", "shouldIgnore": False} for f in json.loads(body)["files"]]})
        if "/commit/" in path:
            for line in body.splitlines():
                item = json.loads(line)
                if item["key"] == "lfsFile":
                    type(self).files[item["value"]["path"]] = (item["value"]["size"], item["value"]["oid"])
            return self.answer({"commitUrl": "http://hub/me/x/commit/" + "1" * 40, "commitOid": "1" * 40, "success": True})
        if "/info/lfs/" in path:
            type(self).lfs += 1
            return self.answer({"error": "not here"}, 404)
        return self.answer({"url": "http://hub/me/x", "id": "me/x"})

    def log_message(self, *_):
        pass


def ask(path, method="GET"):
    request = urllib.request.Request(Hub.cas + path, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def setting(**values):
    for name, value in values.items():
        ask(f"/simulation/set_config?config={name}&value={value}", "POST")


def folder_of(files):
    folder = WORK / "folder"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    Hub.contents = files
    return folder


def hfhub(*command):
    home = WORK / "home"
    shutil.rmtree(home, ignore_errors=True)
    environment = {**os.environ, "HF_HOME": str(home), "HF_ENDPOINT": HUB, "HF_TOKEN": "hf_t", "HF_HUB_DISABLE_XET": "0"}
    done = subprocess.run([TOOL, *command, "--json"], capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr[-1500:]
    return json.loads(done.stdout.splitlines()[-1])


def ids_of(folder, names):
    return {name: info.hash for name, info in zip(names, hf_xet.hash_files([str(folder / name) for name in names]))}


def sent(files):
    """Uploads by hfhub; gives the bytes that it sent. The Hub knows the files then by what hf_xet calls them."""
    Hub.files.clear()
    folder = folder_of(files)
    Hub.ids = ids_of(folder, files)
    out = hfhub("upload", "me/x", str(folder))
    assert Hub.lfs == 0
    assert Hub.files == {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()}, Hub.files
    return out["bytes_sent"]


def read_officially(files):
    out = WORK / "official"
    shutil.rmtree(out, ignore_errors=True)
    wanted = [hf_xet.PyXetDownloadInfo(str(out / name), Hub.ids[name], len(data)) for name, data in files.items()]
    hf_xet.download_files(wanted, Hub.cas, ("t", int(time.time()) + 3600), None, None)
    wrong = [name for name, data in files.items() if (out / name).read_bytes() != data]
    assert not wrong, wrong


def read_by_hfhub(files):
    mirror = WORK / "mirror"
    shutil.rmtree(mirror, ignore_errors=True)
    hfhub("mirror", "me/x", "--local-dir", str(mirror))
    wrong = [name for name, data in files.items() if (mirror / name).read_bytes() != data]
    assert not wrong, wrong


def sent_officially(files):
    folder = folder_of(files)
    infos = hf_xet.upload_files([str(folder / name) for name in files], Hub.cas, ("t", int(time.time()) + 3600), None, None, "model")
    Hub.ids = {name: info.hash for name, info in zip(files, infos)}
    Hub.files.clear()
    Hub.files.update({name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()})


def case_each_reads_what_hfhub_wrote():
    sent(FILES)
    read_officially(FILES)
    read_by_hfhub(FILES)


def case_hfhub_reads_what_the_official_library_wrote():
    files = {name: data[::-1] for name, data in FILES.items()}
    sent_officially(files)
    read_by_hfhub(files)


def case_of_a_changed_file_little_is_sent():
    data = bytearray(RANDOM.randbytes(40_000_000))
    sent({"a.bin": bytes(data)})
    for at in range(5_000_000, len(data), 9_000_000):
        data[at:at + 300] = RANDOM.randbytes(290)
    bytes_sent = sent({"a.bin": bytes(data)})
    assert bytes_sent < 3_000_000, bytes_sent
    read_officially({"a.bin": bytes(data)})
    data = bytearray(RANDOM.randbytes(40_000_000))
    sent_officially({"a.bin": bytes(data)})
    data[30_000_000:30_000_000] = b"a new line"
    bytes_sent = sent({"a.bin": bytes(data)})
    assert bytes_sent < 3_000_000, bytes_sent
    read_by_hfhub({"a.bin": bytes(data)})


def case_without_grants():
    setting(xorb_upload_grants="off")
    files = {"a.bin": RANDOM.randbytes(9_000_000)}
    sent(files)
    read_officially(files)


def case_without_the_second_version_of_its_routes():
    for status in (404, 501):
        setting(disable_v2_endpoints=status)
        files = {"a.bin": RANDOM.randbytes(9_000_000)}
        sent(files)
        read_by_hfhub(files)
        read_officially(files)


def case_ranges_come_one_at_a_time():
    setting(max_ranges_per_fetch=1)
    data = RANDOM.randbytes(20_000_000)
    sent({"a.bin": data})
    files = {"b.bin": data[:4_000_000] + data[12_000_000:] + data[4_000_000:7_000_000]}
    sent(files)
    read_by_hfhub(files)


def case_urls_that_end_soon_are_asked_for_again():
    files = {"a.bin": RANDOM.randbytes(30_000_000)}
    sent(files)
    setting(url_expiration=50, api_delay="(20ms,60ms)")
    read_by_hfhub(files)


def case_a_slow_server():
    setting(random_delay="(10ms,200ms)")
    files = {"a.bin": RANDOM.randbytes(20_000_000)}
    sent(files)
    read_by_hfhub(files)


def case_a_shard_that_fails_for_good_is_an_error_that_names_it():
    setting(shard_upload_error_frame="fatal")
    folder = folder_of({"a.bin": RANDOM.randbytes(3_000_000)})
    try:
        hfhub("upload", "me/x", str(folder))
    except AssertionError as error:
        assert "shard" in str(error).lower() or "upload" in str(error).lower(), error
    else:
        raise AssertionError("it counted as stored")


def start_server():
    with urllib.request.socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = open(WORK / "server.log", "w")
    process = subprocess.Popen([SERVER, "--in-memory", "--port", str(port)], stdout=log, stderr=log)
    Hub.cas = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            ask("/health")
            return process
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError("local_cas_server does not answer")


def main():
    global HUB
    hub = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    HUB = f"http://127.0.0.1:{hub.server_port}"
    passed = failed = 0
    cases = {name: case for name, case in globals().items() if name.startswith("case_")}
    for name in sys.argv[2:] or cases:
        server = start_server()
        try:
            cases[name]()
            passed += 1
        except Exception:
            failed += 1
            print(f"FAILED {name}: {traceback.format_exc(limit=-2)[-1500:]}", flush=True)
        finally:
            server.kill()
            server.wait()
            Hub.lfs = 0
    shutil.rmtree(WORK, ignore_errors=True)
    print(f"official-cas: {passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())

"""Faults in the middle of transfers: what the user reads, what is left behind, how it goes on."""

import glob
import http.server
import json
import os
import re
import resource
import signal
import socket
import subprocess
import threading
import time

from harness import TOKEN, main

SIZE = 40_000_000
WEIGHTS = os.urandom(SIZE)


def prepare(t):
    t.write("source/weights.bin", WEIGHTS)
    for i in range(40):
        t.write(f"source/small/file{i}.txt", f"file {i}\n" * 100)


def nothing_half(t, name, folder):
    """Whatever stands below `folder` under a name of the repository has its content."""
    wanted = t.files(t.path("source"))
    for path, content in t.files(folder).items():
        if path in wanted:
            t.check(f"{name}: {path} is whole", content == wanted[path], f"{len(content)} bytes")


def whole(t, name, folder):
    got = t.files(folder)
    wanted = t.files(t.path("source"))
    t.check(f"{name}: everything is there", all(got.get(path) == content for path, content in wanted.items()),
            sorted(set(wanted) - set(got))[:5])
    t.equal(f"{name}: nothing else is left", sorted(set(got) - set(wanted) - {".gitattributes"}), [])


def private(t, hub):
    done = t.run("upload", "me/secret", t.path("source/small"), "--private")
    t.equal("a private repository", done.code, 0, str(done))
    for command in (("mirror", "me/secret", "--local-dir", t.path("none")), ("download", "me/secret"), ("ls", "me/secret")):
        t.fails(f"private {command[0]} without token", t.run(*command, env={"HF_TOKEN": ""}), 4, "me/secret", "is private", "HF_TOKEN")
        t.fails(f"private {command[0]} --anonymous", t.run(*command, "--anonymous"), 4, "me/secret")
    t.check("nothing was made", not os.path.exists(t.path("none")) or not t.files(t.path("none")))
    hub.control("POST", "users", {"name": "me", "token": "hf_read", "role": "read"})
    t.fails("upload with a read token", t.run("upload", "me/new", t.path("source/small"), env={"HF_TOKEN": "hf_read"}), 4,
            "403", "write token")


def journalled(folder):
    """How many bytes the journals of partial files below `folder` speak of."""
    size = 0
    for path in glob.glob(os.path.join(folder, ".cache/huggingface/hfhub/partials/*.journal")):
        with open(path, errors="replace") as file:
            size += sum(int(end) - int(begin) for begin, end in re.findall(r"^(\d+)-(\d+)$", file.read(), re.M))
    return size


def interrupted(t, hub, number, code, name):
    folder = t.path(name)
    hub.scenario(total_bytes_per_second=10_000_000)
    hub.reset()
    process = t.start("mirror", "me/model", "--local-dir", folder)
    deadline = time.monotonic() + 30
    while journalled(folder) < SIZE * 0.4 and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(number)
    started = time.monotonic()
    out, err = process.communicate(timeout=30)
    t.equal(name, process.returncode, code, err)
    t.check(f"{name}: ends soon", time.monotonic() - started < 5)
    t.check(f"{name}: says how to go on", "run the same command again" in err, err)
    nothing_half(t, name, folder)
    t.check(f"{name}: the large file is not there yet", not os.path.exists(os.path.join(folder, "weights.bin")))
    hub.scenario()
    hub.reset()
    again = t.run("mirror", "me/model", "--local-dir", folder)
    t.equal(f"{name}: then again", again.code, 0, str(again))
    refetched = hub.counters()["bytes_sent"]
    t.check(f"{name}: resumes", refetched < SIZE * 0.75, f"{refetched} bytes were fetched again")
    whole(t, name, folder)


def second_signal(t, hub):
    hub.scenario(latency_ms=60_000)
    process = t.start("mirror", "me/model", "--local-dir", t.path("twice"))
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    process.communicate(timeout=30)
    t.equal("two signals", process.returncode, 130)
    t.check("end it at once", time.monotonic() - started < 2)
    hub.scenario()


def interrupted_upload(t, hub):
    before = t.run("info", "me/model", "--json").json()["sha"]
    t.write("other/large.bin", os.urandom(30_000_000))
    hub.scenario(faults=[{"kind": "delay", "route": "lfs_batch", "times": 0, "delay_ms": 60_000},
                         {"kind": "delay", "path_contains": "info/lfs/objects/batch", "times": 0, "delay_ms": 60_000},
                         {"kind": "delay", "route": "xet_grant", "times": 0, "delay_ms": 60_000}])
    process = t.start("upload", "me/model", t.path("other"))
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    t.equal("Ctrl-C in an upload", process.returncode, 130)
    hub.scenario()
    t.equal("commits nothing", t.run("info", "me/model", "--json").json()["sha"], before)


def unwritable(t, hub):
    blocker = t.write("blocker", "a file")
    for command in (("mirror", "me/model", "--local-dir", blocker + "/x"), ("download", "me/model", "--local-dir", blocker + "/x")):
        t.fails(f"{command[0]} below a file", t.run(*command), 6, blocker, "choose a folder")
    t.fails("a cache below a file", t.run("download", "me/model", env={"HF_HOME": blocker + "/home"}), 6, blocker)


def limited(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def full_disk(t, hub):
    folder = t.path("limited")
    done = t.run("mirror", "me/model", "--local-dir", folder, preexec_fn=limited(8_000_000))
    t.fails("a limit of file sizes", done, 6, "File too large", "ulimit")
    nothing_half(t, "limited", folder)

    folder = t.path("tiny")
    os.mkdir(folder)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True).returncode != 0:
        print("skipped: a full disk (no right to mount a tmpfs)")
        return
    try:
        done = t.run("mirror", "me/model", "--local-dir", folder)
        t.fails("a full disk", done, 6, "no space for", folder, "free in", "still to come")
        nothing_half(t, "a full disk", folder)
        subprocess.run(["mount", "-o", "remount,size=100m", folder], check=True)
        done = t.run("mirror", "me/model", "--local-dir", folder)
        t.equal("with more room", done.code, 0, str(done))
        whole(t, "with more room", folder)
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        t.fails("a read-only disk", t.run("mirror", "me/secret", "--local-dir", folder + "/x"), 6, "Read-only", "choose a folder")
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def broken_connections(t, hub):
    hub.scenario(faults=[{"kind": "reset", "path_contains": "weights", "at_byte": 300_000, "times": 1},
                         {"kind": "corrupt", "path_contains": "small/file7.txt", "at_byte": 5, "times": 1},
                         {"kind": "status", "status": 503, "path_contains": "small/file9.txt", "times": 2}])
    folder = t.path("rough")
    done = t.run("mirror", "me/model", "--local-dir", folder)
    t.equal("a rough connection", done.code, 0, str(done))
    whole(t, "a rough connection", folder)
    hub.scenario(faults=[{"kind": "corrupt", "path_contains": "small/file7.txt", "at_byte": 5, "times": 0}])
    folder = t.path("corrupt")
    done = t.run("mirror", "me/model", "--local-dir", folder)
    t.fails("content that is always wrong", done, 8, "small/file7.txt")
    nothing_half(t, "corrupt", folder)
    t.check("is not published", not os.path.exists(os.path.join(folder, "small/file7.txt")))
    hub.scenario()


def with_a_hub(t):
    prepare(t)
    with t.hub() as hub:
        done = t.run("upload", "me/model", t.path("source"))
        t.equal("upload", done.code, 0, str(done))
        private(t, hub)
        interrupted(t, hub, signal.SIGINT, 130, "ctrl-c")
        interrupted(t, hub, signal.SIGTERM, 143, "terminated")
        second_signal(t, hub)
        interrupted_upload(t, hub)
        unwritable(t, hub)
        full_disk(t, hub)
        broken_connections(t, hub)


def unreachable(t):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
        for command in (("whoami",), ("mirror", "me/model", "--local-dir", t.path("down")), ("download", "me/other")):
            done = t.run(*command, env={"HF_ENDPOINT": endpoint, "HF_TOKEN": TOKEN})
            t.fails(f"{command[0]}: the Hub is down", done, 5, "refused", "HF_ENDPOINT")
    done = t.run("info", "me/model", env={"HF_ENDPOINT": "http://no-such-host.invalid"})
    t.fails("no such host", done, 5, "no-such-host.invalid")
    t.fails("no URL", t.run("info", "me/model", env={"HF_ENDPOINT": "nonsense"}), 2, "nonsense")
    t.fails("offline", t.run("info", "me/model", env={"HF_HUB_OFFLINE": "1"}), 5, "HF_HUB_OFFLINE")


def untrusted_certificate(t):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=hub",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", t.path("key.pem"), "-out", t.path("cert.pem")],
                   check=True, capture_output=True)
    process = t.start("local-hub", "--root", t.path("tls"), "--https", "--cert", t.path("cert.pem"), "--key", t.path("key.pem"),
                      "--json", "-q", "--import", f"model:me/model={t.path('source')}")
    try:
        endpoint = json.loads(process.stdout.readline())["endpoint"]
        t.check("an https endpoint", endpoint.startswith("https://"), endpoint)
        command = ("mirror", "me/model", "--endpoint", endpoint, "--local-dir", t.path("tls-mirror"))
        t.fails("a certificate that is not trusted", t.run(*command), 5, "certificate", "--ca-file")
        t.check("nothing was fetched", not os.path.exists(t.path("tls-mirror")))
        done = t.run(*command, "--ca-file", t.path("cert.pem"))
        t.equal("--ca-file", done.code, 0, str(done))
        whole(t, "over TLS", t.path("tls-mirror"))
        done = t.run("info", "me/model", "--endpoint", endpoint, env={"SSL_CERT_FILE": t.path("cert.pem")})
        t.equal("SSL_CERT_FILE", done.code, 0, str(done))
        other = endpoint.replace("127.0.0.1", "localhost")
        t.fails("a name that the certificate lacks", t.run("info", "me/model", "--endpoint", other, "--ca-file", t.path("cert.pem")),
                5, "certificate")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


class Hostile(http.server.BaseHTTPRequestHandler):
    """A Hub with a repository whose file names try to leave the folder."""
    protocol_version = "HTTP/1.1"
    name = ""

    def do_GET(self):
        oid = "5d41402abc4b2a76b9719d911017c592aabbccdd"
        if "/tree/" in self.path:
            body = [{"type": "file", "path": path, "oid": oid, "size": 5} for path in ("good.txt", Hostile.name)]
        elif "/revision/" in self.path:
            body = {"id": "me/evil", "modelId": "me/evil", "sha": "a" * 40,
                    "siblings": [{"rfilename": "good.txt"}, {"rfilename": Hostile.name}]}
        else:
            body = "hello"
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


def hostile_names(t):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    for name in ("../evil.txt", "a/../../evil.txt", "/tmp/evil.txt", "a\\..\\..\\evil.txt", "C:\\evil.txt", ".git/hooks/post-checkout"):
        Hostile.name = name
        for command in (("mirror", "me/evil", "--local-dir", t.path("nest/evil")), ("mirror", "me/evil"), ("download", "me/evil")):
            done = t.run(*command, "--endpoint", endpoint, env={"HF_HOME": t.path("nest/home")})
            t.fails(f"{command[0]}: {name}", done, 8, "nothing of the repository was written")
            left = [path for path in t.files(t.path("nest")) if "good" in path or "evil" in os.path.basename(path)]
            t.equal(f"{command[0]}: {name}: is refused whole", left, [])
    server.shutdown()


main(with_a_hub, unreachable, untrusted_certificate, hostile_names)

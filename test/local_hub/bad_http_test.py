"""What is no HTTP, too large, or too slow: refused in the Hub's own format; the Hub stays up.

    python3 bad_http_test.py PATH_TO_hfhub_test_hub [case...]
"""

import base64
import random
import socket
import sys
import time

# It knows where hub_process is.
from refusals import HUB, refused, unchanged, raw, upload, lfs
from hub_process import Hub, run_cases


def case_what_is_no_http():
    for text in (b"\x00" * 100, b"GARBAGE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET\r\n\r\n", b"GET  HTTP/1.1\r\n\r\n",
                 b"GET / HTTP/1.1\r\nbad header\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                 b"POST /api/repos/create HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
                 b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01"):
        out = raw(text, shut=True)
        assert not out or out.startswith(b"HTTP/1.1 4"), (text, out[:200])
        if out:
            assert b"X-Error-Message: " in out and b"X-Request-Id: Root=" in out and b'{"error":' in out, out
    assert HUB.alive()


def case_git_is_not_installed():
    with Hub(sys.argv[1], environment={"PATH": "/nonexistent"}) as hub:
        repo = hub.create("julien/no-git")
        refused(hub.ask("GET", f"/{repo}/info/refs?service=git-upload-pack"), 501, "git is not installed")
        assert hub.commit(repo, [("a", b"a")]).status == 200


def case_oversized_heads():
    answer = raw("GET /api/models HTTP/1.1\r\n" + "".join(f"X-{i}: {'y' * 1000}\r\n" for i in range(200)) + "\r\n")
    assert answer.startswith(b"HTTP/1.1 431") and b'{"error":' in answer and b"X-Request-Id: " in answer, answer[:300]
    answer = raw("GET /api/models/" + "a" * 200_000 + " HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431"), answer[:100]
    assert HUB.ask("GET", "/api/models?search=" + "a" * 30_000).status == 200
    assert HUB.alive()


def case_oversized_bodies():
    repo = HUB.create("julien/huge")

    def announced(target, size, token="hf_write"):
        return raw(f"POST {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: {size}\r\n\r\n")

    def run():
        for size in (1 << 30, 1 << 50, (1 << 64) - 1):
            answer = announced("/api/repos/create", size)
            assert answer.startswith(b"HTTP/1.1 413") and b'{"error":' in answer, answer[:300]
        # The whole body is sent, and the answer is not lost in a reset.
        refused(HUB.ask("POST", "/api/repos/create", b" " * (40 << 20)), 413)
        large = {"path": "large", "content": base64.b64encode(bytes(12_000_000)).decode(), "encoding": "base64"}
        refused(HUB.commit(repo, [("file", large)]), 400, "large")
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        start = (f"POST /api/models/{repo}/commit/main HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer hf_write\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n").encode()
        try:
            answer = raw(start + chunk * 40, timeout=60)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
        assert not answer or answer.startswith(b"HTTP/1.1 413"), answer[:300]

    unchanged(repo, run)


def case_slow_clients():
    """Those that send a byte now and then hold nobody up."""
    slow = [socket.create_connection((HUB.host, HUB.port), timeout=20) for _ in range(50)]
    text = (b"POST /api/repos/create HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer hf_write\r\nContent-Length: 21\r\n\r\n"
            b'{"name": "slow-one" }')
    for step in range(0, len(text), 8):
        for peer in slow:
            peer.sendall(text[step:step + 8])
        assert HUB.ask("GET", "/api/whoami-v2", timeout=60).status == 200
    statuses = sorted(peer.recv(65536).split(b" ")[1] for peer in slow)
    for peer in slow:
        peer.close()
    assert statuses == [b"200"] + [b"409"] * 49, statuses


def case_slow_readers_do_not_block():
    repo, content = HUB.create("julien/reader"), random.Random(3).randbytes(8 << 20)
    assert upload(repo, content).status == 200 and HUB.commit(repo, [lfs("w.bin", content)]).status == 200
    url = HUB.expect(302, "GET", f"/{repo}/resolve/main/w.bin").headers["Location"]
    host, port = HUB.lfs_endpoint.split("//")[1].split(":")
    peers = []
    for _ in range(30):
        peer = socket.create_connection((host, int(port)))
        peer.sendall(f"GET {url[len(HUB.lfs_endpoint):]} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        peers.append(peer)  # and nothing is read
    assert HUB.ask("GET", url, timeout=60).body == content
    for peer in peers:
        peer.close()


def case_silent_clients_are_sent_away():
    with socket.create_connection((HUB.host, HUB.port), timeout=60) as peer:
        peer.sendall(b"GET /api/models HTTP/1.1\r\nHost")
        start = time.monotonic()
        assert peer.recv(100) == b"" and time.monotonic() - start > 5


def case_the_hub_stops():
    HUB.stop()


run_cases("bad http", globals(), set(sys.argv[2:]) | {"the_hub_stops"} if sys.argv[2:] else ())

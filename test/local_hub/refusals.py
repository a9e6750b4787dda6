"""What the tests of bad input share: one hub, and that it refuses in its own format, stays up, and nothing remains.

To be imported by scripts whose first argument is the path of hfhub_test_hub.
"""

import hashlib
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from hub_process import Hub  # noqa: E402

HUB = Hub(sys.argv[1], "multipart_threshold=300000", "part_size=100000", f"max_commit_line={32 << 20}", "idle_timeout=12")
NDJSON = {"Content-Type": "application/x-ndjson"}


def refused(answer, status, *words):
    """An error as the Hub writes it: status, a reason in header and body, an id."""
    assert answer.status == status, f"expected {status}, got {answer}"
    assert answer.headers["X-Error-Message"] and answer.headers["X-Request-Id"].startswith("Root="), answer
    if answer.headers["Content-Type"].startswith("application/json"):
        assert answer.json()["error"], answer
    for word in words:
        assert word.lower() in answer.body.decode().lower(), f"no {word!r} in {answer}"
    return answer


def head(repo):
    return HUB.expect(200, "GET", f"/api/models/{repo}").json()["sha"]


def unchanged(repo, run):
    """Runs something that must not change the repository."""
    before = head(repo)
    run()
    assert head(repo) == before, "the branch moved"
    assert HUB.alive()


def raw(text, timeout=10, shut=False):
    """Sends bytes as they are; what comes back until the Hub closes."""
    with socket.create_connection((HUB.host, HUB.port), timeout=timeout) as peer:
        peer.sendall(text if isinstance(text, bytes) else text.encode("latin-1"))
        if shut:
            peer.shutdown(socket.SHUT_WR)
        out = b""
        try:
            while piece := peer.recv(65536):
                out += piece
        except ConnectionResetError:
            pass
        return out


def upload(repo, content, oid=None, size=None, sent=None, transfers=("basic",)):
    """The answer to the PUT of an LFS object, after its batch."""
    oid = oid or hashlib.sha256(content).hexdigest()
    batch = HUB.expect(200, "POST", f"/{repo}.git/info/lfs/objects/batch",
                       {"operation": "upload", "transfers": list(transfers),
                        "objects": [{"oid": oid, "size": len(content) if size is None else size}]}).json()
    actions = batch["objects"][0]["actions"]
    if "multipart" in transfers and batch["transfer"] == "multipart":
        return actions
    return HUB.ask("PUT", actions["upload"]["href"], content if sent is None else sent)


def lfs(path, content=b"", **members):
    return "lfsFile", {"path": path, "algo": "sha256", "oid": hashlib.sha256(content).hexdigest(), "size": len(content),
                       **members}

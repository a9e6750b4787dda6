"""Paths, names and folders that lead elsewhere: refused in the Hub's own format; the Hub stays up.

    python3 bad_names_test.py PATH_TO_hfhub_test_hub [case...]
"""

import base64
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

# It knows where hub_process is.
from refusals import HUB, refused, unchanged
from hub_process import Hub, run_cases


def case_redirects_stay_on_this_host():
    old = HUB.create("julien/Old-name")
    HUB.expect(200, "POST", "/api/repos/move", {"fromRepo": old, "toRepo": "julien/new-name", "type": "model"})
    for slashes in ("/", "//", "///", "/" * 50):
        for before, after in (("", "/resolve/main/.gitattributes"), ("api/models/", ""), ("", "/raw/main/.gitattributes?x=//y")):
            answer = HUB.ask("GET", f"{slashes}{before}{old}{after}")
            assert answer.status == 307, answer
            assert answer.headers["Location"] == f"/{before}julien/new-name{after}", answer.headers["Location"]
    # Where the path is all slashes there is nothing to redirect.
    refused(HUB.ask("GET", "//" + "/" * 20), 404)


def case_its_folder_is_its_owners():
    """Whatever the umask and whatever older versions left."""
    previous = os.umask(0)
    try:
        root = Path(tempfile.mkdtemp(prefix="hub-modes-")) / "new"
        hub = Hub(sys.argv[1], root=root)
        assert mode(root) == 0o700
        content = b"stored"
        assert hub.create("julien/modes")
        oid = hashlib.sha256(content).hexdigest()
        place = hub.expect(200, "POST", "/julien/modes.git/info/lfs/objects/batch",
                           {"operation": "upload", "objects": [{"oid": oid, "size": len(content)}]}).json()
        hub.expect(200, "PUT", place["objects"][0]["actions"]["upload"]["href"], content)
        for name in ("hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm", "control_token", "lock"):
            assert mode(root / name) == 0o600, (name, oct(mode(root / name)))
        for name in ("git", "lfs"):
            assert mode(root / name) == 0o700, (name, oct(mode(root / name)))
        hub.kill()
        for path in (root, root / "git", root / "lfs"):
            path.chmod(0o755)
        for path in root.glob("hub.sqlite*"):
            path.chmod(0o644)
        hub.start()
        assert [mode(root / name) for name in ("git", "lfs")] == [0o700, 0o700]
        assert {mode(path) for path in root.glob("hub.sqlite*")} == {0o600}
        hub.stop()
        shutil.rmtree(root.parent)
    finally:
        os.umask(previous)


def mode(path):
    return path.stat().st_mode & 0o777


def case_path_tricks():
    repo = HUB.create("julien/paths")
    paths = ["", "/", "/etc/passwd", "..", "../x", "a/../b", "a/./b", "./a", "a//b", "a/", "/a", ".git", ".git/config",
             "a/.git/hooks/x", ".GIT/config", "a\\b", "..\\x", "C:\\x", "a\u0000b", "a\nb", "\u007f", "a/" * 3000 + "b",
             "x" * 300]

    def run():
        for path in paths:
            encoded = base64.b64encode(b"x").decode()
            for operation in (("file", {"path": path, "content": encoded, "encoding": "base64"}),
                              ("lfsFile", {"path": path, "algo": "sha256", "oid": "0" * 64, "size": 1}),
                              ("deletedFile", {"path": path}), ("copyFile", {"path": path, "srcPath": ".gitattributes"})):
                answer = HUB.commit(repo, [operation])
                assert answer.status in (400, 404), f"{operation}: {answer}"
                refused(answer, answer.status)
        for path in ("../../hub.sqlite", "%2e%2e/%2e%2e/hub.sqlite", "..%2f..%2fhub.sqlite", ".git/config", "%00", "a%2f..%2fb"):
            for route in ("resolve", "raw"):
                answer = HUB.ask("GET", f"/{repo}/{route}/main/{path}")
                assert answer.status == 404, f"{path}: {answer}"
            assert HUB.ask("GET", f"/api/models/{repo}/tree/main/{path}").status == 404
        for name in ("..", "a/..", "../x", "a b", "-a", "a--b", "a..b", ".git", "a.git", "x" * 200, "\u00fc", "a\u0000"):
            answer = HUB.ask("POST", "/api/repos/create", {"name": name})
            assert answer.status in (400, 403, 404), f"{name}: {answer}"
        for ref in ("..", "a..b", "a b", "~", "^", ":", "a.lock", "@{", "refs/heads/../x", "-", "HEAD@{1}"):
            answer = HUB.ask("POST", f"/api/models/{repo}/branch/{ref.replace('/', '%2F').replace(' ', '%20').replace('^', '%5E')}", {})
            assert answer.status in (400, 404) or ref == "-", f"{ref}: {answer}"

    unchanged(repo, run)
    files = [f["rfilename"] for f in HUB.expect(200, "GET", f"/api/models/{repo}").json()["siblings"]]
    assert files == [".gitattributes"], files


def case_file_and_folder_of_one_name():
    repo = HUB.create("julien/clash")
    assert HUB.commit(repo, [("a/b", b"1"), ("a", b"2")]).status == 200
    assert HUB.expect(200, "GET", f"/{repo}/resolve/main/a").body == b"2"
    assert HUB.commit(repo, [("a/b", b"3")]).status == 200
    assert HUB.expect(200, "GET", f"/{repo}/resolve/main/a/b").body == b"3"
    assert HUB.ask("GET", f"/{repo}/resolve/main/a").status == 404


def case_unknown_routes():
    for method, target in (("GET", "/api/no-such-thing"), ("POST", "/api/models"), ("DELETE", "/api/models/a/b"),
                           ("BREW", "/api/models"), ("GET", "/a/b/c/d/e"), ("GET", "//"), ("GET", "/%zz"), ("PUT", "/")):
        answer = HUB.ask(method, target)
        assert answer.status in (401, 404, 405), f"{method} {target}: {answer}"
        assert answer.headers["X-Request-Id"] and answer.headers["X-Error-Message"], answer
    assert HUB.counters()["requests"]["unknown"] >= 5


def case_the_hub_stops():
    HUB.stop()


run_cases("bad names", globals(), set(sys.argv[2:]) | {"the_hub_stops"} if sys.argv[2:] else ())

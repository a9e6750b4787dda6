"""git and git-lfs against the embedded Hub: clone, pull, push, pull requests, refusals.

    python3 git_clients.py PATH_TO_hfhub_test_hub [case...]
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

WORK = Path(tempfile.mkdtemp(prefix="hub-git-"))
HUB = Hub(sys.argv[1], "lfs_threshold=100000", "multipart_threshold=300000", "part_size=100000")
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": str(WORK), "GIT_TERMINAL_PROMPT": "0", "LANG": "C",
               "GIT_AUTHOR_NAME": "J", "GIT_AUTHOR_EMAIL": "j@x", "GIT_COMMITTER_NAME": "J", "GIT_COMMITTER_EMAIL": "j@x"}


def git(*arguments, where=WORK, fails=False):
    done = subprocess.run(["git", *map(str, arguments)], cwd=where, env=ENVIRONMENT, capture_output=True, timeout=120)
    assert (done.returncode != 0) == fails, f"git {arguments}: {done.returncode} {done.stderr.decode()[-800:]}"
    return done.stderr.decode() if fails else done.stdout.decode()


def url(repo, token="hf_write", user="julien"):
    credentials = f"{user}:{token}@" if token else ""
    return HUB.endpoint.replace("//", f"//{credentials}") + f"/{repo}"


def noise(size, seed):
    return random.Random(seed).randbytes(size)


def content(repo, path, revision="main", token="hf_write"):
    answer = HUB.ask("GET", f"/{repo}/resolve/{revision}/{path}", token=token)
    if answer.status == 302:
        answer = HUB.ask("GET", answer.headers["Location"], token=None)
    assert answer.status == 200, answer
    return answer.body


def fresh(name, kind=None):
    HUB.create(f"julien/{name}", **({"type": kind} if kind else {}))
    return (f"{kind}s/" if kind else "") + f"julien/{name}"


def pointer(data):
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{hashlib.sha256(data).hexdigest()}\nsize {len(data)}\n"


def clone(repo, name, *options, **named):
    git("clone", *options, url(repo, **named), name)
    return WORK / name


def commit(where, files, message="commit"):
    for path, data in files.items():
        (where / path).parent.mkdir(parents=True, exist_ok=True)
        (where / path).write_bytes(data)
    git("add", "-A", where=where)
    git("commit", "-m", message, where=where)


def case_push_then_clone():
    repo, big, small = fresh("push"), noise(1_234_567, 1), noise(2000, 2)
    here = clone(repo, "push")
    commit(here, {"README.md": b"---\nlicense: mit\n---\n# Hi\n", "big.bin": big, "d/small.safetensors": small, "e": b""})
    git("push", where=here)
    head = git("rev-parse", "HEAD", where=here).strip()
    info = HUB.expect(200, "GET", f"/api/models/{repo}").json()
    assert info["sha"] == head and "license:mit" in info["tags"], info
    assert content(repo, "big.bin") == big and content(repo, "d/small.safetensors") == small and content(repo, "e") == b""
    # The pointers in git are those that git-lfs made, byte for byte, and those that /raw gives.
    for path, data in (("big.bin", big), ("d/small.safetensors", small)):
        assert git("cat-file", "blob", f"HEAD:{path}", where=here) == pointer(data)
        assert HUB.expect(200, "GET", f"/{repo}/raw/main/{path}").body.decode() == pointer(data)
    again = clone(repo, "again")
    assert (again / "big.bin").read_bytes() == big and (again / "d/small.safetensors").read_bytes() == small
    assert git("status", "--porcelain", where=again) == "" and "OK" in git("lfs", "fsck", where=again)


def case_api_commit_then_pull():
    repo = fresh("pull", "dataset")
    here = clone(repo, "pull")
    data, text = noise(5000, 3), b"made by the API\n"
    oid = hashlib.sha256(data).hexdigest()
    batch = HUB.expect(200, "POST", f"/{repo}.git/info/lfs/objects/batch",
                       {"operation": "upload", "transfers": ["basic"], "objects": [{"oid": oid, "size": len(data)}]}).json()
    HUB.expect(200, "PUT", batch["objects"][0]["actions"]["upload"]["href"], data)
    done = HUB.commit("julien/pull", [("a.txt", text), ("lfsFile", {"path": "w.unlisted", "algo": "sha256", "oid": oid,
                                                                    "size": len(data)})], kind="datasets")
    assert done.status == 200, done
    git("pull", "--ff-only", where=here)
    assert git("rev-parse", "HEAD", where=here).strip() == done.json()["commitOid"]
    assert (here / "a.txt").read_bytes() == text and (here / "w.unlisted").read_bytes() == data
    assert git("cat-file", "blob", "HEAD:w.unlisted", where=here) == pointer(data)
    assert "w.unlisted filter=lfs diff=lfs merge=lfs -text" in (here / ".gitattributes").read_text()
    assert git("ls-files", "--eol", "w.unlisted", where=here) and git("status", "--porcelain", where=here) == ""


def case_trees_are_those_of_git():
    """The tree that the API's commit made is the one git writes for the same files."""
    repo = fresh("trees")
    files = {"a": b"1", "a.b/c": b"2", "a-b": b"3", "a/x".replace("/", "0"): b"4", "\u00fc/\u00e9": b"5"}
    assert HUB.commit(repo, list(files.items())).status == 200
    here = clone(repo, "trees")
    empty = WORK / "plain"
    git("init", "-q", empty)
    commit(empty, {**files, ".gitattributes": (here / ".gitattributes").read_bytes()})
    assert git("rev-parse", "HEAD^{tree}", where=here) == git("rev-parse", "HEAD^{tree}", where=empty)
    assert "error" not in git("fsck", "--strict", "--full", where=here)
    bare = next((HUB.root / "git").glob("*.git"))
    git("fsck", "--strict", "--full", where=bare)


def case_branches_tags_and_pull_requests():
    repo = fresh("refs")
    here = clone(repo, "refs")
    git("checkout", "-b", "feat/one", where=here)
    commit(here, {"one.txt": b"1"})
    git("tag", "-a", "v1", "-m", "first", where=here)
    git("push", "origin", "feat/one", "v1", where=here)
    refs = HUB.expect(200, "GET", f"/api/models/{repo}/refs").json()
    assert [b["name"] for b in refs["branches"]] == ["feat/one", "main"] and refs["tags"][0]["name"] == "v1", refs
    assert content(repo, "one.txt", "feat%2Fone") == b"1" == content(repo, "one.txt", "v1")
    git("push", "origin", ":feat/one", where=here)
    assert [b["name"] for b in HUB.expect(200, "GET", f"/api/models/{repo}/refs").json()["branches"]] == ["main"]
    HUB.expect(200, "POST", f"/api/models/{repo}/discussions", {"title": "From git", "pullRequest": True}, token="hf_bob")
    git("fetch", "origin", "refs/pr/1:pr/1", where=here)
    git("checkout", "pr/1", where=here)
    commit(here, {"two.txt": b"2"})
    git("push", "origin", "pr/1:refs/pr/1", where=here)
    HUB.expect(200, "POST", f"/api/models/{repo}/discussions/1/status", {"status": "open"})
    HUB.expect(200, "POST", f"/api/models/{repo}/discussions/1/merge", {})
    git("checkout", "main", where=here)
    git("pull", "--ff-only", where=here)
    assert (here / "two.txt").read_bytes() == b"2"


def case_shallow_partial_and_skipped_lfs():
    repo, data = fresh("shallow"), noise(9000, 5)
    here = clone(repo, "shallow-source")
    for i in range(5):
        commit(here, {"w.bin": data + bytes([i]), "t.txt": b"%d" % i}, f"number {i}")
    git("push", where=here)
    thin = clone(repo, "thin", "--depth", "1")
    assert git("rev-list", "--count", "HEAD", where=thin).strip() == "1"
    ENVIRONMENT["GIT_LFS_SKIP_SMUDGE"] = "1"
    try:
        skipped = clone(repo, "skipped", "--filter=blob:none")
        assert (skipped / "w.bin").read_text() == pointer(data + b"\x04")
    finally:
        del ENVIRONMENT["GIT_LFS_SKIP_SMUDGE"]
    git("lfs", "pull", where=skipped)
    assert (skipped / "w.bin").read_bytes() == data + b"\x04"


def case_access():
    HUB.create("julien/secret", private=True)
    assert "could not read Username" in git("clone", url("julien/secret", token=None), "no", fails=True)
    assert "not found" in git("clone", url("julien/secret", "hf_bob", "bob"), "no", fails=True)
    assert "uthentication failed" in git("clone", url("julien/secret", "hf_wrong"), "no", fails=True)
    here = clone("julien/secret", "secret")
    commit(here, {"a": b"a"})
    git("push", where=here)
    for token, user in (("hf_bob", "bob"), ("hf_read", "julien")):
        public = fresh(f"public-{user}")
        there = clone(public, f"public-{user}", token=token, user=user)
        commit(there, {"a": b"a"})
        assert "403" in git("push", where=there, fails=True)
        assert HUB.ask("GET", f"/{public}/resolve/main/a").status == 404


def case_pushes_that_the_hub_refuses():
    repo = fresh("refused")
    here = clone(repo, "refused")
    before = git("rev-parse", "HEAD", where=here)
    commit(here, {"large.txt": noise(200_000, 6).hex().encode()})
    git("push", where=here, fails=True)
    git("reset", "--hard", "origin/main", where=here)
    commit(here, {"w.bin": b"never uploaded"})
    git("push", "--no-verify", where=here, fails=True)  # without the hook that uploads
    assert HUB.expect(200, "GET", f"/api/models/{repo}").json()["sha"] == before.strip()
    git("reset", "--hard", "origin/main", where=here)
    assert HUB.commit(repo, [("b.txt", b"b")]).status == 200
    commit(here, {"c.txt": b"c"})
    assert "rejected" in git("push", where=here, fails=True)
    git("pull", "--rebase", where=here)
    git("push", where=here)
    assert content(repo, "b.txt") == b"b" and content(repo, "c.txt") == b"c"


def main():
    git("lfs", "install")
    cases = {name: f for name, f in globals().items() if name.startswith("case_")}

    def case_the_hub_stops():
        HUB.stop()
        shutil.rmtree(WORK)

    only = set(sys.argv[2:]) | {"the_hub_stops"} if sys.argv[2:] else ()
    run_cases("git and git-lfs", {**cases, "case_the_hub_stops": case_the_hub_stops}, only)


main()

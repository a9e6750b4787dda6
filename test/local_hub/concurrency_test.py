"""Many clients at once, and death at any moment: one of two rival commits wins, and nothing acknowledged is lost.

    python3 concurrency_test.py PATH_TO_hfhub_test_hub [case...]
"""

import hashlib
import http.client
import random
import resource
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from hub_process import Hub, run_cases  # noqa: E402

PROGRAM = sys.argv[1]
KILL_SECONDS = 20


def head(hub, repo):
    return hub.expect(200, "GET", f"/api/models/{repo}").json()["sha"]


def history(hub, repo):
    """All commits of main, the newest first."""
    out, target = [], f"/api/models/{repo}/commits/main?limit=1000"
    while target:
        answer = hub.expect(200, "GET", target)
        out += answer.json()
        link = answer.headers["Link"]
        target = link[1:link.index(">")] if link else None
    return out


def at_once(jobs):
    """Runs all jobs in threads that start together; their results in order."""
    results, gate = [None] * len(jobs), threading.Barrier(len(jobs))

    def run(i):
        gate.wait()
        try:
            results[i] = jobs[i]()
        except Exception as error:
            results[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def case_rival_commits_on_one_parent():
    with Hub(PROGRAM) as hub:
        repo = hub.create("julien/rivals")
        for round in range(10):
            parent = head(hub, repo)
            jobs = [lambda i=i: hub.commit(repo, [("f", b"%d/%d" % (round, i))], parentCommit=parent) for i in range(6)]
            answers = at_once(jobs)
            statuses = sorted(a.status for a in answers)
            assert statuses == [200] + [412] * 5, answers
            [winner] = [i for i, a in enumerate(answers) if a.status == 200]
            for answer in answers:
                if answer.status == 412:
                    assert "A commit has happened since" in answer.json()["error"], answer
            assert head(hub, repo) == answers[winner].json()["commitOid"]
            assert hub.expect(200, "GET", f"/{repo}/resolve/main/f").body == b"%d/%d" % (round, winner)
        assert len(history(hub, repo)) == 11


def case_commits_without_a_parent_are_not_lost():
    """Each is told 200 and is in the history, or 412 and is not."""
    with Hub(PROGRAM) as hub:
        repo = hub.create("julien/crowd")
        jobs = [lambda i=i: hub.commit(repo, [(f"file-{i}", b"%d" % i)]) for i in range(40)]
        answers = at_once(jobs)
        done = {a.json()["commitOid"] for a in answers if a.status == 200}
        assert {a.status for a in answers} <= {200, 412} and done, answers
        listed = history(hub, repo)
        assert done == {c["id"] for c in listed[:-1]}, "history and answers differ"
        files = {f["rfilename"] for f in hub.expect(200, "GET", f"/api/models/{repo}").json()["siblings"]}
        assert files == {".gitattributes"} | {f"file-{i}" for i, a in enumerate(answers) if a.status == 200}


def case_many_repositories_at_once():
    with Hub(PROGRAM) as hub:
        answers = at_once([lambda i=i: hub.ask("POST", "/api/repos/create", {"name": f"r{i % 8}"}) for i in range(32)])
        assert sorted(a.status for a in answers) == [200] * 8 + [409] * 24, answers

        def life(i):
            for j in range(8):
                assert hub.commit(f"julien/r{i}", [(f"f{j}", b"%d" % j)]).status == 200
                hub.expect(200, "GET", f"/api/models/julien/r{i}/tree/main?recursive=true&expand=true")
            hub.expect(200, "DELETE", "/api/repos/delete", {"name": f"r{i}"})
            return hub.ask("GET", f"/api/models/julien/r{i}").status

        assert at_once([lambda i=i: life(i) for i in range(8)]) == [404] * 8
        assert not [p for p in (hub.root / "git").glob("*.git")], "folders of deleted repositories are left"


def case_readers_during_deletion_and_squash():
    """Whoever reads while history is rewritten or the repository goes gets an answer of the Hub, never a 500."""
    with Hub(PROGRAM) as hub:
        repo = hub.create("julien/moving")
        for i in range(10):
            assert hub.commit(repo, [(f"d/f{i}", b"x" * 1000)]).status == 200
        stop, seen = threading.Event(), []

        def read():
            while not stop.is_set():
                for target in (f"/api/models/{repo}", f"/{repo}/resolve/main/d/f1", f"/api/models/{repo}/commits/main",
                               f"/api/models/{repo}/tree/main?expand=true&recursive=true", f"/api/models/{repo}/refs"):
                    seen.append((target, hub.ask("GET", target).status))

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for _ in range(5):
            hub.expect(200, "POST", f"/api/models/{repo}/super-squash/main", {"message": "squashed"})
            assert hub.commit(repo, [("again", random.randbytes(100))]).status == 200
        hub.expect(200, "DELETE", "/api/repos/delete", {"name": "moving"})
        time.sleep(0.2)
        stop.set()
        for reader in readers:
            reader.join()
        assert {status for _, status in seen} == {200, 404}, [s for s in seen if s[1] not in (200, 404)][:5]


def case_two_thousand_connections():
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    with Hub(PROGRAM) as hub:
        repo = hub.create("julien/many")
        assert hub.commit(repo, [("f", b"content")]).status == 200
        peers = []
        for _ in range(2000):
            peers.append(socket.create_connection((hub.host, hub.port), timeout=60))
        request = f"GET /{repo}/resolve/main/f HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        for _ in range(2):
            for peer in peers:
                peer.sendall(request)
            for peer in peers:
                answer = peer.recv(65536)
                assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"content"), answer[:200]
        assert hub.counters()["connections_open"] >= 2000
        assert hub.alive()
        for peer in peers:
            peer.close()
        deadline = time.monotonic() + 20
        while hub.counters()["connections_open"] > 1 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert hub.counters()["connections_open"] <= 1
    resource.setrlimit(resource.RLIMIT_NOFILE, limit)


def case_starts_on_an_existing_folder():
    hub = Hub(PROGRAM)
    repo, content = hub.create("julien/kept"), random.Random(1).randbytes(50_000)
    oid = hashlib.sha256(content).hexdigest()
    batch = hub.expect(200, "POST", f"/{repo}.git/info/lfs/objects/batch",
                       {"operation": "upload", "objects": [{"oid": oid, "size": len(content)}]}).json()
    hub.expect(200, "PUT", batch["objects"][0]["actions"]["upload"]["href"], content)
    pointer = {"path": "w.bin", "algo": "sha256", "oid": oid, "size": len(content)}
    assert hub.commit(repo, [("a.txt", b"a"), ("lfsFile", pointer)]).status == 200
    hub.expect(200, "POST", f"/api/models/{repo}/discussions", {"title": "A question"}, token="hf_bob")
    hub.expect(200, "POST", f"/api/models/{repo}/like", {}, token="hf_bob")
    slug = hub.expect(200, "POST", "/api/collections", {"title": "Things", "namespace": "julien"}).json()["slug"]
    hub.expect(201, "POST", f"/api/models/{repo}/tag/main", {"tag": "v1"})
    other = subprocess.run([PROGRAM, str(hub.root)], capture_output=True, stdin=subprocess.DEVNULL, timeout=20)
    assert other.returncode == 1 and b"another hub runs on" in other.stderr, other
    before = hub.expect(200, "GET", f"/api/models/{repo}?blobs=true").json()
    hub.own_root = False
    hub.stop()
    hub.start()
    after = hub.expect(200, "GET", f"/api/models/{repo}?blobs=true").json()
    assert before == after and after["likes"] == 1
    location = hub.expect(302, "GET", f"/{repo}/resolve/v1/w.bin").headers["Location"]
    assert hub.expect(200, "GET", location).body == content
    assert hub.expect(200, "GET", f"/api/models/{repo}/discussions/1").json()["title"] == "A question"
    hub.expect(200, "GET", f"/api/collections/{slug}")
    hub.own_root = True
    hub.stop()


class Writer(threading.Thread):
    """Commits until the hub dies, and keeps what was acknowledged."""

    def __init__(self, hub, repo, round):
        super().__init__()
        self.hub, self.repo, self.round, self.done, self.refused = hub, repo, round, [], None

    def run(self):
        numbers = random.Random(f"{self.repo}/{self.round}")
        for i in range(1_000_000):
            files = [(f"{self.round}/{i}/{j}", numbers.randbytes(numbers.choice((10, 1000, 50_000))))
                     for j in range(numbers.choice((1, 3, 150)))]
            try:
                answer = self.hub.commit(self.repo, files)
            except (OSError, http.client.HTTPException):
                return
            if answer.status != 200:
                self.refused = answer
                return
            self.done.append((answer.json()["commitOid"], files[-1]))


def case_killed_at_any_moment():
    """kill -9 under commits, many times: every acknowledged commit is in the history, with its content."""
    hub, numbers = Hub(PROGRAM), random.Random(7)
    repos = [hub.create(f"julien/k{i}") for i in range(3)]
    acknowledged = {repo: [] for repo in repos}
    rounds, end = 0, time.monotonic() + KILL_SECONDS
    while time.monotonic() < end or rounds < 5:
        rounds += 1
        writers = [Writer(hub, repo, rounds) for repo in repos]
        for writer in writers:
            writer.start()
        time.sleep(numbers.uniform(0.02, 0.5))
        hub.kill()
        for writer in writers:
            writer.join()
            assert not writer.refused, f"round {rounds}: {writer.refused}"
            acknowledged[writer.repo] += writer.done
        hub.start()
        for repo in repos:
            listed = history(hub, repo)
            known = {commit["id"] for commit in listed}
            lost = [oid for oid, _ in acknowledged[repo] if oid not in known]
            assert not lost, f"round {rounds}: {len(lost)} commits of {repo} are lost: {lost}"
            assert listed[0]["id"] == head(hub, repo), "the catalogue is behind the branch"
            for _, (path, content) in acknowledged[repo][-3:]:
                assert hub.expect(200, "GET", f"/{repo}/resolve/main/{path}").body == content
    total = sum(map(len, acknowledged.values()))
    assert total >= rounds, f"only {total} commits in {rounds} rounds"
    for bare in (hub.root / "git").glob("*.git"):
        checked = subprocess.run(["git", "-c", "safe.directory=*", "fsck", "--full", "--strict"], cwd=bare, capture_output=True)
        assert checked.returncode == 0, checked.stderr.decode()[-500:]
    print(f"killed {rounds} times under {total} acknowledged commits")
    hub.stop()


run_cases("concurrency", globals(), set(sys.argv[2:]))

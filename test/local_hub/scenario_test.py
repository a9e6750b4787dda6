"""Scenario control: every kind of fault, cap and quota, over HTTP and HTTPS.

    python3 scenario_test.py PATH_TO_hfhub_test_hub [case...]
"""

import contextlib
import hashlib
import http.client
import random
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from hub_process import Hub, raises, run_cases  # noqa: E402

WORK = Path(tempfile.mkdtemp(prefix="hub-scenario-"))
CONTENT = random.Random(1).randbytes(1_000_000)
SMALL = b"regular content"
REPO = "julien/m"
BROKEN = (http.client.HTTPException, OSError)


def certificate():
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", WORK / "key", "-out",
                    WORK / "certificate", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    return WORK / "certificate", WORK / "key"


class Place:
    """A hub with one LFS file and one regular file, over HTTP or HTTPS."""

    def __init__(self, encrypted):
        self.context, options = None, ()
        if encrypted:
            chain, key = certificate()
            options = (f"certificate={chain}", f"key={key}")
            self.context = ssl.create_default_context(cafile=chain)
        self.hub = Hub(sys.argv[1], *options)
        self.ask("POST", "/api/repos/create", {"name": "m"})
        oid = hashlib.sha256(CONTENT).hexdigest()
        batch = self.ask("POST", f"/{REPO}.git/info/lfs/objects/batch",
                         {"operation": "upload", "objects": [{"oid": oid, "size": len(CONTENT)}]}).json()
        self.upload_url = batch["objects"][0]["actions"]["upload"]["href"]
        assert self.ask("PUT", self.upload_url, CONTENT).status == 200
        body = (b'{"key":"header","value":{"summary":"s"}}\n{"key":"file","value":{"path":"small","content":"%s"}}\n'
                b'{"key":"lfsFile","value":{"path":"large","algo":"sha256","oid":"%s","size":%d}}'
                % (SMALL, oid.encode(), len(CONTENT)))
        assert self.ask("POST", f"/api/models/{REPO}/commit/main", body).status == 200
        self.large = self.ask("GET", f"/{REPO}/resolve/main/large").headers["Location"]
        self.small = f"{self.hub.endpoint}/{REPO}/resolve/main/small"
        self.info = f"{self.hub.endpoint}/api/models/{REPO}"

    def ask(self, method, target, body=None, **named):
        return self.hub.ask(method, target, body, context=self.context, **named)

    @contextlib.contextmanager
    def scenario(self, *faults, **members):
        self.control("DELETE", "counters")
        before = self.control("GET", "counters")["faults_injected"]
        self.control("PUT", "scenario", {**members, "faults": list(faults)})
        try:
            yield lambda: self.control("GET", "counters")["faults_injected"] - before
        finally:
            self.control("PUT", "scenario", {})

    def control(self, method, what, body=None):
        answer = self.ask(method, f"/_local_hub/{what}", body, token=self.hub.control_token)
        assert answer.status == 200, answer
        return answer.json()

    def received(self, url, method="GET", body=None):
        """What arrived of an answer, and the error that ended it."""
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        extra = {"context": self.context} if parts.scheme == "https" else {}
        connection = kind(parts.hostname, parts.port, timeout=20, **extra)
        out = b""
        try:
            connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body)
            answer = connection.getresponse()
            while piece := answer.read1(65536):
                out += piece
            # read1 takes an early end for the end.
            expected = int(answer.headers["Content-Length"])
            return out, None if len(out) == expected else EOFError(f"{len(out)} of {expected}")
        except BROKEN as error:
            return out, error
        finally:
            connection.close()


PLACES = {"http": Place(False), "https": Place(True)}


def everywhere(f):
    def run():
        for name, place in PLACES.items():
            try:
                f(place)
            except AssertionError as error:
                raise AssertionError(f"over {name}: {error}") from error
            assert place.ask("GET", place.small).body == SMALL, f"over {name}: the hub does not serve afterwards"
    run.__name__ = f.__name__
    return run


@everywhere
def case_status(place):
    with place.scenario({"kind": "status", "route": "repo_info", "status": 503, "skip": 1, "times": 2, "body": "Busy",
                         "fields": {"Retry-After": "7"}}) as injected:
        answers = [place.ask("GET", place.info) for _ in range(4)]
        assert [a.status for a in answers] == [200, 503, 503, 200], answers
        assert answers[1].json() == {"error": "Busy"} and answers[1].headers["Retry-After"] == "7"
        assert answers[1].headers["X-Request-Id"] and injected() == 2


@everywhere
def case_conditions(place):
    with place.scenario({"kind": "status", "method": "HEAD", "times": 0}):
        assert place.ask("GET", place.small).status == 200 and place.ask("HEAD", place.small).status == 503
    with place.scenario({"kind": "status", "path_contains": "small", "times": 0, "status": 418}):
        assert place.ask("GET", place.small).status == 418 == place.ask("GET", place.small).status
        assert place.ask("GET", place.info).status == 200


@everywhere
def case_reset(place):
    for at_byte in (0, 1, 300_000):
        with place.scenario({"kind": "reset", "route": "lfs_download", "at_byte": at_byte}) as injected:
            out, error = place.received(place.large)
            assert error and len(out) <= at_byte and CONTENT.startswith(out), (at_byte, len(out), error)
            assert injected() == 1
            assert place.ask("GET", place.large).body == CONTENT


@everywhere
def case_truncate(place):
    for at_byte in (0, 1, 300_000, 999_999):
        with place.scenario({"kind": "truncate", "route": "lfs_download", "at_byte": at_byte}):
            out, error = place.received(place.large)
            assert out == CONTENT[:at_byte] and isinstance(error, (EOFError, http.client.IncompleteRead)), (at_byte, error)


@everywhere
def case_stall(place):
    with place.scenario({"kind": "stall", "route": "lfs_download", "at_byte": 1000, "delay_ms": 700}):
        start = time.monotonic()
        out, error = place.received(place.large)
        assert out == CONTENT[:1000] and error and time.monotonic() - start > 0.6, error


@everywhere
def case_corrupt(place):
    for url, content, at_byte in ((place.large, CONTENT, 0), (place.large, CONTENT, 654_321), (place.small, SMALL, 3)):
        with place.scenario({"kind": "corrupt", "method": "GET", "at_byte": at_byte}):
            out, error = place.received(url) if url == place.large else (place.ask("GET", url).body, None)
            wrong = [i for i in range(len(content)) if out[i] != content[i]]
            assert not error and len(out) == len(content) and wrong == [at_byte], (at_byte, wrong[:5])


@everywhere
def case_headers(place):
    with place.scenario({"kind": "headers", "route": "resolve", "fields": {"ETag": '"other"', "X-Repo-Commit": "", "X-New": "1"}}):
        answer = place.ask("GET", place.small)
        assert answer.headers["ETag"] == '"other"' and answer.headers["X-New"] == "1" and not answer.headers["X-Repo-Commit"]
        assert answer.headers.get_all("ETag") == ['"other"'] and answer.body == SMALL


@everywhere
def case_delay_and_latency(place):
    def seconds(url=place.info):
        start = time.monotonic()
        assert place.ask("GET", url).status == 200
        return time.monotonic() - start

    with place.scenario({"kind": "delay", "delay_ms": 400, "route": "repo_info"}) as injected:
        assert seconds() > 0.4 and injected() == 1
        seconds()
        assert injected() == 1
    with place.scenario(latency_ms=200):
        assert seconds() > 0.2 and seconds(place.small) > 0.2


@everywhere
def case_reset_upload(place):
    """In the middle of an LFS object, of a commit, and of a body that is collected first."""
    targets = ((place.upload_url, "PUT", CONTENT, 500_000),
               (f"{place.hub.endpoint}/api/models/{REPO}/commit/main", "POST", b" " * 500_000, 100_000),
               (f"{place.hub.endpoint}/api/repos/create", "POST", b" " * 500_000, 100_000))
    for url, method, body, at_byte in targets:
        with place.scenario({"kind": "reset_upload", "method": method, "at_byte": at_byte}) as injected:
            raises(BROKEN, lambda: place.ask(method, url, body))
            assert injected() == 1
    assert place.ask("PUT", place.upload_url, CONTENT).status == 200


def seconds_of(jobs):
    start = time.monotonic()
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - start


@everywhere
def case_connection_cap(place):
    def get():
        assert place.ask("GET", place.large).body == CONTENT

    with place.scenario(connection_bytes_per_second=1_000_000):
        one, four = seconds_of([get]), seconds_of([get] * 4)
        assert one > 0.8 and 0.8 < four < 2 + 2 * one, (one, four)  # together they may have four times as much
        assert seconds_of([lambda: place.ask("PUT", place.upload_url, CONTENT)]) > 0.8
    with place.scenario(connection_bytes_per_second=5, cap_lfs_only=True):
        for _ in range(3):
            assert place.ask("GET", place.small, timeout=20).body == SMALL


@everywhere
def case_total_cap(place):
    def get():
        assert place.ask("GET", place.large).body == CONTENT

    with place.scenario(total_bytes_per_second=2_000_000):
        assert seconds_of([get] * 4) > 1.7


@everywhere
def case_collapse(place):
    def get():
        assert place.ask("GET", place.large).body == CONTENT

    # The cap keeps the bodies in flight long enough to meet.
    with place.scenario(collapse_above=2, collapsed_bytes_per_second=1_000_000, connection_bytes_per_second=2_000_000):
        two, four = seconds_of([get] * 2), seconds_of([get] * 4)
        assert two < four and four > 1.7, (two, four)


@everywhere
def case_quotas(place):
    for name, url, bucket in (("api_quota", place.info, "api"), ("resolver_quota", place.small, "resolvers"),
                              ("page_quota", place.hub.endpoint + "/no/such/page", "pages")):
        with place.scenario(**{name: {"requests": 2, "window_s": 2}}):
            answers = [place.ask("GET", url) for _ in range(3)]
            assert [a.status == 429 for a in answers] == [False, False, True], answers
            left = [a.headers["RateLimit"].split(";")[1] for a in answers]
            assert left == ["r=1", "r=0", "r=0"] and answers[2].headers["RateLimit"].startswith(f'"{bucket}";'), left
            assert answers[2].headers["RateLimit-Policy"] == f'"fixed window";"{bucket}";q=2;w=2', answers[2]
            assert place.ask("GET", url, token="hf_bob").status != 429, "the quota is not shared between users"
            time.sleep(2.1)
            assert place.ask("GET", url).status != 429, "the window does not end"


@everywhere
def case_a_waiting_hub_stops_at_once(place):
    """In a hub of its own: stopping does not wait for a stall."""
    if place.context:
        return
    hub = Hub(sys.argv[1])
    hub.control("PUT", "scenario", {"latency_ms": 60_000})
    waiting = threading.Thread(target=lambda: raises(BROKEN, lambda: hub.ask("GET", "/api/models")))
    waiting.start()
    time.sleep(0.2)
    start = time.monotonic()
    hub.stop()
    waiting.join()
    assert time.monotonic() - start < 30


def case_wrong_scenarios_are_refused():
    hub = PLACES["http"].hub
    for body in ({"faults": [{"kind": "explode"}]}, {"faults": [{}]}, {"latency_ms": "long"}, {"latency_ms": -1},
                 {"faults": {}}, {"faults": [1]}, [], {"no_such_member": 1}, {"faults": [{"kind": "reset", "at": 5}]}):
        assert hub.ask("PUT", "/_local_hub/scenario", body, token=hub.control_token).status == 400, body
    json_type = {"Content-Type": "application/json"}
    assert hub.ask("GET", "/_local_hub/nothing", token=hub.control_token).status == 404
    assert hub.ask("PUT", "/_local_hub/scenario", b"{", token=hub.control_token, headers=json_type).status == 400


def case_only_who_has_the_control_token_steers():
    hub = PLACES["http"].hub
    user = {"name": "eve", "token": "hf_eve"}
    for token in (None, "hf_write", hub.control_token[:-1], hub.control_token + "x"):
        for method, what, body in (("GET", "counters", None), ("DELETE", "counters", None), ("PUT", "scenario", {}), ("POST", "users", user)):
            assert hub.ask(method, f"/_local_hub/{what}", body, token=token).status == 401, (token, method, what)
    basic = {"Authorization": "Basic " + hub.control_token}
    assert hub.ask("GET", "/_local_hub/counters", token=None, headers=basic).status == 401
    # What a web page can send without asking.
    page = {"Origin": "http://evil.example"}
    assert hub.ask("POST", "/_local_hub/users", user, token=hub.control_token, headers=page).status == 403
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = hub.ask("POST", "/_local_hub/users", b'{"name":"eve","token":"hf_eve"}', token=hub.control_token,
                         headers={"Content-Type": kind})
        assert answer.status == 415, answer
    assert hub.ask("GET", "/api/whoami-v2", token="hf_eve").status == 401
    assert (hub.root / "control_token").read_text() == hub.control_token
    assert len(hub.control_token) >= 32 and hub.control_token != PLACES["https"].hub.control_token


def case_the_hubs_stop():
    for place in PLACES.values():
        place.hub.stop()
    shutil.rmtree(WORK)


run_cases("scenario", globals(), set(sys.argv[2:]) | {"the_hubs_stop"} if sys.argv[2:] else ())
